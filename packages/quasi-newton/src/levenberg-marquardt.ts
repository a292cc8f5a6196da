import { knownOptions } from "@descent/core/adapter";
import { ask, compute, identity, solve, type Vector } from "./ask.ts";
import { normal } from "./gauss-newton.ts";
import type { Method } from "./method.ts";
import { between } from "./options.ts";

/** Options of `levenbergMarquardt`. */
export interface LevenbergMarquardtOptions {
  /** The damping of the first step, relative to the squares of the Jacobian's columns (default 1e-3). */
  readonly damping?: number | undefined;
}

type Damped = {
  readonly damping: number;
  /** The factor by which damping grows when a step fails. */
  readonly growth: number;
  /** Gauss and Newton's matrix, J'J. */
  readonly A: Vector;
  /** The largest squares of the Jacobian's columns so far, as a diagonal. */
  readonly D: Vector;
};
const MOST = 100;

/**
 * Levenberg and Marquardt's method for least squares: Gauss and Newton's step, shortened towards the gradient by as much
 * damping as the last steps called for (Marquardt, 1963; damping as in Nielsen, 1999). For objectives { residuals }; their
 * value is half the sum of squares.
 */
export function levenbergMarquardt(options: LevenbergMarquardtOptions = {}): Method<Damped> {
  const { damping: first = 1e-3 } = knownOptions("levenbergMarquardt", options, ["damping"]);
  between("levenbergMarquardt", { damping: first }, 0, Infinity);
  return {
    id: "levenberg-marquardt",
    title: "Levenberg–Marquardt",
    paper: "https://doi.org/10.1137/0111030",
    *start({ x }) {
      const { D } = yield* compute({ D: "0 * I" }, { I: yield* identity(x) });
      return { damping: first, growth: 2, A: yield* normal(x), D };
    },
    *iterate(at, { damping, growth, A, D: before }) {
      const { down, size } = yield* compute({ down: "-g", size: "totalNorm(A)" }, { A, g: at.gradient });
      // Scaling by the columns makes the units of unknowns irrelevant; one that nothing depends on is held all the same.
      const { D } = yield* compute(
        { D: "I * max(max(A, before), least)" },
        { A, I: yield* identity(at.x), before, least: 1e-12 * size },
      );
      for (let k = 0; k < MOST; k++) {
        const { damped } = yield* compute({ damped: "A + damping * D" }, { A, D, damping });
        const d = yield* solve(damped, down);
        if (d) {
          const { y, dDd, gd } = yield* compute(
            { y: "x + d", Dd: "D @ d", dDd: "total(d * Dd)", gd: "total(d * down)" },
            { x: at.x, d, D, down },
          );
          const next = yield* ask(y);
          const expected = 0.5 * (damping * dDd + gd);
          const kept = (at.value - next.value) / expected;
          if (kept > 0 && Number.isFinite(next.gradientNorm)) {
            const eased = damping * Math.max(1 / 3, 1 - (2 * kept - 1) ** 3);
            return { at: next, step: 1 / (1 + damping), memory: { damping: eased, growth: 2, A: yield* normal(y), D } };
          }
        }
        damping *= growth;
        growth *= 2;
        if (!Number.isFinite(damping)) break;
      }
      return { stalled: "No damping leads to a lower sum of squares." };
    },
  };
}
