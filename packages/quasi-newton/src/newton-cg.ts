import { knownOptions } from "@descent/core/adapter";
import { type Asking, compute, type Point, product, type Vector } from "./ask.ts";
import type { Method } from "./method.ts";
import { checkPreconditioner, type Preconditioner, preconditioned } from "./precondition.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";
import { wolfe } from "./search/wolfe.ts";

/** Options of `newtonCg`. */
export interface NewtonCgOptions {
  /** How the step is found (default `wolfe()`). */
  readonly search?: LineSearch | undefined;
  /** The Hessian's diagonal, or a function that multiplies by an approximate inverse of it (default: neither). */
  readonly precondition?: Preconditioner | undefined;
}

/**
 * Conjugate gradients on Newton's equations, stopped earlier the farther away the minimum is, and where curvature is
 * negative.
 */
function* direction(at: Point, precondition: Preconditioner | undefined): Asking<Vector> {
  const { gradient: g } = at;
  const inner = (r: Vector): Asking<Vector> => preconditioned("newtonCg", precondition, r, at.x);
  const first = yield* compute(
    { zero: "0 * g", down: "-q", square: "total(g * q)" },
    { g, q: yield* inner(g) }, // squares are by the preconditioner
  );
  const enough = Math.min(0.25, Math.sqrt(first.square)) * first.square; // the square of the tolerance for residuals
  let [z, r, d, rr] = [first.zero, g, first.down, first.square];
  const most = MOST_PER_STEP;
  for (let k = 0; k < most; k++) {
    const Bd = yield* product(at, d);
    const { dBd, dd } = yield* compute({ dBd: "total(d * Bd)", dd: "total(d * d)" }, { d, Bd });
    if (!(dBd > 3 * Number.EPSILON * dd)) return k === 0 ? first.down : z;
    const alpha = rr / dBd;
    ({ z, r } = yield* compute({ z: "z + alpha * d", r: "r + alpha * Bd" }, { z, d, r, Bd, alpha }));
    const q = yield* inner(r);
    const { square } = yield* compute({ square: "total(r * q)" }, { r, q });
    if (square <= enough) return z;
    ({ d } = yield* compute({ d: "beta * d - q" }, { d, q, beta: square / rr }));
    rr = square;
  }
  return z;
}

/** More conjugate gradient steps than are needed as long as each still improves the result. */
const MOST_PER_STEP = 200;

/**
 * Newton's method without a matrix: its equations are solved by conjugate gradients, as far as is worth it, from products of
 * the Hessian with a direction (Dembo and Steihaug, 1983). Give the objective a `product`; without one, each costs a
 * gradient.
 */
export function newtonCg(options: NewtonCgOptions = {}): Method<Record<never, never>> {
  const { search = wolfe(), precondition } = knownOptions("newtonCg", options, ["search", "precondition"]);
  checkSearch("newtonCg", search);
  checkPreconditioner("newtonCg", precondition);
  return {
    id: "newton-cg",
    title: "Newton-CG",
    paper: "https://doi.org/10.1007/BF02592055",
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start() {
      return {};
    },
    *iterate(at) {
      const d = yield* direction(at, precondition);
      const { slope } = yield* compute({ slope: "total(g * d)" }, { g: at.gradient, d });
      const trial = slope < 0 ? yield* search(at, d, slope, 1) : undefined;
      if (!trial) return { stalled: "The line search found no lower value along Newton's direction." };
      return { at: trial.at, step: trial.step, memory: {} };
    },
  };
}
