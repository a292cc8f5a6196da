import type { Configured } from "@descent/core";
import { formatNumber } from "@descent/viz";
import { type Run, race, surface } from "@descent/viz/races";

export const say = (value: number, digits = 3): string => formatNumber(value, digits);

/** The way of a rule down a function of x alone. */
export const walk = (rule: Configured, text: string, from: number, steps: number): Run =>
  race({ surface: surface(text), rule, start: [from, 0], steps });

/** A function of x on a grid, for a chart. */
export function graphOf(text: string, from: number, to: number, count = 121): { x: number[]; y: number[] } {
  const f = surface(text);
  const x = Array.from({ length: count }, (_, i) => from + (i / (count - 1)) * (to - from));
  return { x, y: x.map((at) => f.value(at, 0)) };
}

/** The first place in a list where a condition holds, or -1. */
export const first = (list: ArrayLike<number>, holds: (value: number) => boolean): number =>
  Array.from(list).findIndex(holds);

/** Numbers between 0 and 1 that depend on the seed alone (xorshift, Marsaglia 2003). */
export function uniforms(seed: number): () => number {
  let state = (seed * 2654435761 + 88675123) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
}

/** Normal numbers that depend on the seed alone (Box and Muller, 1958). */
export function normals(seed: number): () => number {
  const next = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export const mean = (list: ArrayLike<number>): number => Array.from(list).reduce((a, b) => a + b, 0) / list.length;

/** A function that computes once for the same arguments, as a sweep need not run again while other knobs move. */
export function once<A extends readonly (string | number)[], R>(make: (...given: A) => R): (...given: A) => R {
  const known = new Map<string, R>();
  return (...given) => {
    const key = given.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(...given);
    known.set(key, made);
    return made;
  };
}
