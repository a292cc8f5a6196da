/** The axis counted from the front. */
export const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const range = (n: number, from = 0): number[] => Array.from({ length: Math.max(0, n) }, (_, i) => i + from);

/** The permutation that undoes a permutation. */
export function inverse(perm: readonly number[]): number[] {
  const back: number[] = [];
  perm.forEach((p, i) => {
    back[p] = i;
  });
  return back;
}
