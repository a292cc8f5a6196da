import { knownOptions } from "@descent/core/adapter";
import { between } from "../options.ts";
import { along, isFiniteTrial, type LineSearch, type Trial } from "./search.ts";

/** Options of `weakWolfe`. */
export interface WeakWolfeOptions {
  /** The share of the decrease promised by the slope that a step must reach (default 1e-4). */
  readonly c1?: number | undefined;
  /** The part of the slope that may be left below 0; more than `c1` (default 0.9). */
  readonly c2?: number | undefined;
  /** Trials before it settles for what it has (default 50). */
  readonly most?: number | undefined;
}

/**
 * The weak Wolfe conditions, which let the slope end positive, by doubling and halving alone: it trusts no cubic and so works
 * where the function has kinks (Lewis and Overton, 2013, https://doi.org/10.1007/s10107-012-0514-2). Smooth functions cost
 * fewer evaluations with `wolfe`. A value that is not finite is a step too far.
 */
export function weakWolfe(options: WeakWolfeOptions = {}): LineSearch {
  const { c1 = 1e-4, c2 = 0.9, most = 50 } = knownOptions("weakWolfe", options, ["c1", "c2", "most"]);
  between("weakWolfe", { c1 }, 0, 1);
  between("weakWolfe", { c2 }, c1, 1);
  between("weakWolfe", { most }, 0, Infinity);
  return function* (at, direction, slope, first) {
    let [low, high, step] = [0, Infinity, first];
    let found: Trial | undefined;
    for (let k = 0; k < most; k++) {
      const trial = yield* along(at, direction, step);
      if (!isFiniteTrial(trial) || trial.at.value > at.value + c1 * step * slope) high = step;
      else {
        if (trial.slope >= c2 * slope) return trial;
        low = step;
        if (!found || trial.at.value < found.at.value) found = trial;
      }
      const next = high < Infinity ? (low + high) / 2 : 2 * low;
      if (next === step || !(next < Infinity)) break;
      step = next;
    }
    return found;
  };
}
