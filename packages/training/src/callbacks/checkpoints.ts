import { OptimizerError } from "@descent/core";
import { isCallback, knownOptions, notNegative, takes, whole } from "@descent/core/adapter";
import type { Callback, Run, Saved } from "./callback.ts";
import { checkRun } from "./check.ts";
import { type MonitorOptions, monitorOf } from "./monitor.ts";

/** Options of `checkpoints`. */
export interface CheckpointsOptions extends MonitorOptions {
  /** Keeps a checkpoint: the last one, or the best so far. */
  readonly save: (saved: Saved, which: "last" | "best") => void | Promise<void>;
  /** How many batches pass between saves within an epoch; 0, the default, saves after epochs only. */
  readonly steps?: number | undefined;
  /** How many seconds pass between saves within an epoch; 0 saves after every batch. By default the clock saves nothing. */
  readonly seconds?: number | undefined;
  /** How many epochs pass between saves; default 1. */
  readonly epochs?: number | undefined;
}

/**
 * Saves the run every so often and where it is ended early, and the best one where `monitor` is given. Each is exact: `fit({ from: saved })`
 * goes on as if nothing had happened, in mid-epoch too.
 */
export function checkpoints(options: CheckpointsOptions): Callback {
  const where = "checkpoints";
  const {
    save,
    steps = 0,
    seconds,
    epochs = 1,
    ...watched
  } = knownOptions(where, options, ["save", "steps", "seconds", "epochs", "monitor", "mode", "minDelta"]);
  takes(where, "a function `save`, which keeps a checkpoint", save, isCallback(save));
  whole(where, { steps, epochs });
  if (seconds !== undefined) notNegative(where, { seconds });
  if (epochs < 1) throw new OptimizerError(`\`${where}\`: \`epochs\` must be 1 or above; got ${epochs}.`);
  const monitor = watched.monitor === undefined ? undefined : monitorOf(where, watched);
  let best: number | undefined;
  let saved = performance.now();
  let asked = false;
  const late = (): boolean => seconds !== undefined && performance.now() - saved >= 1000 * seconds;
  const last = (run: Run): void => {
    if (asked) return; // for another batch that was read with this one
    asked = true;
    run.save(async (now) => {
      asked = false;
      await save(now, "last");
      saved = performance.now();
    });
  };
  return {
    name: where,
    due: (step) => late() || (steps > 0 && step % steps === 0),
    onTrainBegin(_, run) {
      checkRun(where, run);
      monitor?.begin(run);
      asked = false;
      saved = performance.now();
    },
    onBatchEnd(batch, _, run) {
      const ends = batch + 1 === run.batches && (run.epoch + 1) % epochs === 0; // then the epoch is saved
      if (run.ending || (steps > 0 && run.step % steps === 0) || (late() && !ends)) last(run);
    },
    onEpochEnd(epoch, logs, run) {
      const value = monitor?.of(logs, run);
      if (monitor && value !== undefined && monitor.beats(value, best)) {
        best = value;
        run.save((now) => save(now, "best"));
      }
      if (run.ending || (epoch + 1) % epochs === 0) last(run);
    },
    state: () => best ?? null,
    load(state: number | null) {
      best = state ?? undefined;
    },
  };
}
