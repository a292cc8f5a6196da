import { finite, knownOptions } from "@descent/core/adapter";
import { between } from "../options.ts";
import { along, isFiniteTrial, type LineSearch } from "./search.ts";

/** Options of `armijo`. */
export interface ArmijoOptions {
  /** The share of the decrease promised by the slope that a step must reach: above 0, below 1 (default 1e-4). */
  readonly c1?: number | undefined;
  /** Trials before it gives up (default 50). */
  readonly most?: number | undefined;
}

const ROUNDING = Number.EPSILON / 2;

/**
 * Backtracking: shortens a step until the value has gone down by its fair share (Armijo, 1966), at each try to the minimum
 * of the parabola through what is known, kept within a tenth and a half. A value that is not finite is a step ten times too
 * long.
 */
export function armijo(options: ArmijoOptions = {}): LineSearch {
  const { c1 = 1e-4, most = 50 } = knownOptions("armijo", options, ["c1", "most"]);
  between("armijo", { c1 }, 0, 1);
  finite("armijo", { most });
  return function* (at, direction, slope, first) {
    let step = first;
    for (let k = 0; k < most; k++) {
      if (k > 0 && -step * slope <= ROUNDING * Math.abs(at.value)) break; // no shorter step can be told from none
      const trial = yield* along(at, direction, step);
      const rise = trial.at.value - at.value;
      if (isFiniteTrial(trial) && rise <= c1 * step * slope) return trial;
      const parabola = (-slope * step * step) / (2 * (rise - slope * step));
      step = isFiniteTrial(trial) ? Math.min(Math.max(parabola, 0.1 * step), 0.5 * step) : 0.1 * step;
    }
    return undefined;
  };
}
