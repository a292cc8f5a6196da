import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gradientDescent, type Iteration, iterations } from "../src/index.ts";
import { problems } from "./problems.ts";

interface Golden {
  readonly source: string;
  readonly problems: readonly {
    readonly name: string;
    readonly start: readonly number[];
    readonly path: readonly {
      readonly x: readonly number[];
      readonly step: number;
      readonly value: number;
      readonly evaluations: number;
    }[];
  }[];
}
const golden = JSON.parse(readFileSync(new URL("golden/gradient-descent.json", import.meta.url), "utf8")) as Golden; // written by goldens/make.py

/** float64 rounds at 1e-16, and every step of steepest descent may stretch what is off by the condition of the problem. */
const TOLERANCE = 1e-8;

test("gradient descent's golden has every problem", () => {
  expect(golden.problems.map(({ name }) => name)).toEqual(problems.map(({ name }) => name));
});

test.each(golden.problems.map((one) => [one.name, one] as const))(
  "gradient descent with Armijo's line search takes the steps of Nocedal and Wright's algorithm: %s",
  async (name, { start, path }) => {
    const { evaluate } = problems.find((problem) => problem.name === name)!; // as the test above has it
    const seen: (Omit<Iteration, "x" | "state"> & { readonly at: Float64Array })[] = [];
    const run = iterations(evaluate, start, gradientDescent(), { maxIterations: path.length, gradientTolerance: 0 });
    for await (const now of run) seen.push({ ...now, at: now.x() });
    for (const [k, { x, step, value, evaluations }] of path.entries()) {
      const now = seen[k + 1]!; // the first is the start
      const moved = Math.hypot(...x.map((v, i) => v - start[i]!));
      const off = Math.hypot(...x.map((v, i) => v - now.at[i]!));
      expect(off, `${golden.source}: step ${k + 1}`).toBeLessThanOrEqual(TOLERANCE * moved);
      expect(Math.abs(now.step / step - 1), `the length of step ${k + 1}`).toBeLessThan(1e-4); // of differences of values
      expect(now.value - value).toBeLessThanOrEqual(TOLERANCE * (1 + value));
      expect(now.evaluations).toBe(evaluations);
    }
  },
);
