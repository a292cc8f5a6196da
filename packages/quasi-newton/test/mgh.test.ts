import { describe, expect, test } from "vitest";
import { golden, median, methods, reached, solve, takesResiduals } from "./methods.ts";
import { problems } from "./problems.ts";

/** Methods that SciPy has. */
const shared = methods.filter(({ id }) => golden.problems[0]!.runs[id]);

describe("the problems of Moré, Garbow and Hillstrom", () => {
  test("are those that SciPy solved", () => {
    expect(problems.map(({ name, start }) => [name, start.length])).toEqual(
      golden.problems.map(({ name, start }) => [name, start.length]),
    );
    for (const [i, { value, gradient, start }] of golden.problems.entries()) {
      const found = problems[i]!.evaluate(Float64Array.from(start));
      expect(Math.abs(found.value / value - 1)).toBeLessThan(1e-12);
      // Rounding of a sum of terms that are larger than it is.
      const scale = Math.max(...gradient.map(Math.abs));
      for (const [k, g] of gradient.entries()) expect(Math.abs(found.gradient[k]! - g)).toBeLessThan(1e-9 * scale);
    }
  });

  test("are of the methods that SciPy has, and those are named", () => {
    expect(shared.map(({ id }) => id)).toEqual(Object.keys(golden.problems[0]!.runs));
  });

  for (const method of shared)
    test(`${method.title} reaches SciPy's minima or lower ones, for at most 1.2 times the evaluations in the median`, () => {
      const ratios: number[] = [];
      for (const [i, problem] of problems.entries()) {
        const run = golden.problems[i]!.runs[method.id]!;
        const { value, evaluations, converged, status, gradientNorm } = solve(method, problem);
        // Where values are 1e5, a gradient of 1e-5 is below their rounding.
        expect(converged || (status === "stalled" && gradientNorm < 1e-7 * value), `${problem.name}: ${status}`).toBe(
          true,
        );
        if (!reached(run)) continue;
        // The tolerance of gradients leaves values of flat problems uncertain by 1e-6.
        expect(value - run.value, problem.name).toBeLessThanOrEqual(2e-6 * (1 + run.value));
        ratios.push(evaluations / run.evaluations);
      }
      expect(ratios.length).toBeGreaterThanOrEqual(12);
      expect(median(ratios)).toBeLessThanOrEqual(1.2);
    });

  test("large residuals do not slow least squares down: they cost no more than SciPy's, which gives up or needs hundreds", () => {
    const i = problems.findIndex(({ name }) => name === "brown-dennis");
    for (const method of methods.filter(takesResiduals))
      expect(solve(method, problems[i]!).evaluations).toBeLessThan(
        golden.problems[i]!.runs[method.id]!.evaluations / 4,
      );
  });

  test("Newton's method and Barzilai and Borwein's reach the lowest minima that SciPy's BFGS does, or lower ones", () => {
    for (const method of methods.filter(({ id }) => id === "newton" || id === "barzilai-borwein"))
      for (const [i, problem] of problems.entries()) {
        if (method.id === "barzilai-borwein" && problem.name === "biggs-exp6") continue; // too flat for gradients alone in 3000 iterations
        const { value, converged } = solve(method, problem);
        expect(converged, `${method.id}, ${problem.name}`).toBe(true);
        expect(value - golden.problems[i]!.runs.bfgs!.value).toBeLessThanOrEqual(1e-6 * (1 + value));
      }
  });

  test("gradient descent never rises, and reaches the minima of problems that are not ill-conditioned", () => {
    const [method] = methods.filter(({ id }) => id === "gradient-descent");
    for (const name of [
      "beale",
      "gaussian",
      "variably-dimensioned",
      "trigonometric",
      "broyden-tridiagonal",
      "linear-full-rank",
    ]) {
      const i = problems.findIndex((p) => p.name === name);
      const { value, converged } = solve(method!, problems[i]!);
      expect(converged, name).toBe(true);
      expect(value - golden.problems[i]!.runs.bfgs!.value).toBeLessThanOrEqual(1e-6 * (1 + value));
    }
  });
});
