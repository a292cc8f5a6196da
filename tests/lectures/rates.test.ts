import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { gradientDescent, lbfgs, minimize } from "@descent/quasi-newton";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";

/* What the lectures say of rates and of how curved a problem is, on ½ Σ λᵢ xᵢ². */

/** x after some steps from all ones. */
function after(steps: number, curvatures: readonly number[], configured: Configured): Float32Array {
  const x = new Float32Array(curvatures.length).fill(1);
  const opt = optimizer({ x }, configured);
  for (let step = 0; step < steps; step++) opt.update({ x: x.map((v, i) => curvatures[i]! * v) });
  return x;
}
/** Steps until the distance to the minimum has fallen to a millionth. */
function steps(curvatures: readonly number[], configured: Configured): number {
  const x = new Float32Array(curvatures.length).fill(1);
  const opt = optimizer({ x }, configured);
  for (let step = 0; step < 20_000; step++) {
    if (Math.hypot(...x) < 1e-6 * Math.sqrt(x.length)) return step;
    opt.update({ x: x.map((v, i) => curvatures[i]! * v) });
  }
  return Infinity;
}

describe("a rate above 2/L diverges", () => {
  const L = 8;
  test.each([1.01, 1.2, 2])("%d times 2/L: the distance grows by |1 − lr L| per step", (times) => {
    const lr = (times * 2) / L;
    expect(Math.abs(after(20, [L], sgd({ lr }))[0]!)).toBeCloseTo(
      Math.abs(1 - lr * L) ** 20,
      -Math.log10(Math.abs(1 - lr * L) ** 20) + 3,
    );
    expect(Math.abs(1 - lr * L)).toBeGreaterThan(1);
  });
  test.each([0.1, 0.5, 0.99])("%d times 2/L converges, and 1/L at once", (times) => {
    const lr = (times * 2) / L;
    expect(Math.abs(after(400, [L], sgd({ lr }))[0]!)).toBeLessThan(1e-3);
    expect(after(1, [L], sgd({ lr: 1 / L }))[0]).toBe(0);
  });
  test("2/L itself goes to and fro for ever", () => {
    expect(after(101, [L], sgd({ lr: 2 / L }))[0]).toBe(-1);
  });
});

describe("momentum turns κ into √κ", () => {
  /** Each with its best rate for curvatures from 1 to κ. */
  const plain = (k: number): Configured => sgd({ lr: 2 / (1 + k) });
  const heavy = (k: number): Configured =>
    momentum({ lr: 4 / (1 + Math.sqrt(k)) ** 2, momentum: ((Math.sqrt(k) - 1) / (Math.sqrt(k) + 1)) ** 2 });
  const between = (k: number): number[] => [1, k ** 0.3, k ** 0.7, k];

  test("steps grow as κ without it", () => {
    const counts = [16, 64, 256].map((k) => steps(between(k), plain(k)));
    // ln 10⁶ / ln((κ + 1) / (κ − 1)), which is κ/2 · ln 10⁶
    for (const [i, k] of [16, 64, 256].entries())
      expect(counts[i]! / (Math.log(1e6) / Math.log((k + 1) / (k - 1)))).toBeCloseTo(1, 1);
  });
  test("and as √κ with it", () => {
    const counts = [16, 64, 256, 1024].map((k) => steps(between(k), heavy(k)));
    // Four times the κ takes near twice the steps; what is more is a factor of the number of steps in the error.
    for (const i of [1, 2, 3]) {
      expect(counts[i]! / counts[i - 1]!).toBeGreaterThan(1.8);
      expect(counts[i]! / counts[i - 1]!).toBeLessThan(2.5);
    }
    expect(counts[3]).toBeLessThan(steps(between(256), plain(256)));
  });
});

describe("ill-conditioned problems", () => {
  const curvatures = [1, 30, 1000];
  const bowl = (x: Float64Array) => ({
    value: x.reduce((s, v, i) => s + (curvatures[i]! * v * v) / 2, 0),
    gradient: x.map((v, i) => curvatures[i]! * v),
  });
  test("are slow for the gradient, and at once solved with the right preconditioner", () => {
    expect(minimize(bowl, [1, 1, 1], gradientDescent()).iterations).toBeGreaterThan(100);
    // In unknowns √λ x every curvature is 1.
    const round = (z: Float64Array) => {
      const { value, gradient } = bowl(z.map((v, i) => v / Math.sqrt(curvatures[i]!)));
      return { value, gradient: gradient.map((g, i) => g / Math.sqrt(curvatures[i]!)) };
    };
    expect(minimize(round, curvatures.map(Math.sqrt), gradientDescent()).iterations).toBeLessThan(10);
    const { iterations, x } = minimize(bowl, [1, 1, 1], lbfgs({ precondition: curvatures }));
    expect(iterations).toBe(1);
    expect(Math.hypot(...x)).toBeLessThan(1e-12);
  });
  test("with a rate per unknown take one step of SGD", () => {
    const x = Float32Array.of(1, 1, 1);
    const names = ["a", "b", "c"] as const;
    for (const [i] of names.entries()) {
      const one = x.subarray(i, i + 1);
      optimizer({ one }, sgd({ lr: 1 / curvatures[i]! })).update({ one: Float32Array.of(curvatures[i]! * one[0]!) });
    }
    for (const v of x) expect(Math.abs(v)).toBeLessThan(1e-7);
  });
});
