import { finite, flag, knownOptions, whole } from "@descent/core/adapter";
import type { Weights } from "../model.ts";
import type { Callback } from "./callback.ts";
import { type MonitorOptions, monitorOf } from "./monitor.ts";

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs in a row that may be no better; default 0, as in Keras. */
  readonly patience?: number | undefined;
  /** Ends the run with the weights of the best epoch, whether it is stopped or not; default true (Keras: false). */
  readonly restoreBest?: boolean | undefined;
  /** Epochs at the start that do not count; default 0. */
  readonly startFrom?: number | undefined;
  /** A number that must be beaten at all. */
  readonly baseline?: number | undefined;
}

interface Watching {
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly bad: number;
  readonly weights: Weights | null;
}

/**
 * Stops when a number has been no better for more than `patience` epochs, and puts the best weights back. Its counts and those weights
 * are in checkpoints, so a resumed run stops where an undisturbed one would.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = "earlyStopping";
  const {
    patience = 0,
    restoreBest = true,
    startFrom = 0,
    baseline,
    ...watched
  } = knownOptions(where, options, ["monitor", "mode", "minDelta", "patience", "restoreBest", "startFrom", "baseline"]);
  whole(where, { patience, startFrom });
  flag(where, { restoreBest });
  if (baseline !== undefined) finite(where, { baseline });
  const monitor = monitorOf(where, watched);
  const fresh: Watching = { best: null, bestEpoch: -1, bad: 0, weights: null };
  let now = fresh;
  let resumed = false;
  return {
    name: where,
    onTrainBegin() {
      if (!resumed) now = fresh; // used again for another run
      resumed = false;
    },
    async onEpochEnd(epoch, logs, run) {
      if (epoch < startFrom) return;
      const value = monitor.of(logs);
      const better = monitor.beats(value, now.best ?? undefined);
      const counts = better && (baseline === undefined || monitor.beats(value, baseline));
      if (better) {
        const weights = restoreBest ? await run.weights() : null;
        now = { best: value, bestEpoch: epoch, bad: counts ? 0 : now.bad + 1, weights };
      } else now = { ...now, bad: now.bad + 1 };
      if (now.bad > patience)
        run.stop(
          now.best === null
            ? `${monitor.name} was never a number`
            : `${monitor.name} has been no better than ${now.best.toPrecision(6)}, of epoch ${now.bestEpoch + 1}, for ${now.bad} epochs`,
        );
    },
    async onTrainEnd(_, run) {
      if (restoreBest && now.weights) await run.setWeights(now.weights);
    },
    state: () => now,
    load(state: Watching) {
      now = state;
      resumed = true;
    },
  };
}
