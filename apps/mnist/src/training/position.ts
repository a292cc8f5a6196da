import { UserError } from "../errors.ts";
import { atLeast0, count, finite, type Range } from "./ranges.ts";
import type { Recipe } from "./recipe.ts";

/** The state of a run's loop between two updates. */
export interface Position {
  /** Completed epochs. */
  readonly epoch: number;
  /** Images processed in the current epoch. */
  readonly place: number;
  /** Completed updates. */
  readonly step: number;
  /** Over the images of the current epoch: the sum of losses and the number classified correctly. */
  readonly loss: number;
  readonly right: number;
  /** Seconds spent so far: in total, and on updates alone. */
  readonly seconds: number;
  readonly stepSeconds: number;
}

/** The position of a run that has not started. */
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

/** Validates a position read from `file`. */
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

/** Throws unless a run over `images` images passes through this position. */
export function checkPosition(
  { epoch, place, step, right }: Position,
  { batchSize }: Recipe,
  images: number,
  file: string,
): void {
  const updates = epoch * Math.ceil(images / batchSize) + Math.ceil(place / batchSize);
  const whole = place === images || (place < images && place % batchSize === 0);
  // `right` is summed from per-batch fractions, so it may be off by rounding.
  if (whole && step === updates && right <= place + 1e-3) return;
  throw new UserError(
    `\`${file}\` is damaged: no run over ${images} images in batches of ${batchSize} is at image ${place} of epoch ${epoch + 1} after ${step} updates with ${right} right.`,
  );
}
