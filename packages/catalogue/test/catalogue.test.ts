import { readdirSync, readFileSync } from "node:fs";
import * as averaging from "@descent/averaging";
import { OptimizerError } from "@descent/core";
import { isRule, isTransform } from "@descent/core/adapter";
import { parse, trace } from "@descent/core/graph";
import * as keras from "@descent/dialects/keras";
import * as optax from "@descent/dialects/optax";
import { train } from "@descent/dialects/tensorflow";
import * as torch from "@descent/dialects/torch";
import * as initializers from "@descent/initializers";
import * as quasiNewton from "@descent/quasi-newton";
import * as regularizers from "@descent/regularizers";
import * as schedules from "@descent/schedules";
import * as sharpness from "@descent/sharpness";
import * as around from "@descent/transforms";
import { describe, expect, test } from "vitest";
import { dialects, families, find, functions, load, loadFamily, methods, rules, transforms } from "../src/index.ts";

test("the catalogue has every rule that a family exports, and no other", async () => {
  const exported = await Promise.all(
    families.map(async (family) =>
      Object.entries(await loadFamily(family)).flatMap(([name, value]) => (isRule(value) ? [`${family}/${name}`] : [])),
    ),
  );
  expect(rules.map(({ family, name }) => `${family}/${name}`).sort()).toEqual(exported.flat().sort());
});

test("the catalogue has every transform that a package exports, as it says of itself", async () => {
  const modules = [averaging, sharpness, around, regularizers, ...(await Promise.all(families.map(loadFamily)))];
  const all = modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (isTransform(value) ? [[name, value] as const] : [])),
  );
  const exported = [...new Map(all)]; // some of these are families too
  expect(exported.map(([name]) => name).sort()).toEqual(transforms.map(({ name }) => name).sort());
  for (const [name, { id, title, hyper }] of exported) {
    const entry = transforms.find((one) => one.name === name)!; // as above
    expect([entry.id, entry.title]).toEqual([id, title]);
    expect(Object.fromEntries(entry.options.map((o) => [o.name, o.default]))).toEqual(hyper);
    for (const { meaning } of entry.options) expect(meaning).not.toBe("");
    const lines = [entry.before, entry.after, ...Object.values(entry.phases ?? {})].flat();
    expect(lines.length, name).toBeGreaterThan(0);
    for (const [, formula] of lines) expect(() => parse(formula)).not.toThrow();
    expect(entry.sentence).toMatch(/\.$/);
  }
});

test("the catalogue knows inputs, phases and readouts", () => {
  expect(find("sophia")).toMatchObject({ inputs: { h: "tensor" } });
  expect(find("extragradient")).toMatchObject({ phases: { look: [["p", "p - lr * g"]] }, bytes: 4, passes: 2 });
  expect(find("scheduleFreeAdamw")?.readout).toBeDefined();
  expect(find("adam")).not.toHaveProperty("phases");
  expect(transforms.find(({ id }) => id === "accumulate")).toMatchObject({ when: "count + 1 >= every" });
});

