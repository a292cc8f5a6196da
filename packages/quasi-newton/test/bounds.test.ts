import { describe, expect, test } from "vitest";
import { type Evaluation, lbfgs, lbfgsb, minimize } from "../src/index.ts";
import { bounded, boundedSquares, fitWithin, golden, solveWithin } from "./bounded.ts";
import { median } from "./methods.ts";
import { problems } from "./problems.ts";

test("L-BFGS-B reaches SciPy's minima within bounds, for at most 1.2 times the evaluations in the median", () => {
  const ratios: number[] = [];
  for (const problem of bounded) {
    const { value, evaluations, status, gradientNorm } = solveWithin(problem);
    const { run, name } = problem;
    // Where values are 1e5, a gradient of 1e-5 is below their rounding.
    expect(status === "gradient" || gradientNorm < 1e-9 * Math.abs(value), `${name}: ${status}`).toBe(true);
    expect(value - run.value, name).toBeLessThanOrEqual(2e-6 * (1 + Math.abs(run.value)));
    ratios.push(evaluations / run.evaluations);
  }
  expect(ratios.length).toBe(golden.problems.length);
  expect(median(ratios)).toBeLessThanOrEqual(1.2);
});

test.each(bounded.map((p) => [p.name, p] as const))(
  "%s: never evaluates outside, and ends where the conditions of Karush, Kuhn and Tucker hold",
  (_, problem) => {
    const { evaluate, start, min, max } = problem;
    const inside = (x: Float64Array): Evaluation => {
      for (const [i, xi] of x.entries()) expect(xi >= min[i]! && xi <= max[i]!, `x[${i}] = ${xi}`).toBe(true);
      return evaluate(x);
    };
    const { x, gradientNorm } = solveWithin({ ...problem, evaluate: inside, start });
    for (const [i, gi] of Array.from(evaluate(x).gradient).entries()) {
      if (gi > gradientNorm + 1e-12) expect(x[i]! - min[i]!).toBeLessThanOrEqual(gradientNorm);
      else if (gi < -gradientNorm - 1e-12) expect(max[i]! - x[i]!).toBeLessThanOrEqual(gradientNorm);
    }
  },
);

test("Levenberg and Marquardt's method reaches the minima of SciPy's trf within bounds, for at most 1.2 times the evaluations in the median", () => {
  const ratios: number[] = [];
  for (const problem of boundedSquares) {
    const { value, evaluations, status, gradientNorm } = fitWithin(problem, problem.residuals);
    const { run, name } = problem;
    // Where values are 1e5, a gradient of 1e-7 is below their rounding.
    expect(status === "gradient" || gradientNorm < 1e-7 * Math.abs(value), `${name}: ${status}`).toBe(true);
    expect(value - run.value, name).toBeLessThanOrEqual(2e-6 * (1 + Math.abs(run.value)));
    ratios.push(evaluations / run.evaluations);
  }
  expect(ratios.length).toBe(23);
  expect(median(ratios)).toBeLessThanOrEqual(1.2);
});

test.each(boundedSquares.map((p) => [p.name, p] as const))(
  "%s as least squares: never evaluates outside, and ends where the conditions of Karush, Kuhn and Tucker hold",
  (_, problem) => {
    const { residuals, min, max } = problem;
    const { x, value } = fitWithin(problem, (at) => {
      for (const [i, xi] of at.entries()) expect(xi >= min[i]! && xi <= max[i]!, `x[${i}] = ${xi}`).toBe(true);
      return residuals(at);
    });
    const { residuals: r, jacobian } = residuals(x);
    const least = 1e-6 * (1 + value);
    for (let j = 0; j < x.length; j++) {
      let g = 0;
      for (let i = 0; i < r.length; i++) g += jacobian[i * x.length + j]! * r[i]!;
      if (g > least) expect(x[j]).toBe(min[j]);
      else if (g < -least) expect(x[j]).toBe(max[j]);
    }
  },
);

test("without bounds it takes as many evaluations as L-BFGS, and ends at the same minima", () => {
  const ratios = problems.map(({ evaluate, start }) => {
    const [a, b] = [lbfgsb(), lbfgs()].map((method) => minimize(evaluate, start, method, { maxIterations: 3000 }));
    expect(Math.abs(a!.value - b!.value)).toBeLessThanOrEqual(2e-6 * (1 + b!.value));
    return a!.evaluations / b!.evaluations;
  });
  expect(median(ratios)).toBe(1);
});

describe("bounds", () => {
  const bowl = (x: Float64Array): Evaluation => ({
    value: x.reduce((s, v) => s + (v - 3) ** 2, 0),
    gradient: x.map((v) => 2 * (v - 3)),
  });
  test("hold x down exactly, and the gradient that is reported is 0 there", () => {
    const { x, gradient, status, value } = minimize(bowl, [-5, 0, 9], lbfgsb({ min: -1, max: [2, 4, 2.5] }));
    expect([...x]).toEqual([2, 3, 2.5]);
    expect([...gradient].map(Math.abs)).toEqual([0, 0, 0]);
    expect([status, value]).toEqual(["gradient", 1.25]);
  });
  test("that coincide fix a number", () => {
    expect([...minimize(bowl, [7, 0], lbfgsb({ min: [1, -9], max: [1, 9] })).x]).toEqual([1, 3]);
  });
  test("may be infinite on one side, or on both", () => {
    const { x } = minimize(bowl, [10, 0], lbfgsb({ min: [5, -Infinity] }));
    expect([...x]).toEqual([5, 3]);
  });
  test("of a length other than the start's are refused before anything is evaluated", () => {
    const never = (): Evaluation => {
      throw new Error("evaluated");
    };
    expect(() => minimize(never, [1, 2], lbfgsb({ min: [0, 0, 0] }))).toThrow("min has 3 bounds for 2 numbers");
    expect(() => minimize(never, [1, 2], lbfgsb({ min: [0, 4], max: 3 }))).toThrow(
      "min must be at most max; got 4 and 3 for number 1",
    );
    expect(() => lbfgsb({ min: 2, max: 1 })).toThrow("min must be at most max; got 2 and 1");
  });
});
