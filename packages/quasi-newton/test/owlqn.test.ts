import { describe, expect, test } from "vitest";
import { type Evaluation, lbfgs, minimize, owlqn } from "../src/index.ts";
import { golden } from "./methods.ts";
import { problems } from "./problems.ts";

const numbers = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233) * 2);

test("with an identity for a design, the minimum is the soft threshold", () => {
  const b = numbers(40, 1);
  const f = (x: Float64Array): Evaluation => ({
    value: 0.5 * x.reduce((s, xi, i) => s + (xi - b[i]!) ** 2, 0),
    gradient: x.map((xi, i) => xi - b[i]!),
  });
  const { x, status } = minimize(f, numbers(40, 2), owlqn({ l1: 0.7 }), { gradientTolerance: 1e-10 });
  expect(status).toBe("gradient");
  for (const [i, xi] of x.entries()) expect(xi).toBeCloseTo(Math.sign(b[i]!) * Math.max(Math.abs(b[i]!) - 0.7, 0), 9);
  expect([...x].filter((xi) => xi === 0).length).toBe(b.filter((bi) => Math.abs(bi) <= 0.7).length);
});

describe("a logistic regression with absolute values", () => {
  const [m, n] = [60, 15];
  const rows = Array.from({ length: m }, (_, i) => numbers(n, 10 + i));
  const labels = rows.map((row) => (row[0]! - row[3]! + 0.3 * row[7]! > 0 ? 1 : -1));
  const f = (x: Float64Array): Evaluation => {
    const gradient = new Float64Array(n);
    let value = 0;
    for (const [i, row] of rows.entries()) {
      const margin = labels[i]! * row.reduce((s, a, j) => s + a * x[j]!, 0);
      value += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(-margin, 0);
      const weight = -labels[i]! / (1 + Math.exp(margin));
      for (let j = 0; j < n; j++) gradient[j]! += weight * row[j]!;
    }
    return { value, gradient };
  };
  // The problem is convex: who satisfies the conditions of Karush, Kuhn and Tucker is its minimum.
  test.each([0.3, 1, 4, 12])("ends where the conditions of a minimum hold, for l1 = %d", (l1) => {
    const { x, value, status } = minimize(f, new Float64Array(n), owlqn({ l1 }), { gradientTolerance: 1e-7 });
    expect(status).toBe("gradient");
    const { value: smooth, gradient } = f(x);
    expect(value).toBeCloseTo(smooth + l1 * x.reduce((s, xi) => s + Math.abs(xi), 0), 10);
    for (const [j, xj] of x.entries()) {
      if (xj === 0) expect(Math.abs(gradient[j]!)).toBeLessThanOrEqual(l1 + 1e-7);
      else expect(Math.abs(gradient[j]! + l1 * Math.sign(xj))).toBeLessThanOrEqual(1e-7);
    }
    expect([...x].some((xj) => xj === 0)).toBe(true);
  });
  test("has fewer elements the more they cost, and none above the largest slope at 0", () => {
    const count = (l1: number): number =>
      [...minimize(f, new Float64Array(n), owlqn({ l1 })).x].filter((xj) => xj !== 0).length;
    const counts = [0.3, 1, 4, 12].map(count);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    const most = Math.max(...Array.from(f(new Float64Array(n)).gradient, Math.abs));
    expect(count(1.001 * most)).toBe(0);
    expect(count(0.999 * most)).toBeGreaterThan(0);
  });
});

test("without absolute values it reaches the minima of L-BFGS", () => {
  for (const [i, { name, start, evaluate }] of problems.entries()) {
    const { value, converged, gradientNorm } = minimize(evaluate, start, owlqn({ l1: 0 }), { maxIterations: 3000 });
    expect(converged || gradientNorm < 1e-7 * value, name).toBe(true); // where values are 1e5, gradients of 1e-5 are rounding
    expect(value - minimize(evaluate, start, lbfgs()).value, name).toBeLessThanOrEqual(
      2e-6 * (1 + golden.problems[i]!.runs.lbfgs!.value),
    );
  }
});
