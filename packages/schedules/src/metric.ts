import { OptimizerError } from "@descent/core";
import { finite, isRecord, notNegative, oneOf, shown } from "@descent/core/adapter";

/** A rate that follows a metric: the only schedules that hold a state. Called, it gives its present value at any step. */
export interface MetricSchedule<S> {
  (): number;
  /**
   * Takes the metric once it is known, after each epoch, say, and returns the value from now on. NaN counts as worse.
   * Throws if it is given anything but a number.
   */
  update(metric: number): number;
  /** Everything to go on from, as JSON can hold it. */
  state(): S;
  /** Goes on from a state. Throws, and stays as it was, if it is not one. */
  load(state: S): void;
}

/** Options of the test for a better metric. */
export interface BetterOptions {
  /** Whether the metric gets better as it falls or as it rises; default `"min"`. */
  readonly mode?: "min" | "max" | undefined;
  /** By how much the metric must beat the best so far, 0 or above. */
  readonly threshold?: number | undefined;
  /** Whether `threshold` is a share of the best so far, `"rel"`, or a distance, `"abs"`. */
  readonly thresholdMode?: "rel" | "abs" | undefined;
}

/** The test for a better metric; `best` is null before there is one. */
export function better(
  where: string,
  { mode = "min", threshold = 0, thresholdMode = "abs" }: BetterOptions,
): (metric: number, best: number | null) => boolean {
  oneOf(where, { mode }, ["min", "max"]);
  oneOf(where, { thresholdMode }, ["rel", "abs"]);
  notNegative(where, { threshold });
  const sign = mode === "min" ? 1 : -1;
  return (metric, best) => {
    if (best === null) return !Number.isNaN(metric);
    return sign * metric < sign * (thresholdMode === "rel" ? best * (1 - sign * threshold) : best - sign * threshold);
  };
}

/** Throws unless the metric is a number. */
export function checkMetric(where: string, metric: unknown): asserts metric is number {
  if (typeof metric !== "number")
    throw new OptimizerError(
      `\`${where}\`: update takes the metric, a number; got ${shown(metric)}. Read it from its tensor first.`,
    );
}

/** Throws unless a state has these numbers, and `best`, which may be null. */
export function checkState<S extends object>(where: string, state: S, like: S): S {
  if (!isRecord(state))
    throw new OptimizerError(`\`${where}\`: load takes what state() returned; got ${shown(state)}.`);
  const given: Readonly<Record<string, unknown>> = { ...state };
  for (const name of Object.keys(like))
    if (!(name === "best" && given[name] === null)) finite(`${where}, its state`, { [name]: given[name] });
  return { ...state };
}
