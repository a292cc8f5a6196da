import { fours, type InnerLoops } from "./inner-loops.ts";

/**
 * Turns `count` numbers from `at` on into a reflection's direction v and returns β and the length that is left: I - β v v'
 * takes them to (alpha, 0, 0, …).
 */
export function reflector(
  x: Float64Array,
  at: number,
  count: number,
): { readonly beta: number; readonly alpha: number } {
  let rest = 0;
  for (let k = at + 1; k < at + count; k++) rest += x[k]! * x[k]!;
  const first = x[at]!;
  if (rest === 0) return { beta: 0, alpha: first };
  const length = Math.sqrt(first * first + rest);
  const alpha = first > 0 ? -length : length;
  x[at] = first - alpha; // without cancellation
  return { beta: 2 / (x[at]! * x[at]! + rest), alpha };
}

/** Directions of reflections, one per row of a triangle: that of number k begins `shift` numbers right of the diagonal. */
export interface Directions {
  readonly at: number;
  readonly stride: number;
  readonly size: number;
  readonly shift: number;
  /** Where the β of each lies; 0 where it changes nothing. */
  readonly betas: number;
}

/** Rows that stay in the first-level cache while reflections pass over them. */
export const TOGETHER = 4;

/** Reflects `count` rows of `size` numbers by number k. */
export function reflect(
  loops: InnerLoops,
  { at, stride, size, shift, betas }: Directions,
  k: number,
  rows: number,
  count: number,
): void {
  const from = k + shift;
  loops.reflect(at + k * stride + from, betas + k, fours(size - from), rows + from, stride, count);
}

/**
 * The product of all reflections, from the last of `count` to the first, on the first `rows` rows of a diagonal matrix of ones
 * and signs at `q`, with the directions' stride.
 */
export function accumulate(loops: InnerLoops, directions: Directions, count: number, q: number, rows: number): void {
  const { stride, shift } = directions;
  for (let top = 0; top < rows; top += TOGETHER) {
    const many = Math.min(TOGETHER, rows - top);
    // Where a row is zero, a reflection changes nothing.
    for (let k = Math.min(count, top + many - shift) - 1; k >= 0; k--)
      reflect(loops, directions, k, q + top * stride, many);
  }
}
