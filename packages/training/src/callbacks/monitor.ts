import { OptimizerError } from "@descent/core";
import { list, notNegative, oneOf, suggestion } from "@descent/core/adapter";
import type { Logs, Run } from "./callback.ts";

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
  /** Throws before anything is trained for a number of a validation that the run does not have. */
  begin(run: Run): void;
  /** The number in these logs; undefined after an epoch that was not validated, where only some are. Throws where there is none. */
  of(logs: Logs, run: Run): number | undefined;
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
    begin(run) {
      if (monitor.startsWith("val_") && run.validateEvery === 0)
        throw new OptimizerError(
          `\`${where}\` watches \`${monitor}\`, and nothing is validated. Give \`fit\` data to \`validate\`, or watch the training: { monitor: "${monitor.slice("val_".length)}" }.`,
        );
    },
    of(logs, run) {
      const value = Object.hasOwn(logs, monitor) ? logs[monitor] : undefined;
      if (value !== undefined) return value;
      const names = Object.keys(logs);
      const validated = names.some((name) => name.startsWith("val_"));
      if (monitor.startsWith("val_") && !validated && (run.validateEvery ?? 1) > 1) return undefined;
      const why =
        monitor.startsWith("val_") && !validated
          ? " Nothing was validated: give `fit` data to validate."
          : suggestion(monitor, names);
      throw new OptimizerError(`\`${where}\` watches \`${monitor}\`, and the epoch has ${list(names)}.${why}`);
    },
    beats: (value, best) =>
      !Number.isNaN(value) &&
      (best === undefined || (by === "min" ? value < best - minDelta : value > best + minDelta)),
  };
}
