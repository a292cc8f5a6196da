import { knownOptions } from "@descent/core/adapter";
import { type Asking, compute, type Point, product, type Vector } from "./ask.ts";
import type { Method } from "./method.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";
import { wolfe } from "./search/wolfe.ts";

/** Options of `newtonCg`. */
export interface NewtonCgOptions {
  /** How the step is found (default `wolfe()`). */
  readonly search?: LineSearch | undefined;
}

/** Conjugate gradients on Newton's equations: sooner ended the farther away the minimum is, and where curvature is negative. */
function* direction(at: Point): Asking<Vector> {
  const { gradient: g } = at;
  const { z: zero, down, square } = yield* compute({ z: "0 * g", down: "-g", square: "total(g * g)" }, { g });
  const enough = Math.min(0.25, Math.sqrt(square)) * square; // the square of the tolerance for residuals
  let [z, r, d, rr] = [zero, g, down, square];
  const most = MOST_PER_STEP;
  for (let k = 0; k < most; k++) {
    const Bd = yield* product(at, d);
    const { dBd, dd } = yield* compute({ dBd: "total(d * Bd)", dd: "total(d * d)" }, { d, Bd });
    if (!(dBd > 3 * Number.EPSILON * dd)) return k === 0 ? down : z;
    const alpha = rr / dBd;
    const next = yield* compute(
      { z: "z + alpha * d", r: "r + alpha * Bd", rr: "total(r * r)" },
      { z, d, r, Bd, alpha },
    );
    ({ z, r } = next);
    if (next.rr <= enough) return z;
    ({ d } = yield* compute({ d: "beta * d - r" }, { d, r, beta: next.rr / rr }));
    rr = next.rr;
  }
  return z;
}

/** More conjugate gradient steps than any step needs that still gets nearer. */
const MOST_PER_STEP = 200;

/**
 * Newton's method without a matrix: its equations are solved by conjugate gradients, as far as is worth it, from products of
 * the Hessian with a direction (Dembo and Steihaug, 1983). Give the objective a `product`; without one, each costs a
 * gradient.
 */
export function newtonCg(options: NewtonCgOptions = {}): Method<Record<never, never>> {
  const { search = wolfe() } = knownOptions("newtonCg", options, ["search"]);
  checkSearch("newtonCg", search);
  return {
    id: "newton-cg",
    title: "Newton-CG",
    paper: "https://doi.org/10.1007/BF02592055",
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start() {
      return {};
    },
    *iterate(at) {
      const d = yield* direction(at);
      const { slope } = yield* compute({ slope: "total(g * d)" }, { g: at.gradient, d });
      const trial = slope < 0 ? yield* search(at, d, slope, 1) : undefined;
      if (!trial) return { stalled: "The line search found no lower value along Newton's direction." };
      return { at: trial.at, step: trial.step, memory: {} };
    },
  };
}