test("the catalogue has every method that quasi-newton exports, as it says of itself", () => {
  const made = Object.entries(quasiNewton).flatMap(([name, make]) => {
    try {
      const method = (make as () => Partial<quasiNewton.Method> | undefined)();
      return method?.iterate ? [{ name, id: method.id, title: method.title, paper: method.paper }] : [];
    } catch {
      return []; // it needs arguments
    }
  });
  expect(methods.map(({ name, id, title, paper }) => ({ name, id, title, paper }))).toEqual(
    made.sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  expect(made.length).toBeGreaterThanOrEqual(10);
  for (const { family, sentence } of methods) expect([family, sentence.endsWith(".")]).toEqual(["quasi-newton", true]);
});

test("the catalogue has every other function of regularizers, quasi-newton and transforms, with its file and what checks it", () => {
  const isFunction = ([, f]: readonly [string, unknown]): boolean =>
    typeof f === "function" && !isTransform(f) && Object.prototype.toString.call(f) !== "[object GeneratorFunction]";
  /** The name by which a function goes first: heNormal is kaimingNormal too. */
  const firstOf = (module: Readonly<Record<string, unknown>>, f: unknown): string | undefined => {
    const { name } = f as () => unknown;
    return module[name] === f ? name : undefined;
  };
  const names = (module: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(module)
      .filter(isFunction)
      .filter(([name, f]) => [name, undefined].includes(firstOf(module, f)))
      .map(([name]) => name);
  const exported = {
    core: ["clipByGlobalNorm", "clipByNorm", "clipByValue", "decoupledDecay", "hypergradient", "withL2"],
    initializers: names(initializers),
    "quasi-newton": names(quasiNewton).filter((name) => !methods.some((method) => method.name === name)),
    regularizers: names(regularizers),
    schedules: names(schedules),
    transforms: names(around),
  };
  for (const [family, wanted] of Object.entries(exported)) {
    const listed = functions.filter((entry) => entry.family === family);
    expect(listed.map(({ name }) => name)).toEqual(wanted.sort());
    const folder = new URL(`../../${family}/`, import.meta.url);
    const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
    const goldens = readdirSync(new URL("test/golden/", folder))
      .map((file) => read(`test/golden/${file}`))
      .join();
    for (const { name, source, sentence, comment, golden } of listed) {
      expect(read(source)).toMatch(new RegExp(`\\*/\n+export (const|(async )?function\\*?) ${name}\\b`));
      expect(sentence, name).toMatch(/^[^ ].{20,}\.$/s);
      expect(comment, name).toContain(sentence.slice(0, 20));
      expect(golden !== undefined, name).toBe(new RegExp(`"(name|transform|initializer)": ?"${name}"`).test(goldens));
      for (const one of golden?.sources ?? []) expect(goldens).toContain(JSON.stringify(one));
    }
  }
  for (const name of [
    "projectSimplex",
    "proxNuclear",
    "penaltyL1",
    "mixup",
    "pgd",
    "lagrangian",
    "wolfe",
    "minimize",
    "graft",
    "cosine",
    "plateau",
    "rateFinder",
    "heNormal",
    "lsuv",
  ])
    expect(Object.values(exported).flat()).toContain(name);
});

test("the catalogue has every optimizer of the dialects, with the library's options and the rule that it is", async () => {
  const doors = { torch, optax, keras, tensorflow: train };
  for (const [library, door] of Object.entries(doors)) {
    const listed = dialects.filter((entry) => entry.library === library);
    const made = Object.entries(door).filter(([, f]) => typeof f === "function" && "dialect" in f);
    expect(listed.map(({ name }) => name)).toEqual(made.map(([name]) => name).sort());
    for (const { name, rule, sentence, options } of listed) {
      expect(sentence, name).toMatch(/^`.{20,}\.$/s);
      expect(options.length, name).toBeGreaterThan(0);
      if (!rule.includes("/")) expect(find(rule), name).toBeDefined();
    }
  }
  const named = (library: string, name: string) => dialects.find((d) => d.library === library && d.name === name);
  expect(named("torch", "AdamW")?.options.find(({ name }) => name === "weight_decay")?.default).toBe(0.01);
  expect(named("optax", "adam")?.options[0]).toEqual({ name: "learning_rate" });
  expect(named("torch", "Adam")?.refuses).toContain("fused");
});

describe.each(rules)("$id", (entry) => {
  test("is what the rule says of itself", async () => {
    const rule = await load(entry.id);
    expect([rule.id, rule.title, rule.paper]).toEqual([entry.id, entry.title, entry.paper]);
    expect(Object.fromEntries(entry.options.map((o) => [o.name, o.default]))).toEqual(rule.hyper);
    const phases = [...Object.keys(rule.phases ?? {}), undefined];
    const passes = phases.map((phase) => trace(rule, undefined, undefined, phase).passes.length + 1);
    expect(entry.passes).toBe(passes.reduce((sum, n) => sum + n, 0));
    for (const [, formula] of entry.equations) expect(() => parse(formula)).not.toThrow();
    for (const { name, range, meaning, default: value } of entry.options) {
      expect(meaning, name).not.toBe("");
      if (range) expect(value >= range[0] && value < (range[1] ?? Infinity), `${name} = ${value}`).toBe(true);
    }
    expect(entry.golden.error).toBeLessThan(1e-5);
  });
});

test("a rule is found by id, by export and as people spell it", async () => {
  expect(find("rmsprop-centered")).toBe(find("rmspropCentered"));
  expect(find("AdamW")?.id).toBe("adamw");
  expect(find("constructor")).toBeUndefined();
  expect((await load("radam")).id).toBe("radam");
});

test("a name that is not in it is refused with the nearest", async () => {
  await expect(load("adamn")).rejects.toThrow("There is no rule `adamn`. Did you mean `adam`?");
  await expect(load(3 as never)).rejects.toThrow(OptimizerError);
  await expect(loadFamily("constructor")).rejects.toThrow(/There is no family `constructor`/);
});
