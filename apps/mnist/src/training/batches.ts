import { batch, type Digits, paper } from "../data/digits.ts";
import type { Batch } from "../engines/engine.ts";
import { hiddenUnits, type Model } from "../engines/model.ts";
import type { Recipe } from "./recipe.ts";
import { augmented, kept, mixed } from "./regularizers.ts";

/** The batch of an update (0 is the first) from the digits at these places, and the part of the hidden layer that it trains. */
export function batchOf(
  recipe: Recipe,
  digits: Digits,
  places: Uint32Array,
  step: number,
  net: Model,
): { readonly shown: Batch; readonly kept: Float32Array | undefined } {
  const { images, labels } = batch(digits, places);
  const shown = { labels, ...mixed(augmented(images, recipe, step, paper), labels, recipe, step, net.classes) };
  return { shown, kept: kept(recipe, step, places.length, hiddenUnits(net)) };
}
