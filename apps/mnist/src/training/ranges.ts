import { UserError } from "../errors.ts";

/** The values that a number may have, and those values in words. */
export interface Range {
  readonly fits: (value: number) => boolean;
  readonly words: string;
}

const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Range => ({
  fits: (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  words:
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${least}`
      : `a whole number from ${least} to ${most.toLocaleString("en")}`,
});
const above0: Range = { fits: (value) => value > 0 && Number.isFinite(value), words: "a number above 0" };
export const atLeast0: Range = {
  fits: (value) => value >= 0 && Number.isFinite(value),
  words: "a number of 0 or more",
};
export const finite: Range = { fits: Number.isFinite, words: "a number" };

/** Of the numbers of a recipe, wherever they come from: the command line or a checkpoint. */
export const ranges = {
  lr: above0,
  weightDecay: atLeast0,
  clip: above0,
  epochs: whole(1, 1_000_000),
  batchSize: whole(1),
  seed: whole(0),
  limit: whole(1),
} as const satisfies Readonly<Record<string, Range>>;

/** How many runs of each. */
export const seeds: Range = whole(1, 1000);
/** A count of things done. */
export const count: Range = whole(0);

/** A number as a person types it; what is wrong with it is a UserError that begins with `what`. */
export function numberOf(text: string, { fits, words }: Range, what: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (!fits(value)) throw new UserError(`${what} \`${text}\` is not ${words}.`);
  return value;
}
