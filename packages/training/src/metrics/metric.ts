import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";

/** A number over many batches, added up batch by batch. */
export interface Metric {
  /** Whether the model gets better as the number rises or as it falls. */
  readonly better: "rising" | "falling";
  /** Takes a batch: the model's scores, row after row, and what was to be found. */
  add(scores: ArrayLike<number>, targets: ArrayLike<number | bigint>): void;
  /** The number over everything since the last `reset`; NaN before the first batch. */
  value(): number;
  /** Forgets all batches, as before each epoch. */
  reset(): void;
  /** Everything to go on from in mid-epoch, as JSON can hold it. */
  state(): unknown;
  /** Goes on from a state. */
  load(state: never): void;
}

/** Throws unless there is a whole number of scores per target; returns how many. */
export function perTarget(where: string, scores: ArrayLike<unknown>, targets: ArrayLike<unknown>): number {
  for (const [what, x] of [
    ["scores", scores],
    ["targets", targets],
  ] as const)
    if (typeof x !== "object" || x === null || !Number.isSafeInteger(x.length))
      throw new OptimizerError(`\`${where}\` takes ${what} as an array of numbers; got ${shown(x)}.`);
  const each = scores.length / targets.length;
  if (targets.length > 0 && Number.isSafeInteger(each) && each > 0) return each;
  throw new OptimizerError(
    `\`${where}\` was given ${scores.length} scores for ${targets.length} targets. Give as many rows of scores as targets.`,
  );
}

/** The place of the greatest of `n` scores from `at` on; the first of those that are equal. */
export function greatest(scores: ArrayLike<number>, at: number, n: number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if (scores[at + i]! > scores[at + best]!) best = i;
  return best;
}

/** A class as a number. Throws unless it is a whole number below `classes`. */
export function classOf(where: string, target: number | bigint, classes: number): number {
  const found = Number(target);
  if (Number.isSafeInteger(found) && found >= 0 && found < classes) return found;
  throw new OptimizerError(`\`${where}\`: a target is ${found}. Targets are classes from 0 to ${classes - 1}.`);
}
