import { schedule } from "@descent/core";
import { finite, flag, knownOptions, notNegative, positive } from "@descent/core/adapter";
import { stairs } from "./exponential.ts";
import { type Equation, number } from "./text.ts";

/** Options of `inverseTime`. */
export interface InverseTimeOptions {
  /** The value at step 0. */
  readonly from: number;
  /** How much the divisor grows per `over` updates; 0 or above. With 1 the value halves in the first `over` updates. */
  readonly rate: number;
  /** How many updates add one `rate` to the divisor; default 1. */
  readonly over?: number | undefined;
  /** Whether the value falls in stairs, once every `over` updates, instead of a little at each. */
  readonly staircase?: boolean | undefined;
  /** The divisor's power, above 0; default 1, ½ for the inverse square root. */
  readonly power?: number | undefined;
}

/** Options of `inverseSqrt`. */
export interface InverseSqrtOptions {
  /** The value at step 0. */
  readonly from: number;
  /** How many updates halve the square of the value, above 0. */
  readonly over: number;
}

/**
 * from / (1 + rate · step / over)^power: decays slowly enough for the steps to add up to any distance, as the classical proof
 * of convergence requires (Robbins & Monro 1951), where the power is above ½ and at most 1. With power 1 the same as Keras's
 * InverseTimeDecay. Throws where a number is not finite, `rate` below 0, or `over` or `power` not above 0.
 */
export function inverseTime(options: InverseTimeOptions): Equation {
  const where = "inverseTime";
  const {
    from,
    rate,
    over = 1,
    staircase = false,
    power = 1,
  } = knownOptions(where, options, ["from", "rate", "over", "staircase", "power"]);
  finite(where, { from });
  notNegative(where, { rate });
  positive(where, { over, power });
  flag(where, { staircase });
  const divisor = `(1 + ${number(rate)} * ${stairs(over, staircase)})`;
  return schedule(
    `${number(from)} / ${power === 0.5 ? `sqrt(${divisor})` : power === 1 ? divisor : `${divisor}^${power}`}`,
  );
}

/**
 * from / √(1 + step / over), as T5 was trained: `warmup(n, inverseSqrt({ from: peak, over: n }))` is √(n / step) once warm, and
 * transformers' inverse_sqrt from its peak on. Throws where a number is not finite or `over` not above 0.
 */
export function inverseSqrt(options: InverseSqrtOptions): Equation {
  const { from, over } = knownOptions("inverseSqrt", options, ["from", "over"]);
  finite("inverseSqrt", { from });
  positive("inverseSqrt", { over });
  return inverseTime({ from, rate: 1, over, power: 0.5 });
}
