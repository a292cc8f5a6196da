import { type Asking, compute, type Point, residuals, type Vector } from "./ask.ts";

/** A model of the curvature of half a sum of squares. */
export type Curvature = {
  /** The matrix that steps are made with: J'J, with `S` where that is wanted. */
  readonly A: Vector;
  /** The Jacobian. */
  readonly J: Vector;
  /** The part of the Hessian that J'J lacks, Σ rᵢ ∇²rᵢ, as learned from gradients. */
  readonly S: Vector;
};

/** Gauss and Newton's matrix, J'J, before anything is learned. */
export function* gaussNewtonMatrix(x: Vector): Asking<Curvature> {
  const { jacobian: J } = yield* residuals(x);
  return { J, ...(yield* compute({ A: "J' @ J", S: "0 * A" }, { J })) };
}

/** A step that leaves more of the sum of squares than this is not one of a quadratically convergent method. */
const SLOW = 0.5;

/**
 * The model at the end of a step. `S` follows the gradients as in NL2SOL (Dennis, Gay and Welsch, ACM TOMS 7, 1981, 348–368,
 * with their sizing), and counts where J'J alone is slow and foretold this step worse: residuals that stay large have a
 * curvature of their own.
 */
export function* learned({ J, S }: Curvature, from: Point, to: Point): Asking<Curvature> {
  const { residuals: r, jacobian: next } = yield* residuals(to.x);
  const { s, y, w, Ss, N, gs, sNs, sy, sw, sSs } = yield* compute(
    {
      s: "x - x0",
      y: "g - g0",
      w: "g - J' @ r",
      Js: "J @ s",
      Ss: "S @ s",
      N: "next' @ next",
      gs: "total(g0 * s)",
      sNs: "total(Js * Js)",
      sy: "total(s * y)",
      sw: "total(s * w)",
      sSs: "total(s * Ss)",
    },
    { x: to.x, x0: from.x, g: to.gradient, g0: from.gradient, J, r, S, next },
  );
  const size = sSs === 0 ? 1 : Math.min(1, Math.abs(sw / sSs));
  const { grown } =
    sy > 0
      ? yield* compute(
          { e: "w - size * Ss", grown: "size * S + (e @ y' + y @ e') / sy - total(s * e) / sy^2 * (y @ y')" },
          { S, Ss, w, y, s, sy, size },
        )
      : { grown: S };
  const rise = to.value - from.value;
  const foretold = gs + 0.5 * sNs;
  const counts = to.value > SLOW * from.value && Math.abs(foretold + 0.5 * sSs - rise) <= Math.abs(foretold - rise);
  return { A: counts ? (yield* compute({ A: "N + S" }, { N, S: grown })).A : N, J: next, S: grown };
}
