import { formula, type Macro } from "@descent/core/graph";
import { clamped, iteration, type Polynomial } from "./iteration.ts";

const times = (step: Polynomial, n: number): Polynomial[] => Array.from({ length: n }, () => step);

/** As the authors' code scales. */
const added = formula({ y: "x / (norm(x) + 1e-7)" });
/** Takes singular values between 0 and 1 to about 1. */
const jordan = formula({ a: "x @ x'", b: "-4.775 * a + 2.0315 * a @ a", y: "3.4445 * x + b @ x" });
/** Takes singular values to 1 quadratically, once they are near it. */
const cubic = formula({ y: "1.5 * x - 0.5 * x @ x' @ x" });

/** The nearest matrix with orthonormal rows or columns, roughly: five steps on the short side. */
export const orthogonal = iteration(clamped, times(jordan, 5));
/** The same, scaled with an ε that is added. */
export const orthogonalAdded = iteration(added, times(jordan, 5));
/** The same matrix to the precision of float32, where no singular value is below 1e-5 of the largest. */
export const polar = iteration(clamped, [...times(jordan, 9), ...times(cubic, 5)]);

/** Ten steps of the classical iteration for (x x')^(-1/2) x, which leaves directions without any gradient near 0. */
export const whitened: Macro = (_, x) =>
  times(cubic, 10).reduce((y, step) => step(y), formula({ y: "x / sqrt(max(norm(x @ x'), 1e-30))" })(x!)); // called with one argument
