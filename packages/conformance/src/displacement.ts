import { fail } from "./assert.ts";
import { takesNumbers, takesRecord } from "./takes.ts";

/**
 * Element operations round to float32 (relative error 6e-8 each). A rule has some ten operations on the way to `p` and
 * ten steps add up, so an honest error is near 1e-6 of the displacement, while the smallest change of a formula that
 * goldens are built to show makes 1e-4.
 */
export const TOLERANCE = 1e-5;

/**
 * How far `actual` is from `golden`, as a fraction of how far `golden` is from `start`: ‖actual − golden‖ / ‖golden −
 * start‖. Where the golden has not moved the distance itself; NaN counts as infinitely far. Parameters hide an error in
 * what never changed, a displacement cannot.
 */
export function displacementError(
  actual: ArrayLike<number>,
  golden: ArrayLike<number>,
  start: ArrayLike<number>,
): number {
  for (const numbers of [actual, golden, start]) takesNumbers("displacementError", numbers);
  if (actual.length !== golden.length || start.length !== golden.length)
    fail(
      `\`displacementError\` takes lists of one length; got ${actual.length} numbers, ${golden.length} of the golden and ${start.length} to start from.`,
    );
  let apart = 0;
  let moved = 0;
  for (let i = 0; i < golden.length; i++) {
    apart += (actual[i]! - golden[i]!) ** 2;
    moved += (golden[i]! - start[i]!) ** 2;
  }
  const error = Math.sqrt(apart) / (moved > 0 ? Math.sqrt(moved) : 1);
  return Number.isNaN(error) ? Infinity : error;
}

/** The largest displacement error by name, over all tensors. */
export function largestError(
  actual: Readonly<Record<string, ArrayLike<number>>>,
  golden: Readonly<Record<string, ArrayLike<number>>>,
  start: Readonly<Record<string, ArrayLike<number>>>,
): { readonly error: number; readonly name: string } {
  for (const numbers of [actual, golden, start]) takesRecord("largestError", "lists of numbers by name", numbers);
  let worst = { error: -1, name: "" };
  for (const name of Object.keys(golden)) {
    const error = displacementError(actual[name] ?? [], golden[name]!, start[name] ?? []);
    if (error > worst.error) worst = { error, name };
  }
  return worst;
}
