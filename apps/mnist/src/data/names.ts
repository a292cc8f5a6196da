import { existsSync } from "node:fs";
import path from "node:path";
import { readBounded } from "../disk.ts";
import { UserError } from "../errors.ts";
import { classes } from "./digits.ts";

/** The digits themselves. */
export const digitNames: readonly string[] = Array.from({ length: classes }, (_, digit) => String(digit));

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

/**
 * The names of a data set's classes: the lines of `classes.txt` in its folder, those of Fashion-MNIST where the place says "fashion", else
 * the digits. Throws unless there are ten, each another.
 */
export function classNames(place: string | undefined, folder: string | undefined): readonly string[] {
  const file = folder === undefined ? undefined : path.join(folder, LIST);
  if (file !== undefined && existsSync(file)) return readNames(Buffer.from(readBounded(file, 10_000)).toString(), file);
  return place !== undefined && /fashion/i.test(place) ? fashion : digitNames;
}

function readNames(text: string, file: string): readonly string[] {
  const names = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (names.length !== classes)
    throw new UserError(
      `\`${file}\` has ${names.length} names; it needs ${classes}, one per line, in the order of the labels 0 to 9.`,
    );
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError(`\`${file}\` has the name ${twice} twice.`);
  const long = names.find((name) => name.length > 40);
  if (long !== undefined)
    throw new UserError(`\`${file}\` has a name of ${long.length} characters; a name has at most 40.`);
  return names;
}

/** The names that a file holds, if they are names of ten classes; else the digits. */
export const namesFrom = (found: unknown): readonly string[] =>
  Array.isArray(found) &&
  found.length === classes &&
  found.every((name) => typeof name === "string" && name.length <= 40)
    ? found
    : digitNames;
