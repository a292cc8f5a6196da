import { load, rules } from "@descent/catalogue";
import { rule } from "@descent/core";
import { isRule, type RuleSpec } from "@descent/core/adapter";
import { transform } from "esbuild";
import { describe, expect, test } from "vitest";
import { answers } from "../src/engine/answers.ts";
import type { Outcome } from "../src/engine/messages.ts";
import { parseRule, printRule } from "../src/engine/rule-text.ts";
import { conditionsOf, initial } from "../src/state/state.ts";
import { contribution } from "../src/ui/contribute.ts";
import { diffOf } from "../src/ui/diff.ts";
import { summaryOf } from "../src/ui/summary.ts";

const identity = { id: "a/b", title: "A rule", paper: "" };
const finished = (outcome: Outcome | undefined) => {
  if (!outcome || "error" in outcome) throw new Error(outcome?.error ?? "no outcome");
  return outcome;
};
const textOf = async (id: string): Promise<string> => {
  const printed = printRule(await load(id));
  if ("because" in printed) throw new Error(printed.because);
  return printed.text;
};

/** The equations of a rule in the order in which they run. */
const equations = (spec: RuleSpec) =>
  [
    ...Object.values(spec.phases ?? {}),
    ...(spec.before ?? []),
    spec.update,
    ...(spec.after ?? []),
    spec.readout ?? {},
  ].map((block) => {
    const lines = Object.entries(block).filter(([name]) => name !== "when");
    return [
      Reflect.get(block, "when"),
      ...lines.filter(([name]) => name !== "p"),
      ...lines.filter(([name]) => name === "p"),
    ];
  });

/** States, each in its shortest form: `{ init: "p" }` is `"p"`. */
const stateOf = ({ state }: RuleSpec) =>
  Object.fromEntries(
    Object.entries(state).map(([name, slot]) => [
      name,
      typeof slot === "object" && Object.keys(slot).join() === "init" ? slot.init : slot,
    ]),
  );

describe("a rule as text", () => {
  test.each(rules.map(({ id }) => id))("%s says all that the rule does, or why it cannot", async (id) => {
    const spec = await load(id);
    const printed = printRule(spec);
    if ("because" in printed) {
      expect(Object.keys(spec.macros ?? {}).length > 0 || spec.blocks !== undefined).toBe(true);
      return;
    }
    const { spec: read } = parseRule(printed.text, identity);
    expect(equations(read)).toEqual(equations(spec));
    for (const part of ["hyper", "inputs", "needs", "layout"] as const)
      expect([part, read[part]]).toEqual([part, spec[part]]);
    expect(read.state).toEqual(stateOf(spec));
    expect(isRule(rule(read as never))).toBe(true);
  });

  test.each(["yogi", "adamw", "sgd", "schedule-free-adamw", "nesterov-lookahead", "adafactor"])(
    "%s, typed, goes the shipped rule's way to the bit",
    async (id) => {
      const conditions = { ...conditionsOf(initial), steps: 60, noise: 0.1, seed: 3 };
      const contenders = [{ rule: id }, { rule: "mine", text: await textOf(id) }];
      const [shipped, typed] = (await answers.race({ conditions, contenders, fairness: "same", rate: 0.02 })).map(
        finished,
      );
      expect(shipped!.x.at(-1)).not.toBe(conditions.start[0]);
      expect(typed!.x).toEqual(shipped!.x);
      expect(typed!.y).toEqual(shipped!.y);
      expect(typed!.loss).toEqual(shipped!.loss);
    },
  );

  test("opens as Yogi", async () => {
    expect(
      diffOf(await textOf("yogi"), initial.mine.text.replace("0.000001", "0.000001")).filter(
        ({ kind }) => kind !== "same",
      ),
    ).toEqual([]);
  });
});

