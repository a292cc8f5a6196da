import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bfgs,
  gradientDescent,
  lbfgs,
  minimize,
  newton,
  newtonCg,
  nonlinearCg,
  type Objective,
  steihaug,
} from "../src/index.ts";

interface Golden {
  readonly source: string;
  readonly minima: readonly { readonly l2: number; readonly x: readonly number[]; readonly value: number }[];
}
const golden = JSON.parse(readFileSync(new URL("golden/logistic.json", import.meta.url), "utf8")) as Golden; // written by goldens/make.py

const rows = Array.from({ length: 60 }, (_, i) => {
  const k = i + 1;
  return [1, Math.sin(k), Math.cos(2 * k), 3 * Math.sin(5 * k)];
});
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, i) => x * b[i]!).reduce((s, x) => s + x, 0);
/** Labels ±1 that no plane tells apart, because of a term that the model does not know. */
const noisy = rows.map((row, i) => (dot(row, [0.3, 1.5, -1, 0.4]) + 1.5 * Math.sin(7 * (i + 1)) > 0 ? 1 : -1));
/** Labels that a plane does tell apart. */
const separable = rows.map((row) => (dot(row, [0.3, 1.5, -1, 0.4]) > 0 ? 1 : -1));

/** Σ log(1 + exp(−y w·x)) + l2 / 2 · |w|², with its Hessian X' diag(p (1 − p)) X + l2. */
function regression(labels: readonly number[], l2: number): Extract<Objective, { evaluate: unknown }> {
  return {
    evaluate(w) {
      const gradient = w.map((wi) => l2 * wi);
      let value = (l2 / 2) * dot(w, w);
      for (const [i, row] of rows.entries()) {
        const margin = labels[i]! * dot(row, w);
        value += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(-margin, 0);
        for (const [j, x] of row.entries()) gradient[j]! -= (labels[i]! * x) / (1 + Math.exp(margin));
      }
      return { value, gradient };
    },
    hessian(w) {
      const h = Float64Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? l2 : 0));
      for (const row of rows) {
        const p = 1 / (1 + Math.exp(-dot(row, w)));
        for (const [i, a] of row.entries()) for (const [j, b] of row.entries()) h[4 * i + j]! += p * (1 - p) * a * b;
      }
      return h;
    },
  };
}

describe("a logistic regression", () => {
  const methods = [newton(), newtonCg(), bfgs(), lbfgs(), nonlinearCg(), steihaug(), gradientDescent()];
  test.each(methods.map((method) => [method.title, method] as const))("%s finds SciPy's weights", (_, method) => {
    for (const { l2, x: wanted, value } of golden.minima) {
      const found = minimize(regression(noisy, l2), new Float64Array(4), method, { gradientTolerance: 1e-6 });
      expect(found.status).toBe("gradient");
      // The smallest curvature is above 1: a gradient within 1e-6 leaves the weights within 2e-6.
      for (const [i, w] of wanted.entries()) expect(Math.abs(found.x[i]! - w)).toBeLessThan(2e-6);
      expect(Math.abs(found.value - value)).toBeLessThan(1e-10 * value);
    }
  });
  test("Newton's method, which is reweighted least squares, takes few steps and squares the error in the last ones", () => {
    const norms: number[] = [];
    const { iterations } = minimize(regression(noisy, 1), new Float64Array(4), newton(), {
      gradientTolerance: 1e-10,
      callback: ({ gradientNorm }) => void norms.push(gradientNorm),
    });
    expect(iterations).toBeLessThanOrEqual(7);
    const [before, last] = norms.slice(-3);
    expect(last!).toBeLessThan(10 * before! * before!);
  });
  test("with labels that a plane tells apart has no minimum: the weights grow with every step, until they are held", () => {
    const lengths = [3, 6, 9].map((maxIterations) => {
      const { x } = minimize(regression(separable, 0), new Float64Array(4), newton(), {
        maxIterations,
        gradientTolerance: 0,
      });
      return Math.hypot(...x);
    });
    expect(lengths[1]!).toBeGreaterThan(1.3 * lengths[0]!);
    expect(lengths[2]!).toBeGreaterThan(1.3 * lengths[1]!);
    const held = minimize(regression(separable, 1), new Float64Array(4), newton());
    expect(held.status).toBe("gradient");
    expect(Math.hypot(...held.x)).toBeLessThan(lengths[0]!);
  });
});
