import { OptimizerError } from "@descent/core";
import { finite, flag, knownOptions, positive } from "@descent/core/adapter";
import { between, cycles, type Equation, number, progress } from "./text.ts";

/** Options of `linear`. */
export interface LinearOptions {
  /** The value at step 0. */
  readonly from: number;
  /** The value from step `over` on, exactly; default 0. */
  readonly to?: number | undefined;
  /** How many updates the change takes, above 0; it need not be whole. */
  readonly over: number;
}

/** Options of `polynomial`. */
export interface PolynomialOptions extends LinearOptions {
  /** 1 is a straight line, 2 slows down towards `to`; above 0; default 1. */
  readonly power?: number | undefined;
  /** The share done is raised to this power, so that above 1 the fall comes later: the k of k-decay; default 1. */
  readonly k?: number | undefined;
  /** Whether it begins again each time it has ended, from the same start, every time over a longer way: Keras's `cycle`. */
  readonly cycle?: boolean | undefined;
}

/**
 * From one value to another as (1 − step/over)^power, then `to` for good: the decay of BERT (power 1) and of DeepLab
 * (power 0.9). The same as optax's polynomial_schedule and, with `to: 0`, as torch's PolynomialLR.
 * Throws where a number is not finite, or `over`, `power` or `k` not above 0, or with both `cycle` and `k`.
 */
export function polynomial(options: PolynomialOptions): Equation {
  return along("polynomial", options, ["from", "to", "over", "power", "k", "cycle"]);
}

/** A straight line from one value to another, then `to` for good. Throws where a number is not finite or `over` not above 0. */
export function linear(options: LinearOptions): Equation {
  return along("linear", options, ["from", "to", "over"]);
}

function along(where: string, options: PolynomialOptions, names: readonly (keyof PolynomialOptions)[]): Equation {
  const { from, to = 0, over, power = 1, k = 1, cycle = false } = knownOptions(where, options, names);
  finite(where, { from, to });
  positive(where, { over, power, k });
  flag(where, { cycle });
  if (cycle && k !== 1) throw new OptimizerError(`\`${where}\` takes \`cycle\` or \`k\`, not both. Leave one out.`);
  // In its n-th cycle it is on the way over n times as many updates.
  const way = cycle ? `step / (${number(over)} * max(1, -floor(-(${cycles(over).passed}))))` : progress(over);
  const done = k === 1 ? way : `(${way})^${k}`;
  if (power === 1) return between(from, to, `(1 - ${done})`, `(${done})`);
  const left = `(1 - ${done})^${power}`;
  return between(from, to, left, `(1 - ${left})`);
}
