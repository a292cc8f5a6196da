import { apply, constant, type Expr, type Macro, reduce } from "@descent/core/graph";
import { clamped, iteration, quintics } from "./iteration.ts";

/** The same matrix within 1 %, or better, by the eight polynomials of Xie et al., 2026. */
const msign = iteration(
  clamped,
  quintics(
    [8.2051, -22.9019, 16.4607],
    [4.0664, -2.8612, 0.5184],
    [3.9096, -2.8234, 0.525],
    [3.2856, -2.4153, 0.4853],
    [2.2779, -1.6198, 0.3985],
    [1.8726, -1.2307, 0.3585],
    [1.8564, -1.2132, 0.3568],
    [1.875, -1.25, 0.375],
  ),
);

/**
 * The orthogonal factor of a matrix of length 1 and the multiple of `normal` that makes the factor lie across `normal`. The
 * multiple is the root of a function from −1 to 1 that never falls, within ±2: ten halvings, then three steps along the chord.
 */
export const tangent: Macro = (at, x, normal) => {
  let [low, high, below, above] = [-2, 2, -1, 1].map(constant) as [Expr, Expr, Expr, Expr]; // as many
  const between = (share: Expr): Expr => apply("add", low, apply("mul", share, apply("sub", high, low)));
  for (let k = 0; ; k++) {
    const root = between(k < 10 ? constant(0.5) : apply("div", below, apply("sub", below, above)));
    const made = msign(at, apply("add", x!, apply("mul", root, normal!))); // called with two arguments
    if (k === 13) return made;
    const value = reduce("sum", "scalar", apply("mul", normal!, made));
    const pick = (yes: Expr, no: Expr): Expr => apply("select", apply("lt", value, constant(0)), yes, no);
    [low, high, below, above] = [pick(root, low), pick(high, root), pick(value, below), pick(above, value)];
  }
};
