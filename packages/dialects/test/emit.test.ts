import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { adamw, radam } from "@descent/adam";
import { ema } from "@descent/averaging";
import { load, rules } from "@descent/catalogue";
import { goldens } from "@descent/conformance";
import { rule } from "@descent/core";
import { muon } from "@descent/orthogonal";
import { cosine } from "@descent/schedules";
import { sgd, sgld } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { HANG } from "../../../tests/limits.ts";
import { emit, type Target, targets } from "../src/emit/index.ts";

const python = process.env.DESCENT_PYTHON ?? "python3";
const has = (file: string, ...args: string[]): boolean => spawnSync(file, args, { stdio: "ignore" }).status === 0;
const imports = (...modules: string[]): boolean => has(python, "-c", `import ${modules.join(", ")}`);

interface Outcome {
  readonly rule: string;
  readonly setting: string;
  readonly error?: number;
  readonly wrong?: string;
  readonly skipped?: string;
}

/**
 * Rules whose golden differs from their equations in the last digits of float32, where its source has a constant in float32, and one
 * that looks for a root where rounding is magnified.
 */
const LOOSE: ReadonlySet<string> = new Set(["madgrad", "adagc", "spectralSphere"]);

/** Runs what is printed for a target along the goldens, of every `part`-th rule that is printed. */
async function follow(
  target: Target,
  part = 1,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly printed: number }> {
  const cases = [];
  let printed = 0;
  for (const entry of rules) {
    const made = await load(entry.name);
    let code: string;
    try {
      code = emit(made, target);
    } catch {
      continue; // refused, as another test says
    }
    if (printed++ % part !== 0) continue;
    cases.push({
      rule: entry.name,
      target,
      code,
      golden: fileURLToPath(new URL(`${entry.name}.json`, goldens(entry.family))),
      function: entry.id.replaceAll("-", "_"),
      phases: 1 + Object.keys(made.phases ?? {}).length,
      turned: made.layout?.[0] === "out",
      hyper: made.hyper,
      state: made.state,
    });
  }
  const script = fileURLToPath(new URL("emitted.py", import.meta.url));
  const { stdout, stderr, status } = spawnSync(python, [script], {
    input: JSON.stringify({ cases }),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, JAX_PLATFORMS: "cpu" },
  });
  if (status !== 0) throw new Error(stderr);
  return { outcomes: JSON.parse(stdout) as readonly Outcome[], printed };
}

describe("what is printed moves as the golden does, in double precision", () => {
  const compiler = [process.env.CC, "cc", "gcc", "clang"].some((cc) => cc !== undefined && has(cc, "--version"));
  const there: Readonly<Record<string, boolean>> = {
    numpy: imports("numpy"),
    c: compiler && imports("numpy"),
    torch: imports("torch"),
    optax: imports("optax"),
  };
  // Compiling takes its time: every sixth rule in C, every twelfth under `jit`.
  for (const [target, part] of [
    ["numpy", 1],
    ["c", 6],
    ["torch", 1],
    ["optax", 12],
  ] as const)
    test.skipIf(!there[target])(
      `for ${target}`,
      async () => {
        const { outcomes, printed } = await follow(target, part);
        expect(outcomes.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
        const far = outcomes.filter(({ rule: name, error = 0 }) => !(error < (LOOSE.has(name) ? 1e-7 : 1e-11)));
        expect(far).toEqual([]);
        expect(printed).toBeGreaterThan(rules.length * 0.5);
      },
      HANG,
    );
});

describe("every rule is printed for every target, or refused with the reason", () => {
  test.each(targets)("%s", async (target) => {
    const reasons = new Map<string, string[]>();
    for (const { name } of rules)
      try {
        expect(emit(await load(name), target)).not.toMatch(/undefined|\[object/);
      } catch (error) {
        const [, reason = String(error)] = /(draws random|starts from random|gradients per round|rows and columns|adds up over|whole tensor|sees blocks)/.exec(String(error)) ?? []; // biome-ignore format: one line
        reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
      }
    const known: Readonly<Record<string, readonly string[]>> = {
      torch: ["draws random", "starts from random", "adds up over", "sees blocks"],
      numpy: ["draws random", "starts from random", "adds up over", "sees blocks"],
      optax: ["draws random", "starts from random", "gradients per round", "adds up over", "sees blocks"],
      c: [
        "draws random",
        "starts from random",
        "gradients per round",
        "rows and columns",
        "adds up over",
        "sees blocks",
      ],
      wgsl: ["draws random", "gradients per round", "rows and columns", "adds up over", "whole tensor", "sees blocks"],
      latex: [],
    };
    expect([...reasons.keys()].filter((reason) => !known[target]!.includes(reason))).toEqual([]);
  });
});

describe("printed code", () => {
  test("is that of the paper's box, with Python's names", () => {
    expect(emit(radam, "torch")).toContain("    m_hat = m / (1 - beta1 ** t)\n");
    expect(emit(adamw, "torch")).toContain("class AdamW(torch.optim.Optimizer):");
    expect(emit(muon, "torch")).toContain("return orthogonal(x.T).T");
  });

  test("has the options of a configured rule as defaults, and a readout where the rule has one", () => {
    const text = emit(ema(adamw({ lr: 0.25 }), { decay: 0.5 }), "torch");
    expect(text).toContain("lr=0.25");
    expect(text).toContain("ema_decay=0.5");
    expect(text).toContain("def readout(self):");
  });

  test("keeps names that the language has reserved out of its way", () => {
    const own = rule({
      id: "own",
      title: "2nd rule!",
      paper: "",
      hyper: { lr: 0.1, lambda: 0.5 },
      state: { double: 0 },
      update: { double: "lambda * double + g", p: "p - lr * double" },
    });
    expect(emit(own, "numpy")).toContain("double = lambda_ * double + g");
    expect(emit(own, "c")).toContain("double__i = ");
    expect(emit(own, "torch")).toContain("class Own(");
  });

  test("is refused where numbers would differ or the form does not allow it", () => {
    expect(() => emit(sgld, "torch")).toThrow("draws random numbers by `normal()`");
    expect(() => emit(sgd({ lr: cosine({ from: 0.1, over: 10 }) }), "torch")).toThrow("`lr` is a schedule");
  });
});
