import { finite, knownOptions, positive } from "@descent/core/adapter";
import { between, type Equation, progress } from "./text.ts";

/** Options of `linear`. */
export interface LinearOptions {
  /** The value at step 0. */
  readonly from: number;
  /** The value from step `over` on, exactly; 0 unless given. */
  readonly to?: number | undefined;
  /** How many updates the change takes, above 0; it need not be whole. */
  readonly over: number;
}

/** Options of `polynomial`. */
export interface PolynomialOptions extends LinearOptions {
  /** 1 is a straight line, 2 slows down towards `to`; above 0, 1 unless given. */
  readonly power?: number | undefined;
}

/**
 * From one value to another as (1 − step/over)^power, then `to` for good: the decay of BERT (power 1) and of DeepLab
 * (power 0.9). The same as optax's polynomial_schedule and, with `to: 0`, as torch's PolynomialLR.
 * Throws where a number is not finite, or `over` or `power` not above 0.
 */
export function polynomial(options: PolynomialOptions): Equation {
  return along("polynomial", options, ["from", "to", "over", "power"]);
}

/** A straight line from one value to another, then `to` for good. Throws where a number is not finite or `over` not above 0. */
export function linear(options: LinearOptions): Equation {
  return along("linear", options, ["from", "to", "over"]);
}

function along(where: string, options: PolynomialOptions, names: readonly (keyof PolynomialOptions)[]): Equation {
  const { from, to = 0, over, power = 1 } = knownOptions(where, options, names);
  finite(where, { from, to });
  positive(where, { over, power });
  const done = progress(over);
  if (power === 1) return between(from, to, `(1 - ${done})`, `(${done})`);
  const left = `(1 - ${done})^${power}`;
  return between(from, to, left, `(1 - ${left})`);
}
