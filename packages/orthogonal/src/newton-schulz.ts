import { apply, constant, type Expr, formula, type Macro, reduce } from "@descent/core/graph";

/** An odd polynomial: a x + b (x x') x + c (x x')² x. */
type Polynomial = (x: Expr) => Expr;

/** A macro: length 1 by `unit`, then the steps, on the short side. */
const iteration =
  (unit: Polynomial, steps: readonly Polynomial[]): Macro =>
  ({ rows, cols }, x) => {
    const turn = (y: Expr): Expr => (rows > cols ? apply("transpose", y) : y);
    return turn(steps.reduce((y, step) => step(y), unit(turn(x!)))); // called with one argument
  };

const times = (step: Polynomial, n: number): Polynomial[] => Array.from({ length: n }, () => step);

/** As PyTorch scales: by the norm, at least 1e-7. */
export const clamped = formula({ y: "x / max(norm(x), 1e-7)" });
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

/** Polynomials that are best one after the other: Amsel et al., 2025, with their safety of 1 %. */
export const polarExpress = iteration(formula({ y: "x / max(1.01 * norm(x), 1e-7)" }), [
  formula({ a: "x @ x'", y: "8.237312490495555 * x + (-23.157747414558198 * a + 16.680568411445915 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "4.082441999064835 * x + (-2.893047735332586 * a + 0.5252849256975648 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "3.9263479922546582 * x + (-2.8547468034765298 * a + 0.5318022422894988 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "3.2982187133085143 * x + (-2.424541981026706 * a + 0.48632008358844075 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "2.2970369434552573 * x + (-1.63662558125903 * a + 0.4002628455953627 * a @ a) @ x" }),
]);

/** Ten steps of the classical iteration for (x x')^(-1/2) x, which leaves directions without any gradient near 0. */
export const whitened: Macro = (_, x) =>
  times(cubic, 10).reduce((y, step) => step(y), formula({ y: "x / sqrt(max(norm(x @ x'), 1e-30))" })(x!)); // called with one argument

/** The same matrix within 1 %, or better, by the eight polynomials of Xie et al., 2026. */
export const msign = iteration(clamped, [
  formula({ a: "x @ x'", y: "8.2051 * x + (-22.9019 * a + 16.4607 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "4.0664 * x + (-2.8612 * a + 0.5184 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "3.9096 * x + (-2.8234 * a + 0.525 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "3.2856 * x + (-2.4153 * a + 0.4853 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "2.2779 * x + (-1.6198 * a + 0.3985 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "1.8726 * x + (-1.2307 * a + 0.3585 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "1.8564 * x + (-1.2132 * a + 0.3568 * a @ a) @ x" }),
  formula({ a: "x @ x'", y: "1.875 * x + (-1.25 * a + 0.375 * a @ a) @ x" }),
]);

/**
 * The multiple of `normal` that, added to a matrix of length 1, makes its orthogonal factor lie across `normal`: the root of a
 * function from −1 to 1 that never falls, and whose root is within ±2. Ten halvings, then three steps along the chord.
 */
export const multiplier: Macro = (at, x, normal) => {
  let [low, high] = [constant(-2), constant(2)];
  let [below, above] = [constant(-1), constant(1)];
  const chord = (): Expr => {
    const share = apply("div", below, apply("sub", below, above));
    return apply("add", low, apply("mul", share, apply("sub", high, low)));
  };
  for (let k = 0; k < 13; k++) {
    const middle = k < 10 ? apply("mul", constant(0.5), apply("add", low, high)) : chord();
    const made = msign(at, apply("add", x!, apply("mul", middle, normal!))); // called with two arguments
    const value = reduce("sum", "scalar", apply("mul", normal!, made));
    const left = apply("lt", value, constant(0));
    [low, high] = [apply("select", left, middle, low), apply("select", left, high, middle)];
    [below, above] = [apply("select", left, value, below), apply("select", left, above, value)];
  }
  return chord();
};
