import { knownOptions, positive, takes } from "@descent/core/adapter";
import type { Callback, Logs } from "../callbacks/callback.ts";
import { checkRun } from "../callbacks/check.ts";

/** A stream of text, such as `process.stderr`. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Options of `progress`. */
export interface ProgressOptions {
  /** Where to write; default `process.stderr`. */
  readonly stream?: TextStream | undefined;
  /** Without a terminal, the seconds between lines within an epoch; default 10. */
  readonly seconds?: number | undefined;
}

/** Returns to the beginning of the line and erases it. */
const CLEAR = "\r\u001b[2K";
/** Redraws of the bar per second. */
const REDRAWS = 10;

/** A bar that is redrawn in a terminal, and plain lines elsewhere; each epoch leaves a line with its numbers. */
export function progress(options: ProgressOptions = {}): Callback {
  const { stream = process.stderr, seconds = 10 } = knownOptions("progress", options, ["stream", "seconds"]);
  takes("progress", "a stream to write text to", stream, typeof stream?.write === "function");
  positive("progress", { seconds });
  const live = stream.isTTY === true && process.env.TERM !== "dumb";
  const pause = live ? 1000 / REDRAWS : 1000 * seconds;
  let last = Number.NEGATIVE_INFINITY;
  let begun = 0;
  let drawn = false;
  const clear = (): void => {
    if (drawn) stream.write(CLEAR);
    drawn = false;
  };
  return {
    name: "progress",
    onTrainBegin: (_, run) => checkRun("progress", run),
    onEpochBegin() {
      begun = performance.now();
      last = live ? Number.NEGATIVE_INFINITY : begun;
    },
    onBatchEnd(batch, logs, { epoch, epochs, batches }) {
      const now = performance.now();
      if (now - last < pause) return;
      last = now;
      const text = line(
        { epoch, epochs, batch: batch + 1, batches, logs, seconds: (now - begun) / 1000 },
        live ? (stream.columns ?? 80) : undefined,
      );
      stream.write(live ? `${CLEAR}${text}` : `${text}\n`);
      drawn = live;
    },
    onEpochEnd(epoch, logs, { epochs }) {
      clear();
      stream.write(
        `${of("epoch", epoch + 1, epochs)}  ${numbers(logs)}  ${((performance.now() - begun) / 1000).toFixed(1)} s\n`,
      );
    },
    onTrainEnd: clear,
    dispose: clear,
  };
}

const of = (what: string, n: number, all: number | undefined): string =>
  `${what} ${n}${all === undefined || all === Number.POSITIVE_INFINITY ? "" : `/${all}`}`;
const numbers = (logs: Logs): string =>
  Object.entries(logs)
    .map(([name, x]) => `${name} ${Math.abs(x) >= 1e-3 || x === 0 ? x.toFixed(4) : x.toExponential(2)}`)
    .join("  ");

/** Progress within an epoch, in at most `columns` characters: the bar fills the space that the numbers leave. */
function line(
  at: {
    readonly epoch: number;
    readonly epochs: number;
    readonly batch: number;
    readonly batches: number | undefined;
    readonly logs: Logs;
    readonly seconds: number;
  },
  columns: number | undefined,
): string {
  const left =
    at.batches === undefined ? "" : `  ${Math.ceil((at.seconds / at.batch) * (at.batches - at.batch))} s left`;
  const head = `${of("epoch", at.epoch + 1, at.epochs)}  ${of("batch", at.batch, at.batches)}  `;
  const facts = `${numbers(at.logs)}${left}`;
  if (columns === undefined) return head + facts;
  const room = Math.min(30, columns - head.length - facts.length - 3);
  const full = at.batches === undefined ? 0 : Math.round((room * at.batch) / at.batches);
  const bar = room >= 5 && at.batches !== undefined ? `${"━".repeat(full)}${"╌".repeat(room - full)}  ` : "";
  return `${head}${bar}${facts}`.slice(0, Math.max(1, columns - 1)); // the last column would wrap in some terminals
}
