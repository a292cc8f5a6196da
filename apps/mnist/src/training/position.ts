import { UserError } from "../errors.ts";
import { atLeast0, count, finite, type Range } from "./ranges.ts";
import type { Recipe } from "./recipe.ts";

/** Where a run stands between two updates. */
export interface Position {
  /** Whole epochs done. */
  readonly epoch: number;
  /** Images done of the epoch under way. */
  readonly place: number;
  /** Updates done. */
  readonly step: number;
  /** Over the images of the epoch under way: sums of their losses, and how many were right. */
  readonly loss: number;
  readonly right: number;
  /** Time spent so far: in all, and on updates alone. */
  readonly seconds: number;
  readonly stepSeconds: number;
}

/** Of a run that has not begun. */
export const start: Position = { epoch: 0, place: 0, step: 0, loss: 0, right: 0, seconds: 0, stepSeconds: 0 };

const fields: Readonly<Record<keyof Position, Range>> = {
  epoch: count,
  place: count,
  step: count,
  loss: finite,
  right: atLeast0,
  seconds: atLeast0,
  stepSeconds: atLeast0,
};

/** A position that was saved in `file`: every field is checked. */
export function readPosition(found: Readonly<Record<string, unknown>>, file: string): Position {
  const read = (name: keyof Position): number => {
    const value = found[name];
    const { fits, words } = fields[name];
    if (typeof value === "number" && fits(value)) return value;
    throw new UserError(`\`${file}\` is damaged: its position has ${name} ${JSON.stringify(value)}, not ${words}.`);
  };
  return {
    epoch: read("epoch"),
    place: read("place"),
    step: read("step"),
    loss: read("loss"),
    right: read("right"),
    seconds: read("seconds"),
    stepSeconds: read("stepSeconds"),
  };
}

/** Throws unless a run over so many images passes through the position. */
export function checkPosition(
  { epoch, place, step, right }: Position,
  { batchSize }: Recipe,
  images: number,
  file: string,
): void {
  const updates = epoch * Math.ceil(images / batchSize) + Math.ceil(place / batchSize);
  const whole = place === images || (place < images && place % batchSize === 0);
  // The sum of what each batch had right, as parts of it, may be off by rounding.
  if (whole && step === updates && right <= place + 1e-3) return;
  throw new UserError(
    `\`${file}\` is damaged: no run over ${images} images in batches of ${batchSize} is at image ${place} of epoch ${epoch + 1} after ${step} updates with ${right} right.`,
  );
}
