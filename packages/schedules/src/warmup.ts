import { OptimizerError, type Schedule } from "@descent/core";
import { finite, isCallback, knownOptions, whole } from "@descent/core/adapter";
import { joined } from "./join.ts";
import { asSchedule, between, type Equation } from "./text.ts";

/** Options of `warmup`. */
export interface WarmupOptions {
  /** The value from which the rate rises, one update before the first; default 0. */
  readonly from?: number | undefined;
}

/**
 * Rises in a straight line for `steps` updates, then follows `then` from its beginning: adaptive methods take wild steps
 * while their averages are young (Goyal et al., https://arxiv.org/abs/1706.02677). The first update does not waste a step on
 * a rate of zero: it gets 1/steps of the rise, and the last update of the warm-up gets all of it, `then(0)`.
 * The result is an equation if `then` is one or a number, otherwise a plain function.
 * Throws if `steps` is not whole, or `from` or `then(0)` not finite.
 */
export function warmup(steps: number, then: number | Equation, options?: WarmupOptions): Equation;
export function warmup(steps: number, then: number | Schedule, options?: WarmupOptions): Schedule;
export function warmup(steps: number, then: number | Schedule, options: WarmupOptions = {}): Schedule {
  const { from = 0 } = knownOptions("warmup", options, ["from"]);
  if (isCallback(steps))
    throw new OptimizerError(
      "`warmup` takes the number of steps first, then the schedule: warmup(100, cosine({ … })).",
    );
  whole("warmup", { steps });
  finite("warmup", { from });
  const after = asSchedule("warmup", "then", then);
  if (steps === 0) return after;
  const peak = after(0);
  if (!Number.isFinite(peak))
    throw new OptimizerError(
      `\`warmup\` leads to ${peak}, the value of its schedule at step 0. Make that a finite number.`,
    );
  const done = `((step + 1) / ${steps})`;
  return joined("warmup", [
    [0, between(from, peak, `(1 - (step + 1) / ${steps})`, done)],
    [steps, after],
  ]);
}
