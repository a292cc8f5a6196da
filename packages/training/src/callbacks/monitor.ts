import { OptimizerError } from "@descent/core";
import { list, notNegative, oneOf, suggestion } from "@descent/core/adapter";
import type { Logs } from "./callback.ts";

/** Which number to watch, and when it is better. */
export interface MonitorOptions {
  /** The number in the logs; default `"val_loss"`. */
  readonly monitor?: string | undefined;
  /** Whether it gets better as it falls or rises. By default a loss, an error and a perplexity fall, and all else rises. */
  readonly mode?: "min" | "max" | undefined;
  /** By how much it must beat the best to count as better; default 0. */
  readonly minDelta?: number | undefined;
}

/** A watched number. */
export interface Monitor {
  readonly name: string;
  readonly mode: "min" | "max";
  /** The number in these logs. Throws where there is none. */
  of(logs: Logs): number;
  /** Whether a number beats the best so far; NaN beats nothing. */
  beats(value: number, best: number | undefined): boolean;
}

/** Checks the options of the callback `where`. */
export function monitorOf(where: string, { monitor = "val_loss", mode, minDelta = 0 }: MonitorOptions): Monitor {
  if (typeof monitor !== "string" || monitor === "")
    throw new OptimizerError(`\`${where}\`: \`monitor\` must be the name of a number in the logs, such as "val_loss".`);
  if (mode !== undefined) oneOf(where, { mode }, ["min", "max"]);
  notNegative(where, { minDelta });
  const by = mode ?? (/loss|error|perplexity/i.test(monitor) ? "min" : "max");
  return {
    name: monitor,
    mode: by,
    of(logs) {
      const value = Object.hasOwn(logs, monitor) ? logs[monitor] : undefined;
      if (value !== undefined) return value;
      const names = Object.keys(logs);
      const why =
        monitor.startsWith("val_") && !names.some((name) => name.startsWith("val_"))
          ? " Nothing was validated: give `validate`."
          : suggestion(monitor, names);
      throw new OptimizerError(`\`${where}\` watches \`${monitor}\`, and the epoch has ${list(names)}.${why}`);
    },
    beats: (value, best) =>
      !Number.isNaN(value) &&
      (best === undefined || (by === "min" ? value < best - minDelta : value > best + minDelta)),
  };
}
