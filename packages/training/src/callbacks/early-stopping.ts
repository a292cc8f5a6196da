import { finite, flag, knownOptions, whole } from "@descent/core/adapter";
import type { Callback, Kept, Run } from "./callback.ts";
import { checkRun } from "./check.ts";
import { type MonitorOptions, monitorOf } from "./monitor.ts";

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs in a row that may be no better, of those that were validated; default 0, as in Keras. */
  readonly patience?: number | undefined;
  /**
   * Ends the run with the model as it was after the best epoch, whether it is stopped or not: with its weights, and its state where the model has
   * checkpoints, so that an average of the weights is that epoch's too. Default true (Keras: false).
   */
  readonly restoreBest?: boolean | undefined;
  /** Epochs at the start that do not count; default 0. */
  readonly startFrom?: number | undefined;
  /** A number that must be beaten at all. */
  readonly baseline?: number | undefined;
}

/** The state of `earlyStopping` in a checkpoint. */
export interface EarlyStoppingState {
  /** The best number so far; null before there is one. */
  readonly best: number | null;
  /** Its epoch, from 0; -1 before there is one. */
  readonly bestEpoch: number;
  /** Epochs in a row that were no better. */
  readonly bad: number;
  /** The model after the best epoch; null where it is not kept. */
  readonly kept: Kept | null;
}

/** The callback, with the best epoch so far. */
export interface EarlyStopping extends Callback {
  /** `epoch` counts from 0; the model is kept unless `restoreBest` is false. Undefined before there is one. */
  readonly best: { readonly epoch: number; readonly value: number; readonly kept: Kept | undefined } | undefined;
}

/**
 * Stops when a number has been no better for more than `patience` epochs, and puts the best model back. Its counts and that model
 * are in checkpoints, so a resumed run stops where an undisturbed one would.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
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
  const fresh: EarlyStoppingState = { best: null, bestEpoch: -1, bad: 0, kept: null };
  let now = fresh;
  let resumed = false;
  const judge = (run: Run): void => {
    if (now.bad <= patience) return;
    run.stop(
      now.best === null
        ? `${monitor.name} was never a number`
        : `${monitor.name} has been no better than ${now.best.toPrecision(6)}, of epoch ${now.bestEpoch + 1}, for ${now.bad} epochs`,
    );
  };
  return {
    name: where,
    get best() {
      const { best: value, bestEpoch: epoch, kept } = now;
      return value === null ? undefined : { epoch, value, kept: kept ?? undefined };
    },
    onTrainBegin(_, run) {
      checkRun(where, run);
      if (resumed)
        judge(run); // it may have been saved as it stopped
      else now = fresh; // used again for another run
      resumed = false;
      monitor.begin(run);
    },
    async onEpochEnd(epoch, logs, run) {
      if (epoch < startFrom) return;
      const value = monitor.of(logs, run);
      if (value === undefined) return;
      const better = monitor.beats(value, now.best ?? undefined);
      const counts = better && (baseline === undefined || monitor.beats(value, baseline));
      if (better) {
        const kept = restoreBest ? await run.keep() : null;
        now = { best: value, bestEpoch: epoch, bad: counts ? 0 : now.bad + 1, kept };
      } else now = { ...now, bad: now.bad + 1 };
      judge(run);
    },
    async onTrainEnd(_, run) {
      if (restoreBest && now.kept) await run.putBack(now.kept);
    },
    state: () => now,
    load(state: EarlyStoppingState) {
      now = state;
      resumed = true;
    },
  };
}
