import { stream } from "@descent/initializers";
import { randomShifts } from "@descent/regularizers";
import { side } from "../data/digits.ts";
import type { Recipe } from "./recipe.ts";

export type RegularizerName = "l2" | "l1" | "dropout" | "augment";

/** The strength of each where none is given: the field's usual ones, not tuned on MNIST. */
export const strengths: Readonly<Record<RegularizerName, number>> = { l2: 1e-4, l1: 1e-5, dropout: 0.5, augment: 2 };

export const regularizerNames = Object.keys(strengths) as RegularizerName[]; // the keys of a record of RegularizerName

/** A recipe's regularizers with their strengths: `dropout 0.5`, or `none`. */
export function regularizersOf(recipe: Recipe): string {
  const own = regularizerNames.flatMap((name) => (recipe[name] === undefined ? [] : [`${name} ${recipe[name]}`]));
  return own.length === 0 ? "none" : own.join(", ");
}

/* Both depend only on the seed and the number of the update, so a resumed run needs nothing more to draw the same. */

/** The images of a batch, each shifted by its own few pixels of paper. */
export function shifted(images: Float32Array, { seed, augment }: Recipe, step: number, paper: number): Float32Array {
  if (augment === undefined) return images;
  const shape = [images.length / (side * side), side, side, 1] as const;
  const drawn = Math.floor(stream(seed, `shifts of update ${step}`).uniform(0) * 2 ** 52);
  return randomShifts(images, { shape, most: augment, fill: paper, seed: drawn });
}

/** The factors of the hidden layer's outputs, `count` rows of `units`: 0, or the one that keeps their mean. */
export function kept({ seed, dropout }: Recipe, step: number, count: number, units: number): Float32Array | undefined {
  if (dropout === undefined) return undefined;
  const random = stream(seed, `dropout of update ${step}`);
  return Float32Array.from({ length: count * units }, (_, i) => (random.uniform(i) < dropout ? 0 : 1 / (1 - dropout)));
}
