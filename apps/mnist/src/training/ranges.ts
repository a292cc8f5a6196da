import { UserError } from "../errors.ts";

/** The values a number may take, as a predicate and in words. */
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

/** Valid numbers of a recipe, whether from the command line or from a checkpoint. */
export const ranges = {
  lr: above0,
  weightDecay: atLeast0,
  clip: above0,
  l1: above0,
  l2: above0,
  dropout: { fits: (value) => value > 0 && value < 1, words: "a number above 0 and below 1" },
  augment: whole(1, 8),
  cutout: whole(1, 28),
  mixup: above0,
  cutmix: above0,
  ema: { fits: (value) => value > 0 && value < 1, words: "a number above 0 and below 1" },
  earlyStop: whole(1, 1_000_000),
  ranks: whole(1, 1024),
  epochs: whole(1, 1_000_000),
  batchSize: whole(1),
  seed: whole(0),
  limit: whole(1),
} as const satisfies Readonly<Record<string, Range>>;

/** Runs per optimizer and rate in a comparison. */
export const seeds: Range = whole(1, 1000);
/** The number of an update, from 1. */
export const updates: Range = whole(1);
/** A count. */
export const count: Range = whole(0);

/** Parses a number typed by a person; a UserError that begins with `what` if it is not in range. */
export function numberOf(text: string, { fits, words }: Range, what: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (!fits(value)) throw new UserError(`${what} \`${text}\` is not ${words}.`);
  return value;
}
