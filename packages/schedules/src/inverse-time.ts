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
  /** How many updates add one `rate` to the divisor; 1 unless given. */
  readonly over?: number | undefined;
  /** Whether the value falls in stairs, once every `over` updates, instead of a little at each. */
  readonly staircase?: boolean | undefined;
}

/**
 * from / (1 + rate · step / over): decays slowly enough for the steps to add up to any distance, as the classical proof of
 * convergence requires (Robbins & Monro 1951). The same as Keras's InverseTimeDecay.
 * Throws where a number is not finite, `rate` below 0 or `over` not above 0.
 */
export function inverseTime(options: InverseTimeOptions): Equation {
  const where = "inverseTime";
  const {
    from,
    rate,
    over = 1,
    staircase = false,
  } = knownOptions(where, options, ["from", "rate", "over", "staircase"]);
  finite(where, { from });
  notNegative(where, { rate });
  positive(where, { over });
  flag(where, { staircase });
  return schedule(`${number(from)} / (1 + ${number(rate)} * ${stairs(over, staircase)})`);
}
