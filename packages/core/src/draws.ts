import { OptimizerError } from "./errors.ts";
import { hashOf } from "./hash.ts";
import { philox } from "./philox.ts";

/** The distributions that equations may call: standard normal, uniform from 0 to below 1, and −1 or 1. */
export const distributions = ["normal", "uniform", "rademacher"] as const;
export type Distribution = (typeof distributions)[number];

export const isDistribution = (name: string): name is Distribution => distributions.some((one) => one === name);

/** One call of a distribution in a rule's equations: a tensor of numbers, new in every step. */
export interface Draw {
  /** The name of the variable that stands for it: no symbol can have it. */
  readonly name: string;
  readonly distribution: Distribution;
  /** Which call of its rule it is. */
  readonly site: number;
  /** The option that holds the seed. */
  readonly seed: string;
}

/** The name of a draw's variable, which encodes everything about the draw. */
export const drawName = (distribution: Distribution, site: number, seed: string): string =>
  `${distribution} ${site} ${seed}`;

/** The draw of a variable; undefined for the names of symbols. */
export function drawOf(name: string): Draw | undefined {
  const [distribution = "", site, seed] = name.split(" ");
  if (seed === undefined || !isDistribution(distribution)) return undefined;
  return { name, distribution, site: Number(site), seed };
}

/**
 * The numbers of a draw, by Philox4x32-10 from the seed, the parameter's name, the update `t` and the site of the call: the
 * same integers everywhere. Normal numbers are Box and Muller's, in float64 and rounded; logarithm and cosine are the
 * engine's, so their last bit may differ between engines.
 */
export function drawn(
  { distribution, site }: Draw,
  seed: number,
  { name, size, t }: { readonly name: string; readonly size: number; readonly t: number },
): Float32Array<ArrayBuffer> {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new OptimizerError(`A seed must be a whole number, 0 or above; got ${seed}.`);
  const key = [seed | 0, Math.floor(seed / 2 ** 32) | 0] as const;
  const parameter = hashOf(name);
  const out = new Float32Array(size);
  for (let i = 0, block = 0; i < size; i += 4, block++) {
    const words = philox([block | 0, t | 0, site, parameter], key);
    for (let k = 0; k < 4 && i + k < size; k++) out[i + k] = numberOf(distribution, words, k);
  }
  return out;
}

function numberOf(distribution: Distribution, words: readonly number[], k: number): number {
  const word = words[k]!; // there are four
  if (distribution === "uniform") return (word >>> 8) / 2 ** 24;
  if (distribution === "rademacher") return word >>> 31 ? 1 : -1;
  const [a, b] = k < 2 ? [words[0]!, words[1]!] : [words[2]!, words[3]!];
  const radius = Math.sqrt(-2 * Math.log((a + 1) / 2 ** 32));
  const angle = (2 * Math.PI * b) / 2 ** 32;
  return radius * (k % 2 ? Math.sin(angle) : Math.cos(angle));
}
