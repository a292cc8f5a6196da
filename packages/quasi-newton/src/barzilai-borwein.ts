import { knownOptions, whole } from "@descent/core/adapter";
import { compute } from "./ask.ts";
import { firstStep, pair } from "./curvature.ts";
import type { Method } from "./method.ts";
import { between } from "./options.ts";
import { along, isFiniteTrial } from "./search/search.ts";

/** Options of `barzilaiBorwein`. */
export interface BarzilaiBorweinOptions {
  /** A value need only be lower than the highest of this many last ones (default 10); 1 forbids any rise. */
  readonly memory?: number | undefined;
}

type Spectral = { readonly rate: number; readonly values: readonly number[] };
const [FAIR, MOST, SMALLEST, LARGEST] = [1e-4, 60, 1e-10, 1e10] as const;

/**
 * Barzilai and Borwein's steps along the gradient: as long as the last step's curvature says, and allowed to rise for a while,
 * which makes them far faster than steepest descent for the same price (1988; kept from diverging as in Raydan, 1997).
 */
export function barzilaiBorwein(options: BarzilaiBorweinOptions = {}): Method<Spectral> {
  const { memory = 10 } = knownOptions("barzilaiBorwein", options, ["memory"]);
  whole("barzilaiBorwein", { memory });
  between("barzilaiBorwein", { memory }, 0, Infinity);
  return {
    id: "barzilai-borwein",
    title: "Barzilai–Borwein",
    paper: "https://doi.org/10.1137/S1052623494266365",
    *start(at) {
      return { rate: yield* firstStep(at), values: [at.value] };
    },
    *iterate(at, { rate, values }) {
      const { d, square } = yield* compute({ d: "-g", square: "total(g * g)" }, { g: at.gradient });
      const highest = Math.max(...values);
      let step = rate;
      for (let k = 0; k < MOST; k++) {
        const trial = yield* along(at, d, step);
        if (isFiniteTrial(trial) && trial.at.value <= highest - FAIR * step * square) {
          const found = yield* pair(at, trial.at);
          const curved = found ? (step * step * square) / found.ys : LARGEST;
          const next = {
            rate: Math.min(Math.max(curved, SMALLEST), LARGEST),
            values: [...values, trial.at.value].slice(-memory),
          };
          return { at: trial.at, step, memory: next };
        }
        const parabola = (step * step * square) / (2 * (trial.at.value - at.value + step * square));
        step = isFiniteTrial(trial) ? Math.min(Math.max(parabola, 0.1 * step), 0.5 * step) : 0.1 * step;
      }
      return { stalled: "No step along the gradient is short enough to lower the value." };
    },
  };
}
