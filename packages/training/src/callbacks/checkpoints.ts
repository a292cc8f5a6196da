import { OptimizerError } from "@descent/core";
import { isCallback, knownOptions, takes, whole } from "@descent/core/adapter";
import type { Callback, Saved } from "./callback.ts";
import { type MonitorOptions, monitorOf } from "./monitor.ts";

/** Options of `checkpoints`. */
export interface CheckpointsOptions extends MonitorOptions {
  /** Keeps a checkpoint: the last one, or the best so far. */
  readonly save: (saved: Saved, which: "last" | "best") => void | Promise<void>;
  /** How many batches pass between saves within an epoch; 0, the default, saves after epochs only. */
  readonly steps?: number | undefined;
  /** How many epochs pass between saves; default 1. */
  readonly epochs?: number | undefined;
}

/**
 * Saves the run every so often, and the best one where `monitor` is given. Each is exact: `fit({ from: saved })` goes on as if nothing
 * had happened, in mid-epoch too.
 */
export function checkpoints(options: CheckpointsOptions): Callback {
  const where = "checkpoints";
  const {
    save,
    steps = 0,
    epochs = 1,
    ...watched
  } = knownOptions(where, options, ["save", "steps", "epochs", "monitor", "mode", "minDelta"]);
  takes(where, "a function `save`, which keeps a checkpoint", save, isCallback(save));
  whole(where, { steps, epochs });
  if (epochs < 1) throw new OptimizerError(`\`${where}\`: \`epochs\` must be 1 or above; got ${epochs}.`);
  const monitor = watched.monitor === undefined ? undefined : monitorOf(where, watched);
  let best: number | undefined;
  return {
    name: where,
    onBatchEnd(_, __, run) {
      if (steps > 0 && run.step % steps === 0) run.save((saved) => save(saved, "last"));
    },
    onEpochEnd(epoch, logs, run) {
      const value = monitor?.of(logs);
      if (monitor && value !== undefined && monitor.beats(value, best)) {
        best = value;
        run.save((saved) => save(saved, "best"));
      }
      if ((epoch + 1) % epochs === 0) run.save((saved) => save(saved, "last"));
    },
    state: () => best ?? null,
    load(state: number | null) {
      best = state ?? undefined;
    },
  };
}
