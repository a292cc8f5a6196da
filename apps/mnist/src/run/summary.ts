import type { Choice, Place } from "../devices/device.ts";
import { duration, percent } from "../terminal/progress.ts";
import type { Recipe } from "../training/recipe.ts";

/** What summary.json says of a finished run. */
export interface Summary {
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Over the last epoch, each batch seen before its update. */
  readonly trainLoss: number | null;
  readonly optimizer: string;
  /** The optimizer's name as its paper writes it. */
  readonly title: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly device: Choice["device"];
  readonly deviceWhat: string;
  /** From the first update to the last test, over all sittings of a resumed run. */
  readonly seconds: number;
  /** Training images for each second spent on updates. */
  readonly imagesPerSecond: number;
  /** Milliseconds of an update, and of the optimizer's part in it: means of this sitting; null where there was but one. */
  readonly stepMilliseconds: number | null;
  readonly optimizerMilliseconds: number | null;
  readonly seed: number;
  readonly epochs: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly trainImages: number;
  readonly testImages: number;
  /** How many numbers were trained. */
  readonly parameters: number;
  readonly model: string;
  /** The highest rate; null where the schedule is an equation. */
  readonly lr: number | null;
  readonly schedule: string;
  /** The rate as an equation in `step`. */
  readonly rate: string | null;
  readonly recipe: Recipe;
  readonly data: string;
  readonly started: string;
  readonly node: string;
  readonly version: string;
  /** What to type for the same run. */
  readonly command: string;
  readonly files: readonly string[];
}

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

const flag = (name: string): string => `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;

/** The command line of a recipe. */
export const commandOf = (recipe: Recipe, { device, engine }: Place): string =>
  [
    "npm start -- train",
    ...Object.entries({ ...recipe, device, engine }).flatMap(([name, value]) =>
      value === undefined ? [] : [flag(name), quote(String(value))],
    ),
  ].join(" ");

/** The optimizer's part of a training step. */
export const optimizerShare = ({
  stepMilliseconds: step,
  optimizerMilliseconds: optimizer,
}: Pick<Summary, "stepMilliseconds" | "optimizerMilliseconds">): string | undefined =>
  step === null || optimizer === null
    ? undefined
    : `${percent(optimizer / step, 1)} of a step, ${Number(optimizer.toPrecision(2))} of ${Number(step.toPrecision(2))} ms`;

/** The last line a run prints. */
export const closingLine = ({ testAccuracy, testLoss, title, engine, device, seconds }: Summary): string =>
  `Test accuracy ${percent(testAccuracy)}, loss ${testLoss.toFixed(4)}, with ${title} by ${engine} on ${device} in ${duration(seconds)}.`;
