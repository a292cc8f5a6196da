import { OptimizerError } from "@descent/core";
import { finite, knownOptions, notNegative, positive, whole } from "@descent/core/adapter";
import { type BetterOptions, better, checkMetric, checkState, type MetricSchedule } from "./metric.ts";

/** Options of `plateau`. */
export interface PlateauOptions extends BetterOptions {
  /** The value until the metric first stalls. */
  readonly from: number;
  /** The factor of each cut, above 0 and below 1; default 0.1. */
  readonly factor?: number | undefined;
  /** How many metrics in a row may be no better before the cut; default 10. */
  readonly patience?: number | undefined;
  /** How many metrics after a cut do not count; default 0. */
  readonly cooldown?: number | undefined;
  /** The least value; default 0. */
  readonly min?: number | undefined;
}

/** The names of its options, for callbacks that pass them on. */
export const plateauOptions: readonly (keyof PlateauOptions)[] = [
  "from",
  "factor",
  "patience",
  "cooldown",
  "min",
  "mode",
  "threshold",
  "thresholdMode",
];

/** The memory of `plateau`. */
export interface PlateauState {
  /** The rate now. */
  readonly value: number;
  /** The best metric so far; null before the first. */
  readonly best: number | null;
  /** Metrics in a row that were no better. */
  readonly bad: number;
  /** Metrics that still do not count. */
  readonly cooldown: number;
}

/**
 * Cuts the rate when a metric has stalled for more than `patience` updates in a row. The same as torch's ReduceLROnPlateau,
 * whose threshold of 1e-4 is a share of the best; optax's cuts one metric earlier.
 * Throws where an option is out of its range.
 */
export function plateau(options: PlateauOptions): MetricSchedule<PlateauState> {
  const where = "plateau";
  const {
    from,
    factor = 0.1,
    patience = 10,
    cooldown = 0,
    min = 0,
    mode = "min",
    threshold = 1e-4,
    thresholdMode = "rel",
  } = knownOptions(where, options, plateauOptions);
  finite(where, { from });
  positive(where, { factor });
  if (factor >= 1) throw new OptimizerError(`\`${where}\`: \`factor\` must be below 1; got ${factor}.`);
  whole(where, { patience, cooldown });
  notNegative(where, { min });
  const isBetter = better(where, { mode, threshold, thresholdMode });
  let now: PlateauState = { value: from, best: null, bad: 0, cooldown: 0 };
  return Object.assign(() => now.value, {
    update: (metric: number): number => {
      checkMetric(where, metric);
      const improved = isBetter(metric, now.best);
      const best = improved ? metric : now.best;
      const resting = now.cooldown > 0;
      const bad = improved || resting ? 0 : now.bad + 1;
      if (bad > patience) now = { value: cut(now.value, factor, min), best, bad: 0, cooldown };
      else now = { value: now.value, best, bad, cooldown: resting ? now.cooldown - 1 : 0 };
      return now.value;
    },
    state: () => now,
    load: (state: PlateauState): void => {
      now = checkState(where, state, now);
    },
  });
}

/** A value cut, unless that would change it by no more than torch's 1e-8. */
function cut(value: number, factor: number, min: number): number {
  const next = Math.max(value * factor, min);
  return value - next > 1e-8 ? next : value;
}
