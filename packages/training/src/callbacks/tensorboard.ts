import { isCallback, knownOptions, takes, whole } from "@descent/core/adapter";
import type { Callback, Logs } from "./callback.ts";
import { checkRun } from "./check.ts";
import { type Histogram, histogram, recordOf } from "./events.ts";
import { loggedRates } from "./logging.ts";

/** Takes the next bytes of an events file; it may promise to. */
export type ByteSink = (bytes: Uint8Array) => void | Promise<void>;

/** Options of `tensorBoard`. */
export interface TensorBoardOptions {
  /** Every how many batches to write loss and rate; 0 writes epochs only. Default 1. */
  readonly every?: number | undefined;
  /** After every how many epochs to write histograms of the weights; 0, the default, never. */
  readonly histograms?: number | undefined;
  /** More numbers to write by step, such as those of `diagnose`: `() => callback.logs`. */
  readonly also?: (() => Logs) | undefined;
}

/**
 * Writes what TensorBoard shows: `batch/loss` and `batch/lr` by step, `epoch/…` and `epoch/val_…` by epoch, histograms of weights. The
 * bytes are one events file, named `events.out.tfevents.…`.
 */
export function tensorBoard(sink: ByteSink, options: TensorBoardOptions = {}): Callback {
  const where = "tensorBoard";
  takes(where, "a function that writes bytes", sink, isCallback(sink));
  const { every = 1, histograms = 0, also } = knownOptions(where, options, ["every", "histograms", "also"]);
  whole(where, { every, histograms });
  if (also !== undefined) takes(where, "a function `also` that returns numbers by name", also, isCallback(also));
  const now = (): number => Date.now() / 1000;
  const write = async (step: number, values: Readonly<Record<string, number | Histogram>>): Promise<void> => {
    await sink(recordOf({ time: now(), step, values }));
  };
  const tagged = (prefix: string, logs: Logs): Logs =>
    Object.fromEntries(Object.entries(logs).map(([name, x]) => [`${prefix}/${name}`, x]));
  let begun = false;
  return {
    name: where,
    async onTrainBegin(_, run) {
      checkRun(where, run);
      if (!begun) await sink(recordOf({ time: now(), version: "brain.Event:2" }));
      begun = true;
    },
    async onBatchEnd(_, logs, run) {
      if (every > 0 && run.step % every === 0)
        await write(run.step, tagged("batch", { ...logs, ...(await loggedRates(run)), ...also?.() }));
    },
    async onEpochEnd(epoch, logs, run) {
      await write(epoch + 1, tagged("epoch", logs));
      if (histograms > 0 && (epoch + 1) % histograms === 0)
        await write(
          epoch + 1,
          Object.fromEntries(Object.entries(await run.weights()).map(([name, x]) => [`weights/${name}`, histogram(x)])),
        );
    },
  };
}
