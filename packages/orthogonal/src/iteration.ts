import { apply, type Expr, formula, type Macro } from "@descent/core/graph";

/** An odd polynomial: a x + b (x x') x + c (x x')² x. */
export type Polynomial = (x: Expr) => Expr;

/** A macro: length 1 by `unit`, then the steps, on the short side. */
export const iteration =
  (unit: Polynomial, steps: readonly Polynomial[]): Macro =>
  ({ rows, cols }, x) => {
    const turn = (y: Expr): Expr => (rows > cols ? apply("transpose", y) : y);
    return turn(steps.reduce((y, step) => step(y), unit(turn(x!)))); // called with one argument
  };

/** As PyTorch scales: by the norm, at least 1e-7. */
export const clamped = formula({ y: "x / max(norm(x), 1e-7)" });

/** Odd polynomials of degree 5 by their three factors. */
export const quintics = (...factors: readonly (readonly [number, number, number])[]): Polynomial[] =>
  factors.map(([a, b, c]) => {
    const y: string = `${a} * x + (${b} * a + ${c} * a @ a) @ x`;
    return formula({ a: "x @ x'", y });
  });
