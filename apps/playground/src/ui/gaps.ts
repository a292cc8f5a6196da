import type { Outcome } from "../engine/messages.ts";

/** Gaps below this are drawn there: a float64 near 1 ends at 2e-16. */
export const FLOOR = 1e-16;

/** The outcomes that have a path. */
export type Finished = Exclude<Outcome, { readonly error: string }>;
export const finished = (outcome: Outcome): outcome is Finished => !("error" in outcome);

/** The value to measure from: the known minimum, or the lowest value that anybody has seen. */
export function leastOf(known: number | undefined, seen: number, outcomes: readonly Outcome[]): number {
  if (known !== undefined) return known;
  let least = seen;
  for (const outcome of outcomes)
    if (finished(outcome)) for (const loss of outcome.loss) if (loss < least) least = loss;
  return least;
}

/** Losses above a value, none below the floor, so that they fit a logarithmic axis. */
export const gapsOf = (loss: ArrayLike<number>, least: number): Float64Array =>
  Float64Array.from({ length: loss.length }, (_, i) => Math.max(loss[i]! - least, FLOOR));
