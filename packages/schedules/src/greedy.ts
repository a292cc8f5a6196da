import { OptimizerError } from "@descent/core";
import { finite, knownOptions, positive, whole } from "@descent/core/adapter";
import { type BetterOptions, better, checkMetric, checkState, type MetricSchedule } from "./metric.ts";

/** Options of `greedy`. */
export interface GreedyOptions extends BetterOptions {
  /** The value at the start. */
  readonly from: number;
  /** The value is divided by it after a run of better metrics and multiplied after a run of worse, above 0 and below 1; default 0.95. */
  readonly factor?: number | undefined;
  /** How long a run may be before the value changes; default 10. */
  readonly patience?: number | undefined;
  /** How many metrics after a cut do not count; default 0. */
  readonly cooldown?: number | undefined;
  /** How many metrics after a rise do not count; default 0. */
  readonly warmup?: number | undefined;
  /** The least value, above 0; default 1e-3. */
  readonly min?: number | undefined;
  /** The greatest value; default 1. */
  readonly max?: number | undefined;
  /** After this many cuts at the least value it starts again; default 500. */
  readonly reset?: number | undefined;
}

/** The memory of `greedy`. */
export interface GreedyState {
  /** The rate now. */
  readonly value: number;
  /** The best metric so far; null before the first. */
  readonly best: number | null;
  /** Metrics in a row that were better. */
  readonly good: number;
  /** Metrics in a row that were no better. */
  readonly bad: number;
  /** Metrics that still do not count. */
  readonly resting: number;
  /** Cuts at the least value that are left before it starts again. */
  readonly left: number;
}

/**
 * Raises the rate while a metric gets better and cuts it when it stalls (https://arxiv.org/abs/2512.14527). The same as
 * transformers' GreedyLR without smoothing. Throws where an option is out of its range.
 */
export function greedy(options: GreedyOptions): MetricSchedule<GreedyState> {
  const where = "greedy";
  const {
    from,
    factor = 0.95,
    patience = 10,
    cooldown = 0,
    warmup = 0,
    min = 1e-3,
    max = 1,
    reset = 500,
    mode = "min",
    threshold = 1e-6,
    thresholdMode = "abs",
  } = knownOptions(where, options, [
    "from",
    "factor",
    "patience",
    "cooldown",
    "warmup",
    "min",
    "max",
    "reset",
    "mode",
    "threshold",
    "thresholdMode",
  ]);
  finite(where, { from });
  positive(where, { factor, min, max });
  if (factor >= 1) throw new OptimizerError(`\`${where}\`: \`factor\` must be below 1; got ${factor}.`);
  whole(where, { patience, cooldown, warmup, reset });
  if (min > max) throw new OptimizerError(`\`${where}\`: \`min\` must be at most \`max\`; got ${min} and ${max}.`);
  const isBetter = better(where, { mode, threshold, thresholdMode });
  const start: GreedyState = { value: from, best: null, good: 0, bad: 0, resting: 0, left: reset };
  let now = start;
  return Object.assign(() => now.value, {
    update: (metric: number): number => {
      checkMetric(where, metric);
      now = next(metric);
      return now.value;
    },
    state: () => now,
    load: (state: GreedyState): void => {
      now = checkState(where, state, now);
    },
  });

  function next(metric: number): GreedyState {
    const { value, best, good, bad, resting, left } = now;
    if (resting > 0) return { ...now, good: 0, bad: 0, resting: resting - 1 };
    if (isBetter(metric, best)) {
      if (good < patience) return { ...now, best: metric, good: good + 1, bad: 0 };
      const raised = Math.min(value / factor, max);
      return { value: far(value, raised), best: metric, good: 0, bad: 0, resting: warmup, left: reset };
    }
    if (bad < patience) return { ...now, good: 0, bad: bad + 1 };
    const lowered = far(value, Math.max(value * factor, min));
    const atLeast = lowered <= min;
    if (atLeast && left <= 1) return { ...start, resting: cooldown };
    return { value: lowered, best, good: 0, bad: 0, resting: cooldown, left: atLeast ? left - 1 : left };
  }
}

/** The new value, unless it is within transformers' 1e-8 of the old. */
const far = (value: number, next: number): number => (Math.abs(next - value) > 1e-8 ? next : value);
