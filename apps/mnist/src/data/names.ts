import { existsSync } from "node:fs";
import path from "node:path";
import { readBounded } from "../disk.ts";
import { UserError } from "../errors.ts";
import type { Digits } from "./digits.ts";

/** The names of classes that have none: their labels. */
export const labelNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, label) => String(label));

/** The digits themselves. */
export const digitNames: readonly string[] = labelNames(10);

/** Whether classes are the digits of MNIST and have no names of their own. */
export const areDigits = (names: readonly string[]): boolean => names.join() === digitNames.join();

/** The classes of Fashion-MNIST, as its authors name them (https://github.com/zalandoresearch/fashion-mnist). */
const fashion = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** The file that names classes, beside the images. */
const LIST = "classes.txt";

/** How many classes images have: one for each label up to the largest. Throws for one alone. */
export function counted(train: Digits, test: Digits, source: string): number {
  let largest = 0;
  for (const { labels } of [train, test]) for (const label of labels) if (label > largest) largest = label;
  if (largest === 0)
    throw new UserError(`All images from ${source} have the label 0; there must be two classes at least.`);
  return largest + 1;
}

/** Where a data set was found. */
interface Found {
  /** Its folder from the root on, or its address. */
  readonly place: string;
  /** The folder, which may hold `classes.txt`; undefined for an address. */
  readonly folder: string | undefined;
  /** The names of its tables. */
  readonly files: readonly string[];
}

/**
 * The names of classes whose labels go up to `count` - 1: the lines of `classes.txt` in their folder, those of Fashion-MNIST where the
 * name of a table, the folder or the one above says "fashion" and there are ten, else the labels. Throws where `classes.txt` has too few.
 */
export function classNames(count: number, found?: Found): readonly string[] {
  if (found === undefined) return labelNames(count);
  const { place, folder, files } = found;
  const file = folder === undefined ? undefined : path.join(folder, LIST);
  if (file !== undefined && existsSync(file))
    return readNames(Buffer.from(readBounded(file, 20_000)).toString(), file, count);
  const said = folder === undefined ? [place] : [...place.split(path.sep).slice(-2), ...files];
  return count === fashion.length && said.some((name) => /fashion/i.test(name)) ? fashion : labelNames(count);
}

function readNames(text: string, file: string, count: number): readonly string[] {
  const names = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (names.length < count)
    throw new UserError(
      `\`${file}\` has ${names.length} names, and there is the label ${count - 1}: it needs ${count} at least, one per line, in the order of the labels from 0 on.`,
    );
  if (names.length > MOST) throw new UserError(`\`${file}\` has ${names.length} names; labels go up to ${MOST - 1}.`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError(`\`${file}\` has the name ${twice} twice.`);
  const long = names.find((name) => name.length > LONGEST);
  if (long !== undefined)
    throw new UserError(`\`${file}\` has a name of ${long.length} characters; a name has at most ${LONGEST}.`);
  return names;
}

/** Labels are bytes. */
export const MOST = 256;
/** The characters of a name. */
const LONGEST = 40;

/** The names that a file holds, if they are names of so many classes; else the labels. */
export const namesFrom = (found: unknown, count: number): readonly string[] =>
  Array.isArray(found) &&
  found.length === count &&
  found.every((name) => typeof name === "string" && name.length <= LONGEST)
    ? found
    : labelNames(count);
