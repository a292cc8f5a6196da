import { entries } from "./bounds.ts";

/** The axis counted from the front. */
export const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The `n` integers from `from` on. */
export const range = (n: number, from = 0): number[] =>
  Array.from({ length: entries(Math.max(0, n)) }, (_, i) => i + from);

/** The permutation that undoes a permutation. */
export function inverse(perm: readonly number[]): number[] {
  const back: number[] = [];
  perm.forEach((p, i) => {
    back[p] = i;
  });
  return back;
}
