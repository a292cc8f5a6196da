import { OptimizerError, schedule } from "@descent/core";
import { knownOptions, positive, whole } from "@descent/core/adapter";
import { type Equation, number } from "./text.ts";

/** Options of `chebyshev`. */
export interface ChebyshevOptions {
  /** The least curvature, m, above 0. */
  readonly least: number;
  /** The greatest curvature, M, at least `least`. */
  readonly greatest: number;
  /** How many updates the sequence has: a power of two, 2 to 1,024. */
  readonly over: number;
}

/**
 * The inverses of Chebyshev nodes between two curvatures, in a fractal order: rates far above 2/M that together bring a
 * quadratic down as fast as momentum does, and stay stable on the way (Agarwal, Goel & Zhang,
 * https://arxiv.org/abs/2103.01338). The sequence is held at its last value: run it again by `join`. Throws unless
 * 0 < least ≤ greatest and `over` is a power of two.
 */
export function chebyshev(options: ChebyshevOptions): Equation {
  const where = "chebyshev";
  const { least, greatest, over } = knownOptions(where, options, ["least", "greatest", "over"]);
  positive(where, { least, greatest });
  whole(where, { over });
  if (greatest < least)
    throw new OptimizerError(`\`${where}\`: \`greatest\` must be at least \`least\`; got ${greatest} and ${least}.`);
  if (over < 2 || over > 1024 || (over & (over - 1)) !== 0)
    throw new OptimizerError(`\`${where}\`: \`over\` must be a power of two from 2 to 1024; got ${over}.`);
  let order = [0];
  while (order.length < over) order = order.flatMap((i) => [i, 2 * order.length - 1 - i]);
  const rates = order.map((i) => 2 / (greatest + least - (greatest - least) * Math.cos(((i + 0.5) * Math.PI) / over)));
  // A tree of choices, so that the formula is ten deep where a list would be a thousand.
  const choose = (low: number, high: number): string => {
    if (high - low === 1) return number(rates[low]!); // one of them
    const middle = (low + high) / 2;
    return `(step < ${middle} ? ${choose(low, middle)} : ${choose(middle, high)})`;
  };
  return schedule(choose(0, over));
}
