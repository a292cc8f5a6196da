import { knownOptions } from "@descent/core/adapter";
import { compute } from "./ask.ts";
import { type Curvature, gaussNewtonMatrix, learned } from "./least-squares.ts";
import type { Method } from "./method.ts";
import { positiveModel } from "./newton.ts";
import { armijo } from "./search/armijo.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";

/** Options of `gaussNewton`. */
export interface GaussNewtonOptions {
  /** How the step is found (default `armijo()`). */
  readonly search?: LineSearch | undefined;
}

/**
 * Gauss and Newton's method for least squares: Newton's with J'J in place of the Hessian, which is as good where the residuals
 * are small or nearly linear, shortened by a line search (Gauss, 1809). Where they are not, it learns what J'J lacks (Dennis, Gay
 * and Welsch, 1981). `levenbergMarquardt` is safer far from the minimum. For objectives { residuals }; their value is half the sum
 * of squares.
 */
export function gaussNewton(options: GaussNewtonOptions = {}): Method<Curvature> {
  const { search = armijo() } = knownOptions("gaussNewton", options, ["search"]);
  checkSearch("gaussNewton", search);
  return {
    id: "gauss-newton",
    title: "Gauss–Newton",
    paper: "https://doi.org/10.1137/1.9781611971484",
    *start({ x }) {
      return yield* gaussNewtonMatrix(x);
    },
    *iterate(at, known) {
      const model = yield* positiveModel(at, known.A);
      if (!model) return { stalled: "The Jacobian is not finite." };
      const { slope } = yield* compute({ slope: "total(g * d)" }, { g: at.gradient, d: model.d });
      const trial = slope < 0 ? yield* search(at, model.d, slope, 1) : undefined;
      if (!trial)
        return { stalled: "The line search found no lower sum of squares along Gauss and Newton's direction." };
      return { at: trial.at, step: trial.step, memory: yield* learned(known, at, trial.at) };
    },
  };
}