describe("a complaint", () => {
  const at = async (text: string) => {
    const read = await answers.check({ text });
    if (!("complaint" in read)) throw new Error("no complaint");
    return read.complaint;
  };
  const adam = "options\n  lr = 0.1\n  beta1 = 0.9\nstate\n  m = 0\nupdate\n";

  test("about a misspelt symbol stands at its place and offers the right one", async () => {
    const text = `${adam}  m = beta1 * m + (1 - beta1) * g\n  p = p - lr * m / (1 - beta3^t)\n`;
    const { message, line, column } = await at(text);
    expect(message).toContain("`beta3`");
    expect(message).toContain("Did you mean `beta1`?");
    expect(line).toBe(7);
    expect(text.split("\n")[7]!.slice(column, column! + 5)).toBe("beta3");
  });

  test("about syntax stands at its place", async () => {
    const text = `${adam}  m = beta1 * m + (1 - beta1 * g\n  p = p - lr * m\n`;
    const { line, column } = await at(text);
    expect(line).toBe(6);
    expect(column).toBeGreaterThan(4);
  });

  test.each([
    ["", /no heading `update`/, 0],
    ["lr = 1", /Begin with a heading/, 0],
    ["options\n  lr", /Write `name = …`/, 1],
    ["options\n  lr = fast\nupdate\n  p = p", /Give it a number/, 1],
    ["options\n  lr = 1\n  lr = 2", /stands here twice/, 2],
    ["state\n  m = 0 per", /Write what a state starts as/, 1],
    ["options\n  lr = 1\nupdate\n  p = p - g", /no equation reads it/, 0],
  ])("about %j", async (text, message, line) => {
    const complaint = await at(text);
    expect(complaint.message).toMatch(message);
    expect(complaint.line).toBe(line);
  });

  test("comes for any text at all, and never a fault of ours", async () => {
    // Texts made of the notation's own pieces, by a generator that repeats.
    const pieces = [
      "options",
      "state",
      "update",
      "before",
      "phase a",
      "\n",
      "\n  ",
      " = ",
      "p",
      "g",
      "lr",
      "m",
      "t",
      "+",
      "-",
      "*",
      "/",
      "^",
      "(",
      ")",
      "0",
      "1e-3",
      "?",
      ":",
      "sqrt",
      "norm",
      "when ",
      ",",
      "@",
      "'",
      "per row",
      "per a by b",
      "__proto__",
      "//",
      "😀",
      "needs matrix",
      "sum(g)",
      "qr(g)",
    ];
    let seed = 19;
    const next = (n: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
    for (let i = 0; i < 1500; i++) {
      const text = Array.from({ length: 1 + next(40) }, () => pieces[next(pieces.length)]!).join("");
      const read = await answers.check({ text });
      if (!("complaint" in read)) continue;
      expect(read.complaint.message).not.toMatch(/undefined|is not a function|Cannot read|\[object/);
      expect(read.complaint.line).toBeLessThanOrEqual(text.split("\n").length);
    }
  });
});

test("the file to contribute is the rule that was typed", async () => {
  for (const id of ["yogi", "adamw", "schedule-free-adamw", "sophia", "nesterov-lookahead", "adafactor"]) {
    const spec = await load(id);
    const { file, golden, command } = contribution("my-rule", "My rule", await textOf(id));
    const { code } = await transform(file.text.replace(/^import .*$/m, "").replace("export const", "const"), {
      loader: "ts",
    });
    const made: RuleSpec = new Function("rule", `${code}; return myRule;`)(rule);
    expect(equations(made)).toEqual(equations(spec));
    expect([made.hyper, stateOf(made), made.inputs, made.layout]).toEqual([
      spec.hyper,
      stateOf(spec),
      spec.inputs,
      spec.layout,
    ]);
    expect(golden).toContain("def myRule(p, gradients, role, ");
    expect(command).toContain("npm run new -- FAMILY my-rule");
  }
});

test("the emitted PyTorch has the title of the rule that was typed", async () => {
  const emitted = await answers.emit({ text: initial.mine.text, title: "My Yogi", target: "torch" });
  expect("code" in emitted && emitted.code).toContain("class MyYogi(torch.optim.Optimizer)");
});

test("what a rule costs is what the catalogue says", async () => {
  for (const { id, bytes, passes, options } of rules) {
    const printed = printRule(await load(id));
    if ("because" in printed) continue;
    const read = await answers.check({ text: printed.text });
    if ("complaint" in read) throw new Error(`${id}: ${read.complaint.message}`);
    expect([id, read.bytes, read.passes]).toEqual([id, bytes, passes]);
    expect(read.options.map(({ name }) => name)).toEqual(options.map(({ name }) => name));
  }
});

test("a step in numbers ends where the race went", async () => {
  for (const id of ["adam", "schedule-free-sgd", "nesterov-lookahead", "adahessian", "muon"]) {
    const conditions = { ...conditionsOf(initial), steps: 12, noise: 0.2, seed: 5 };
    const told = await answers.explain({ conditions, contender: { rule: id, lr: 0.02 }, step: 12 });
    if ("error" in told) throw new Error(`${id}: ${told.error}`);
    expect(told.x).toMatch(/update 12/);
    if (id === "schedule-free-sgd") continue; // its race shows the average, its box the point it steps
    const [outcome] = (
      await answers.race({ conditions, contenders: [{ rule: id }], fairness: "same", rate: 0.02 })
    ).map(finished);
    const last = (text: string): number => Number(/ = ([-\d.e]+)$/.exec(text.trim())?.[1]);
    // Seven digits are printed.
    expect(last(told.x) / outcome!.x[12]!).toBeCloseTo(1, 5);
    expect(last(told.y) / outcome!.y[12]!).toBeCloseTo(1, 5);
  }
});

test("a race in words names who is there, who is next and who broke off", async () => {
  const conditions = { ...conditionsOf(initial), surface: "x^2 + y^2", start: [1, 1] as const, steps: 50 };
  const contenders = [
    { rule: "sgd", lr: 0.5 },
    { rule: "momentum", lr: 0.01 },
    { rule: "adam", lr: 0.01 },
    { rule: "nesterov", lr: 1e30 },
    { rule: "sophia-g" },
  ];
  const outcomes = await answers.race({ conditions, contenders, fairness: "own", rate: 1 });
  const words = summaryOf(["SGD", "Momentum", "Adam", "Nesterov", "Sophia-G"], outcomes, {
    steps: 50,
    least: 0,
    known: true,
  });
  expect(words).toMatch(
    /^After 50 steps SGD is at the minimum\. Momentum is next, .* above the minimum\. Adam is last with /,
  );
  expect(words).toMatch(/Nesterov broke off after step \d+\. /);
  expect(words).toContain("Sophia-G cannot race: `race`: the rule reads gradients of sampled labels");
});
