import { OptimizerError } from "./errors.ts";
import { hashOf } from "./hash.ts";
import { direction, radius } from "./normal.ts";
import { philox } from "./philox.ts";

/** The distributions that equations may call: standard normal, uniform from 0 to below 1, and −1 or 1. */
export const distributions = ["normal", "uniform", "rademacher"] as const;
/** The name of a distribution. */
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
 * Random numbers of one draw in one step, as whoever computes them needs it. Numbers 4 b to 4 b + 3 come from the words of
 * Philox4x32-10 at the counter (b, t, site, parameter), under the key: the same integers everywhere.
 */
export interface Drawing {
  readonly distribution: Distribution;
  /** How many numbers are drawn. */
  readonly length: number;
  /** The key of Philox: the two halves of the seed. */
  readonly key: readonly [number, number];
  /** The update, counted per parameter from 1. */
  readonly t: number;
  /** Tells the draws of one program apart. */
  readonly site: number;
  /** A hash of the parameter's name. */
  readonly parameter: number;
  /** Arrays have one; this tells them apart. */
  readonly buffer?: undefined;
}

/** The numbers of a draw from the seed, the parameter's name, and its update `t`. */
export function drawing(
  { distribution, site }: Draw,
  seed: number,
  { name, size, t }: { readonly name: string; readonly size: number; readonly t: number },
): Drawing {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new OptimizerError(`A seed must be a whole number, 0 or above; got ${seed}.`);
  const key = [seed | 0, Math.floor(seed / 2 ** 32) | 0] as const;
  return { distribution, length: size, key, t, site, parameter: hashOf(name) };
}

/** Numbers `start` to `start + length` of a drawing into `out`, from `to` on. */
export function draw(
  { distribution, key, t, site, parameter }: Drawing,
  start: number,
  length: number,
  out: Float32Array,
  to = 0,
): void {
  const four = new Float64Array(4);
  for (let i = 0; i < length; ) {
    const block = Math.floor((start + i) / 4);
    numbersOf(distribution, philox([block | 0, t | 0, site, parameter], key), four);
    for (let k = (start + i) % 4; k < 4 && i < length; k++, i++) out[to + i] = four[k]!;
  }
}

/** All numbers of a drawing. Normal numbers are the same bits everywhere in double precision, else to 1e-6. */
export function drawn(of: Drawing): Float32Array<ArrayBuffer> {
  const out = new Float32Array(of.length);
  draw(of, 0, of.length, out);
  return out;
}

/** Four numbers of four words. */
function numbersOf(distribution: Distribution, words: readonly number[], four: Float64Array): void {
  if (distribution === "normal")
    for (let k = 0; k < 4; k += 2) {
      const [size, [cosine, sine]] = [radius(words[k]!), direction(words[k + 1]!)];
      four[k] = size * cosine;
      four[k + 1] = size * sine;
    }
  else
    for (const [k, word] of words.entries())
      four[k] = distribution === "uniform" ? (word >>> 8) / 2 ** 24 : word >>> 31 ? 1 : -1;
}
