import { isCallback, knownOptions, takes } from "@descent/core/adapter";
import type { Callback, Logs, Run } from "./callback.ts";
import { checkRun } from "./check.ts";

/** Takes the next piece of a file; it may promise to. */
export type Sink = (text: string) => void | Promise<void>;

/** How often to write. */
export interface LoggingOptions {
  /** Writes a line per batch too; by default one per epoch. */
  readonly batches?: boolean | undefined;
}

/** The rates of the next update under the names that logs give them: `lr`, or `lr/` and the group. */
export const loggedRates = async (run: Run): Promise<Logs> => {
  const all = Object.entries((await run.rates()) ?? {});
  return Object.fromEntries(all.map(([group, rate]) => [group === "" ? "lr" : `lr/${group}`, rate]));
};

/** A logger that is told of every epoch, and of batches if asked. */
function logger(
  name: string,
  sink: unknown,
  options: LoggingOptions,
  write: (
    what: { readonly epoch: number; readonly step: number; readonly batch?: number },
    logs: Logs,
  ) => void | Promise<void>,
): Callback {
  takes(name, "a function that writes a text", sink, isCallback(sink));
  const { batches = false } = knownOptions(name, options, ["batches"]);
  return {
    name,
    onTrainBegin: (_, run) => checkRun(name, run),
    ...(batches
      ? {
          async onBatchEnd(batch: number, logs: Logs, run: Run) {
            await write({ epoch: run.epoch, step: run.step, batch }, { ...logs, ...(await loggedRates(run)) });
          },
        }
      : {}),
    async onEpochEnd(epoch, logs, run) {
      await write({ epoch, step: run.step }, { ...logs, ...(await loggedRates(run)) });
    },
  };
}

/** Writes a line of JSON per epoch, `{"epoch":0,"step":12,"loss":0.3,…}`, and per batch if asked; NaN and infinities as text. */
export function jsonLines(sink: Sink, options: LoggingOptions = {}): Callback {
  const whole = (_: string, x: unknown): unknown => (typeof x === "number" && !Number.isFinite(x) ? String(x) : x);
  return logger("jsonLines", sink, options, (what, logs) => sink(`${JSON.stringify({ ...what, ...logs }, whole)}\n`));
}

/** A field of CSV by RFC 4180. */
const field = (x: string | number): string => (/[",\r\n]/.test(`${x}`) ? `"${`${x}`.replaceAll('"', '""')}"` : `${x}`);

/**
 * Writes a table of epochs as CSV: a line of names, then a line per epoch. The columns are those of the first epoch; numbers that
 * come later are left out, those that are missing stay empty. A resumed run goes on without another line of names.
 */
export function csv(sink: Sink): Callback {
  let columns: readonly string[] | undefined;
  return {
    ...logger("csv", sink, {}, async ({ epoch, step }, logs) => {
      const row: Readonly<Record<string, number>> = { epoch, step, ...logs };
      if (columns === undefined) {
        columns = Object.keys(row);
        await sink(`${columns.map(field).join(",")}\n`);
      }
      await sink(`${columns.map((name) => (row[name] === undefined ? "" : field(row[name]))).join(",")}\n`);
    }),
    state: () => columns ?? null,
    load(state: readonly string[] | null) {
      columns = state ?? undefined;
    },
  };
}
