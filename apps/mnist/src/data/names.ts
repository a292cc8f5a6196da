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
/** The most classes: labels are bytes. */
export const MOST = 256;
/** The characters of a name. */
const LONGEST = 40;

/** How many classes images have, one for each label up to the largest, and how many of their labels occur. */
interface Counted {
  readonly count: number;
  readonly occur: number;
}

/** Counts classes. Throws for one alone. */
export function counted(train: Digits, test: Digits, source: string): Counted {
  const occurs = new Uint8Array(MOST);
  for (const { labels } of [train, test]) for (const label of labels) occurs[label] = 1;
  const count = occurs.lastIndexOf(1) + 1;
  if (count < 2) throw new UserError(`All images from ${source} have the label 0; there must be two classes at least.`);
  return { count, occur: occurs.reduce((sum, one) => sum + one, 0) };
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
 * The names of classes: the lines of `classes.txt` in their folder, those of Fashion-MNIST where the
 * name of a table, the folder or the one above says "fashion" and there are ten, else the labels. Throws where `classes.txt` has too few, and without one where most labels are missing, as
 * in a damaged file.
 */
export function classNames({ count, occur }: Counted, found?: Found): readonly string[] {
  if (found === undefined) return labelNames(count);
  const { place, folder, files } = found;
  const file = folder === undefined ? undefined : path.join(folder, LIST);
  if (file !== undefined && existsSync(file))
    return readNames(Buffer.from(readBounded(file, 20_000)).toString(), file, count);
  if (2 * occur < count)
    throw new UserError(
      `The labels of ${place} go up to ${count - 1}, and only ${occur} of them occur. If the largest is right, name all classes in a file ${LIST}, one per line.`,
    );
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

/** The names that a file holds, if it has one for each of `count` classes; else the labels. */
export const namesFrom = (found: unknown, count: number): readonly string[] =>
  Array.isArray(found) &&
  found.length === count &&
  found.every((name) => typeof name === "string" && name.length <= LONGEST)
    ? found
    : labelNames(count);
