import type { Weights } from "../model.ts";

/** The numbers of one parameter in one update. Norms are Euclidean. */
export interface ParameterNumbers {
  readonly name: string;
  /** Of the gradient; undefined where the parameter has none. */
  readonly gradient: number | undefined;
  /** Of the change of the parameter. */
  readonly update: number;
  /** Before the update. */
  readonly parameter: number;
  /** The norm of the update over that of the parameter: 0 where nothing moves, infinite where the parameter was 0. */
  readonly ratio: number;
  /** The cosine between the update and the negative gradient; 1 is steepest descent. */
  readonly descent: number | undefined;
  /** The cosine between the update and the negative parameter; 1 is nothing but decay. */
  readonly decay: number;
  /** How many elements it has. */
  readonly size: number;
  /** Elements of the gradient that are NaN or infinite. */
  readonly odd: number;
}

/** Sums of products, as a model's norms and cosines are made of. */
export interface Sums {
  readonly gg: number;
  readonly uu: number;
  readonly pp: number;
  readonly gu: number;
  readonly up: number;
}

/** The same of two successive gradients, over the parameters that have both. */
export interface Pair {
  readonly aa: number;
  readonly bb: number;
  readonly ab: number;
}

/** A gradient that was read: how many of its elements are NaN or infinite, and the largest of the others by size. */
export interface Scanned {
  readonly name: string;
  readonly odd: number;
  readonly largest: number;
}

/** A cosine; 0 where a vector is 0. */
export const cosine = (product: number, xx: number, yy: number): number =>
  xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, product / Math.sqrt(xx * yy))) : 0;

/**
 * The numbers of every parameter, and the sums over all of them that have a gradient; `last` are the gradients of the update before,
 * where they are known. All comes from one pass over the numbers, which is most of what diagnosing costs.
 */
export function numbersOf(
  before: Weights,
  after: Weights,
  gradients: Weights,
  last: Weights = {},
): {
  readonly parameters: readonly ParameterNumbers[];
  readonly sums: Sums;
  readonly pair: Pair;
  readonly scanned: readonly Scanned[];
} {
  const sums = { gg: 0, uu: 0, pp: 0, gu: 0, up: 0 };
  const pair = { aa: 0, bb: 0, ab: 0 };
  const parameters: ParameterNumbers[] = [];
  const scanned: Scanned[] = [];
  for (const [name, now] of Object.entries(after)) {
    const then = before[name];
    const g = Object.hasOwn(gradients, name) ? gradients[name] : undefined;
    if (then === undefined || then.length !== now.length || (g !== undefined && g.length !== now.length)) continue;
    const past = g !== undefined && last[name]?.length === g.length ? last[name] : undefined;
    const { gg, uu, pp, gu, up, hh, gh, odd, largest } =
      g === undefined ? { ...moved(then, now), gg: 0, gu: 0, hh: 0, gh: 0, odd: 0, largest: 0 } : read(then, now, g, past ?? g); // biome-ignore format: one of two
    if (g !== undefined) {
      sums.gg += gg;
      sums.uu += uu;
      sums.pp += pp;
      sums.gu += gu;
      sums.up += up;
      if (past !== undefined) {
        pair.aa += odd > 0 ? Number.NaN : gg;
        pair.bb += hh;
        pair.ab += gh;
      }
      scanned.push({ name, odd, largest });
    }
    parameters.push({
      name,
      gradient: g === undefined ? undefined : Math.sqrt(gg),
      update: Math.sqrt(uu),
      parameter: Math.sqrt(pp),
      ratio: uu === 0 ? 0 : Math.sqrt(uu / pp),
      descent: g === undefined ? undefined : cosine(-gu, gg, uu),
      decay: cosine(-up, uu, pp),
      size: now.length,
      odd,
    });
  }
  return { parameters, sums, pair, scanned };
}

/* Plain loops over plain variables: callbacks, or variables that come out of a list, would take several times as long. */

/** Sums of products of a parameter and its update. */
function moved(then: Float32Array, now: Float32Array): Pick<Sums, "uu" | "pp" | "up"> {
  let uu = 0;
  let pp = 0;
  let up = 0;
  for (let i = 0; i < now.length; i++) {
    const p = then[i]!;
    const u = now[i]! - p;
    uu += u * u;
    pp += p * p;
    up += u * p;
  }
  return { uu, pp, up };
}

type Read = Sums & Omit<Scanned, "name"> & { readonly hh: number; readonly gh: number };

/** The same with its gradient and the one before, which `hh` and `gh` come from. */
function read(then: Float32Array, now: Float32Array, g: Float32Array, past: Float32Array): Read {
  let uu = 0;
  let pp = 0;
  let up = 0;
  let gg = 0;
  let gu = 0;
  let hh = 0;
  let gh = 0;
  let largest = 0;
  for (let i = 0; i < now.length; i++) {
    const p = then[i]!;
    const u = now[i]! - p;
    const d = g[i]!;
    const h = past[i]!;
    uu += u * u;
    pp += p * p;
    up += u * p;
    gg += d * d;
    gu += d * u;
    hh += h * h;
    gh += d * h;
    largest = Math.max(largest, Math.abs(d)); // NaN where any is, and then it is read again
  }
  // Squares of single precision cannot overflow here, so this sum is finite if and only if all of them are.
  if (!Number.isFinite(gg)) return { ...readFinite(then, now, g), hh, gh };
  return { gg, uu, pp, gu, up, hh, gh, odd: 0, largest };
}

/** Counts the elements of a gradient that are NaN or infinite, and leaves them out. */
function readFinite(then: Float32Array, now: Float32Array, g: Float32Array): Omit<Read, "hh" | "gh"> {
  let gg = 0;
  let gu = 0;
  let odd = 0;
  let largest = 0;
  for (let i = 0; i < g.length; i++) {
    const d = g[i]!;
    if (d - d !== 0) {
      odd++;
      continue;
    }
    gg += d * d;
    gu += d * (now[i]! - then[i]!);
    largest = Math.max(largest, Math.abs(d));
  }
  return { ...moved(then, now), gg, gu, odd, largest };
}

/** The layer of a parameter: its name without the last part, as `dense_1` of `dense_1/kernel` and of `dense_1.weight`. */
export function layerOf(name: string): string {
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf("."));
  return at > 0 ? name.slice(0, at) : name;
}

/** The largest parameter of each layer that has a gradient, in the order of the model: its kernel, say. */
export function kernelsOf(parameters: readonly ParameterNumbers[]): readonly ParameterNumbers[] {
  const largest = new Map<string, ParameterNumbers>();
  for (const one of parameters) {
    if (one.gradient === undefined) continue;
    const layer = layerOf(one.name);
    const known = largest.get(layer);
    if (known === undefined || one.size > known.size) largest.set(layer, one);
  }
  return [...largest.values()].filter(({ size }) => size > 1);
}
