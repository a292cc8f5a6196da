import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Evaluated, LBFGS, type LBFGSOptions, type LBFGSState } from "../src/torch/index.ts";

type Problem = "rosenbrock" | "logistic";
type Parts = Readonly<Record<string, Float64Array>>;
interface Golden {
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly starts: Readonly<Record<Problem, Readonly<Record<string, readonly number[]>>>>;
  readonly cases: readonly {
    readonly problem: Problem;
    readonly options: LBFGSOptions;
    readonly steps: readonly {
      readonly returned: number;
      readonly losses: readonly number[];
      readonly parameters: Readonly<Record<string, readonly number[]>>;
    }[];
  }[];
}
const { features, labels, starts, cases } = JSON.parse(
  readFileSync(new URL("golden/lbfgs.json", import.meta.url), "utf8"),
) as Golden; // written by goldens/dialects.py

function rosenbrock({ a, b }: Parts): Evaluated {
  const z = [...a!, ...b!];
  const g = z.map(() => 0);
  let loss = 0;
  for (let i = 0; i + 1 < z.length; i++) {
    const [x, next] = [z[i]!, z[i + 1]!];
    const off = next - x * x;
    loss += (1 - x) ** 2 + 100 * off * off;
    g[i]! += -2 * (1 - x) - 400 * x * off;
    g[i + 1]! += 200 * off;
  }
  return { loss, gradients: { a: g.slice(0, 4), b: g.slice(4) } };
}

function logistic({ w, b }: Parts): Evaluated {
  const g = { w: [...w!].map((x) => 0.1 * x), b: [0] };
  let loss = 0.05 * w!.reduce((sum, x) => sum + x * x, 0);
  for (const [k, row] of features.entries()) {
    const logit = row.reduce((sum, x, i) => sum + x * w![i]!, b![0]!);
    const off = (1 / (1 + Math.exp(-logit)) - labels[k]!) / labels.length;
    loss += (Math.max(logit, 0) - logit * labels[k]! + Math.log1p(Math.exp(-Math.abs(logit)))) / labels.length;
    for (const [i, x] of row.entries()) g.w[i]! += off * x;
    g.b[0]! += off;
  }
  return { loss, gradients: g };
}
const losses = { rosenbrock, logistic };
const begin = (problem: Problem): Parts =>
  Object.fromEntries(Object.entries(starts[problem]).map(([name, x]) => [name, Float64Array.from(x)]));
const near = (found: number, wanted: number): void =>
  expect(Math.abs(found - wanted)).toBeLessThan(1e-9 * (1 + Math.abs(wanted)));

describe.each(cases.map((one) => [`${one.problem} with ${JSON.stringify(one.options)}`, one] as const))(
  "%s",
  (_, { problem, options, steps }) => {
    test("asks where PyTorch asks, finds its losses and ends at its parameters", () => {
      const p = begin(problem);
      const opt = LBFGS(p, options);
      for (const step of steps) {
        const asked: number[] = [];
        const returned = opt.step(() => {
          const made = losses[problem](p);
          asked.push(made.loss);
          return made;
        });
        near(returned, step.returned);
        expect(asked.length).toBe(step.losses.length);
        for (const [i, loss] of step.losses.entries()) near(asked[i]!, loss);
        for (const [name, x] of Object.entries(step.parameters))
          for (const [i, at] of x.entries()) near(p[name]![i]!, at);
      }
      expect(opt.state().func_evals).toBe(steps.reduce((n, { losses }) => n + losses.length, 0));
    });

    test("goes on from a saved state, and with promises, bit for bit", async () => {
      const [p, q] = [begin(problem), begin(problem)];
      const [first, other] = [LBFGS(p, options), LBFGS(q, options)];
      first.step(() => losses[problem](p));
      await other.step(async () => losses[problem](q));
      const again = LBFGS(q, options);
      again.load(JSON.parse(JSON.stringify(other.state())) as LBFGSState);
      first.step(() => losses[problem](p));
      await again.step(async () => losses[problem](q));
      expect(q).toEqual(p);
      expect(again.state()).toEqual(first.state());
    });
  },
);

test("what fails changes nothing", async () => {
  const p = begin("rosenbrock");
  const opt = LBFGS(p, { line_search_fn: "strong_wolfe" });
  opt.step(() => rosenbrock(p));
  const [before, memory] = [structuredClone(p), opt.state()];
  let calls = 0;
  const failing = (): Evaluated => {
    if (++calls === 3) throw new Error("no data");
    return rosenbrock(p);
  };
  const unchanged = (): void => {
    expect(p).toEqual(before);
    expect(opt.state()).toEqual(memory);
  };
  expect(() => opt.step(failing)).toThrow("no data");
  unchanged();
  calls = 0;
  await expect(opt.step(async () => failing())).rejects.toThrow("no data");
  unchanged();
  expect(() => opt.step(() => ({ loss: 1, gradients: { a: [1, 2] } }))).toThrow(
    "the gradient of `a` must have 4 numbers",
  );
  expect(() => opt.step(() => 3 as never)).toThrow("must return { loss, gradients");
  unchanged();
  expect(() => LBFGS({ w: new Float64Array(2) }).load(memory)).toThrow("of an optimizer of 2 numbers");
  expect(() => LBFGS(p, { line_search_fn: "armijo" as never })).toThrow('"strong_wolfe" or null');
  const running = opt.step(async () => rosenbrock(p));
  expect(() => opt.step(() => rosenbrock(p))).toThrow("still running");
  expect(() => opt.load(memory)).toThrow("still running");
  await running;
});

test("float32 parameters stay float32, and a part without a gradient stays where it is", () => {
  const w = new Float32Array([3, -2]);
  const still = new Float32Array([1]);
  const opt = LBFGS({ w, still }, { line_search_fn: "strong_wolfe" });
  opt.step(() => ({ loss: w.reduce((sum, x) => sum + x * x, 0), gradients: { w: w.map((x) => 2 * x) } }));
  expect(Math.hypot(...w)).toBeLessThan(1e-6);
  expect(still).toEqual(new Float32Array([1]));
});
