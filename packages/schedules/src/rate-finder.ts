import { OptimizerError } from "@descent/core";
import { knownOptions, positive, shown, whole } from "@descent/core/adapter";
import { exponential } from "./exponential.ts";
import type { Equation } from "./text.ts";

/** Options of `rateFinder`. */
export interface RateFinderOptions {
  /** The first rate, above 0; default 1e-8. */
  readonly from?: number | undefined;
  /** The last rate, above `from`; default 1. */
  readonly to?: number | undefined;
  /** How many updates the test takes; default 100. */
  readonly over?: number | undefined;
  /** The test ends when the smoothed loss is this many times its least; default 4. */
  readonly stop?: number | undefined;
}

/** One point of a range test. */
export interface RatePoint {
  /** The rate of the update. */
  readonly lr: number;
  /** The loss that the update with this rate was computed from. */
  readonly loss: number;
  /** Losses averaged with weights that halve every 34 updates. */
  readonly smoothed: number;
}

/** A range test under way. */
export interface RateFinder {
  /** The rates: from the first to the last, each a constant factor above the one before. */
  readonly schedule: Equation;
  /** Takes the loss of each update, in order. Returns false when the test is over: the last rate is reached, or the loss has exploded. */
  record(loss: number): boolean;
  /** The updates recorded so far. */
  readonly points: readonly RatePoint[];
  /**
   * The rate at which the loss falls fastest per factor of the rate, leaving out the first ten points and the last; undefined
   * where there are too few to say.
   */
  suggestion(): number | undefined;
}

/** How much of the average each loss leaves. */
const KEPT = 0.98;
/** Points at the start that are too noisy to say anything. */
const SKIPPED = 10;

/**
 * The learning-rate range test (Smith, https://arxiv.org/abs/1506.01186): train a few updates with a rate that grows, and see
 * where the loss falls fastest. The suggestion is PyTorch Lightning's. Restore the weights afterwards.
 * Throws where a number is out of its range.
 */
export function rateFinder(options: RateFinderOptions = {}): RateFinder {
  const where = "rateFinder";
  const { from = 1e-8, to = 1, over = 100, stop = 4 } = knownOptions(where, options, ["from", "to", "over", "stop"]);
  positive(where, { from, to, stop });
  whole(where, { over });
  if (to <= from) throw new OptimizerError(`\`${where}\`: \`to\` must be above \`from\`; got ${to} and ${from}.`);
  if (over < 2) throw new OptimizerError(`\`${where}\`: \`over\` must be 2 or more; got ${over}.`);
  const schedule = exponential({ from, rate: to / from, over: over - 1 });
  const points: RatePoint[] = [];
  let average = 0;
  let least = Infinity;
  let ended = false;
  return {
    schedule,
    points,
    record: (loss) => {
      if (typeof loss !== "number")
        throw new OptimizerError(`\`${where}\`: record takes the loss, a number; got ${shown(loss)}.`);
      if (ended) throw new OptimizerError(`\`${where}\`: the test is over: record() returned false. Make another.`);
      average = KEPT * average + (1 - KEPT) * loss;
      const smoothed = average / (1 - KEPT ** (points.length + 1));
      points.push({ lr: schedule(points.length), loss, smoothed });
      if (smoothed < least) least = smoothed;
      // A loss that is not a number has exploded as well.
      const exploded = points.length > 1 && !(smoothed <= stop * least);
      ended = exploded || points.length === over;
      return !ended;
    },
    suggestion: () => steepest(points),
  };
}

/** The rate where the smoothed loss falls fastest, by central differences over equal steps of the rate's logarithm. */
function steepest(points: readonly RatePoint[]): number | undefined {
  const kept = points.slice(SKIPPED, -1).filter(({ smoothed }) => Number.isFinite(smoothed));
  if (kept.length < 2) return undefined;
  let [fastest, lr] = [Infinity, kept[0]!.lr]; // there are two
  for (const [i, point] of kept.entries()) {
    const [before, after] = [Math.max(i - 1, 0), Math.min(i + 1, kept.length - 1)];
    const slope = (kept[after]!.smoothed - kept[before]!.smoothed) / (after - before);
    if (slope < fastest) [fastest, lr] = [slope, point.lr];
  }
  return lr;
}
