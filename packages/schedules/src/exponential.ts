import { schedule } from "@descent/core";
import { finite, flag, knownOptions, positive } from "@descent/core/adapter";
import { type Equation, number } from "./text.ts";

/** Options of `exponential`. */
export interface ExponentialOptions {
  /** The value at step 0. */
  readonly from: number;
  /** The factor that `over` updates multiply the value by; above 0, and below 1 for a decay. */
  readonly rate: number;
  /** How many updates it takes to apply `rate` once; default 1. */
  readonly over?: number | undefined;
  /** Whether the value falls in stairs, once every `over` updates, instead of a little at each. */
  readonly staircase?: boolean | undefined;
}

/** Options of `stepwise`. */
export interface StepwiseOptions {
  /** The value at step 0. */
  readonly from: number;
  /** The factor of each stair; above 0, and below 1 for a decay. */
  readonly rate: number;
  /** How many updates the value stays the same. */
  readonly every: number;
}

/**
 * Loses the same share every `over` updates: from · rate^(step / over). With `over` 1 it is torch's ExponentialLR, otherwise
 * optax's and Keras's exponential decay. Throws where a number is not finite, or `rate` or `over` not above 0.
 */
export function exponential(options: ExponentialOptions): Equation {
  const where = "exponential";
  const {
    from,
    rate,
    over = 1,
    staircase = false,
  } = knownOptions(where, options, ["from", "rate", "over", "staircase"]);
  finite(where, { from });
  positive(where, { rate, over });
  flag(where, { staircase });
  return schedule(`${number(from)} * ${number(rate)}^${stairs(over, staircase)}`);
}

/** One factor `rate` every `every` updates, flat between: torch's StepLR. Throws as `exponential` does. */
export function stepwise(options: StepwiseOptions): Equation {
  const { from, rate, every } = knownOptions("stepwise", options, ["from", "rate", "every"]);
  finite("stepwise", { from });
  positive("stepwise", { rate, every });
  return schedule(`${number(from)} * ${number(rate)}^${stairs(every, true)}`);
}

/** Updates counted in units of `over`; with a staircase only whole units count. */
export const stairs = (over: number, staircase: boolean): string =>
  staircase ? `floor(step / ${number(over)})` : over === 1 ? "step" : `(step / ${number(over)})`;
