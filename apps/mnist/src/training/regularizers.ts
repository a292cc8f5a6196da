import { stream } from "@descent/initializers";
import { cutmix, cutout, mixup, randomShifts } from "@descent/regularizers";
import { side } from "../data/digits.ts";
import type { Recipe } from "./recipe.ts";

export type RegularizerName = "l2" | "l1" | "dropout" | "augment" | "cutout" | "mixup" | "cutmix";

/** The strength of each where none is given: the field's usual ones, not tuned on MNIST. */
export const strengths: Readonly<Record<RegularizerName, number>> = {
  l2: 1e-4,
  l1: 1e-5,
  dropout: 0.5,
  augment: 2,
  cutout: 14,
  mixup: 0.2,
  cutmix: 1,
};

export const regularizerNames = Object.keys(strengths) as RegularizerName[]; // the keys of a record of RegularizerName

/** A recipe's regularizers; those that it does not have are undefined, which replaces those of another recipe. */
export const regularizersOf = (recipe: Pick<Recipe, RegularizerName>): Pick<Recipe, RegularizerName> =>
  Object.fromEntries(regularizerNames.map((name) => [name, recipe[name]]));

/** A recipe's regularizers with their strengths: `dropout 0.5`, or `none`. */
export function regularizersText(recipe: Recipe): string {
  const own = regularizerNames.flatMap((name) => (recipe[name] === undefined ? [] : [`${name} ${recipe[name]}`]));
  return own.length === 0 ? "none" : own.join(", ");
}

/** Whether targets are probabilities rather than labels. */
export const mixes = (recipe: Recipe): boolean => recipe.mixup !== undefined || recipe.cutmix !== undefined;

/* All depend only on the seed and the number of the update, so a resumed run needs nothing more to draw the same. */

const drawn = ({ seed }: Recipe, what: string, step: number): number =>
  Math.floor(stream(seed, `${what} of update ${step}`).uniform(0) * 2 ** 52);

const shapeOf = (images: Float32Array) => [images.length / (side * side), side, side, 1] as const;

/** The images of a batch, each shifted by its own few pixels of paper, and with a square of its own of paper. */
export function augmented(images: Float32Array, recipe: Recipe, step: number, paper: number): Float32Array {
  const { augment, cutout: size } = recipe;
  const shape = shapeOf(images);
  let out = images;
  if (augment !== undefined)
    out = randomShifts(out, { shape, most: augment, fill: paper, seed: drawn(recipe, "shifts", step) });
  if (size !== undefined) out = cutout(out, { shape, size, fill: paper, seed: drawn(recipe, "cutout", step) });
  return out;
}

/** A batch mixed with itself, with targets `[n, classes]` that are probabilities; without them where the recipe mixes nothing. */
export function mixed(
  images: Float32Array,
  labels: Uint8Array,
  recipe: Recipe,
  step: number,
  classes: number,
): { readonly images: Float32Array; readonly targets?: Float32Array } {
  if (!mixes(recipe)) return { images };
  const targets = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) targets[i * classes + label] = 1;
  const both = recipe.mixup !== undefined && recipe.cutmix !== undefined;
  const pastes = both ? drawn(recipe, "mix", step) % 2 === 0 : recipe.cutmix !== undefined;
  const mix = pastes ? cutmix : mixup;
  const { alpha, seed } = { alpha: pastes ? recipe.cutmix : recipe.mixup, seed: drawn(recipe, "partners", step) };
  return mix(images, targets, { shape: shapeOf(images), alpha, seed });
}

/** The factors of the hidden layer's outputs, `count` rows of `units`: 0, or the one that keeps their mean. */
export function kept({ seed, dropout }: Recipe, step: number, count: number, units: number): Float32Array | undefined {
  if (dropout === undefined) return undefined;
  const random = stream(seed, `dropout of update ${step}`);
  return Float32Array.from({ length: count * units }, (_, i) => (random.uniform(i) < dropout ? 0 : 1 / (1 - dropout)));
}
