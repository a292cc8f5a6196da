import { OptimizerError } from "@descent/core";
import { philox, shown } from "@descent/core/adapter";

/** Random numbers that depend on the seed alone. */
export interface Draws {
  /** At least 0, below 1. */
  uniform(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** From the distribution Beta(alpha, alpha). */
  beta(alpha: number): number;
  /** The numbers below `n` in a random order. */
  order(n: number): number[];
}

export function draws(where: string, seed: unknown): Draws {
  if (typeof seed !== "number" || !Number.isSafeInteger(seed) || seed < 0)
    throw new OptimizerError(`\`${where}\`: \`seed\` must be a whole number, 0 or above; got ${shown(seed)}.`);
  let count = 0;
  const key = [seed | 0, Math.floor(seed / 2 ** 32) | 0] as const;
  const uniform = (): number => {
    const at = count++;
    return philox([at >>> 2, 0, 0, 0x696d67], key)[at & 3]! / 2 ** 32; // four numbers per call
  };
  const whole = (low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1));
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  /** The logarithm of a draw from Gamma(shape), by Marsaglia and Tsang (2000), which no small shape underflows. */
  const logGamma = (shape: number): number => {
    if (shape < 1) return logGamma(shape + 1) + Math.log(1 - uniform()) / shape;
    const d = shape - 1 / 3;
    for (;;) {
      const z = normal();
      const v = (1 + z / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < (z * z) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
    }
  };
  return {
    uniform,
    whole,
    beta: (alpha) => 1 / (1 + Math.exp(logGamma(alpha) - logGamma(alpha))),
    order: (n) => {
      const all = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = whole(0, i);
        [all[i], all[j]] = [all[j]!, all[i]!];
      }
      return all;
    },
  };
}
