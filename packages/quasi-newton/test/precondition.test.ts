import { describe, expect, test } from "vitest";
import {
  type Evaluation,
  type LineSearch,
  lbfgs,
  type Method,
  minimize,
  newtonCg,
  nonlinearCg,
  type Preconditioner,
  wolfe,
} from "../src/index.ts";

/** A function whose unknowns have scales from 1 to 10⁵, which differs from a bowl by a quartic. */
const scales = Array.from({ length: 12 }, (_, i) => 10 ** ((5 * i) / 11));
const f = (x: Float64Array): Evaluation => {
  let value = 0;
  const gradient = new Float64Array(x.length);
  for (const [i, xi] of x.entries()) {
    const z = Math.sqrt(scales[i]!) * xi - 1;
    const next = i + 1 < x.length ? Math.sqrt(scales[i + 1]!) * x[i + 1]! - 1 : 0;
    value += z * z * (0.5 + 0.1 * z * z) + 0.2 * (z - next) ** 2;
    gradient[i]! += Math.sqrt(scales[i]!) * (z + 0.4 * z ** 3 + 0.4 * (z - next));
    if (i + 1 < x.length) gradient[i + 1]! -= Math.sqrt(scales[i + 1]!) * 0.4 * (z - next);
  }
  return { value, gradient };
};
/** The same in unknowns of one scale. */
const scaled = (z: Float64Array): Evaluation => {
  const { value, gradient } = f(z.map((zi, i) => zi / Math.sqrt(scales[i]!)));
  return { value, gradient: Float64Array.from(gradient, (g, i) => g / Math.sqrt(scales[i]!)) };
};
/** Begins with 1, so that both see the same trials. */
const search: LineSearch = (at, d, slope, first) => wolfe({ c2: 0.4 })(at, d, slope, at.value > 10 ? 1 : first);
const start = scales.map((s, i) => (2 + Math.sin(i)) / Math.sqrt(s));
const options = { gradientTolerance: 1e-6, maxIterations: 3000 };

describe.each<[string, (precondition?: Preconditioner) => Method]>([
  ["lbfgs", (precondition) => lbfgs({ search, precondition })],
  ["newtonCg", (precondition) => newtonCg({ search, precondition })],
  ["nonlinearCg", (precondition) => nonlinearCg({ search, precondition })],
  ["nonlinearCg, polak-ribiere", (precondition) => nonlinearCg({ search, precondition, beta: "polak-ribiere" })],
  ["nonlinearCg, fletcher-reeves", (precondition) => nonlinearCg({ search, precondition, beta: "fletcher-reeves" })],
])("%s with a preconditioner", (name, method) => {
  test("is the method in unknowns that the preconditioner scales", () => {
    const steps = { maxIterations: 8, gradientTolerance: 0 };
    const inner = minimize(
      scaled,
      start.map((x, i) => x * Math.sqrt(scales[i]!)),
      method(),
      steps,
    );
    const outer = minimize(f, start, method(scales), steps);
    expect(outer.evaluations).toBe(inner.evaluations);
    // Newton-CG's products are differences of gradients here, whose rounding depends on the scale.
    const room = name === "newtonCg" ? 1e-3 : 1e-8;
    for (const [i, z] of inner.x.entries())
      expect(Math.abs(outer.x[i]! * Math.sqrt(scales[i]!) - z)).toBeLessThan(room);
  });
  test("needs a fraction of the evaluations, and a function does as well as a diagonal", () => {
    const without = minimize(f, start, method(), options);
    const diagonal = minimize(f, start, method(scales), options);
    const given = minimize(
      f,
      start,
      method((v) => v.map((x, i) => x / scales[i]!)),
      options,
    );
    expect(diagonal.status).toBe("gradient");
    expect(diagonal.evaluations).toBeLessThan(0.6 * without.evaluations);
    expect([...given.x]).toEqual([...diagonal.x]);
  });
});

test("the inverse Hessian as a preconditioner ends a quadratic in one step of length 1", () => {
  const times = ([x, y]: Float64Array): number[] => [100 * x! + y!, x! + 2 * y!];
  const bowl = (x: Float64Array): Evaluation => {
    const gradient = times(x);
    return { value: (x[0]! * gradient[0]! + x[1]! * gradient[1]!) / 2, gradient };
  };
  const inverse: Preconditioner = ([a, b]) => [(2 * a! - b!) / 199, (100 * b! - a!) / 199];
  for (const method of [lbfgs, nonlinearCg, newtonCg]) {
    const objective = { evaluate: bowl, product: (_: Float64Array, v: Float64Array) => times(v) };
    const { iterations, x } = minimize(objective, [3, -8], method({ precondition: inverse }));
    expect(iterations).toBe(1);
    expect(Math.hypot(...x)).toBeLessThan(1e-12);
  }
});

test("a preconditioner of another length, or with numbers that are not positive, is refused", () => {
  for (const [name, method] of Object.entries({ lbfgs, nonlinearCg, newtonCg })) {
    expect(() => method({ precondition: [1, -1] })).toThrow(
      `\`${name}\`: precondition[1] must be a positive number; got -1`,
    );
    expect(() => minimize(f, start, method({ precondition: [1] }))).toThrow("precondition must have 12 numbers");
    expect(() => minimize(f, start, method({ precondition: () => [1] }))).toThrow(
      "precondition must return 12 numbers",
    );
  }
});
