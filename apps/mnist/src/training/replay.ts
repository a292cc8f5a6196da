import type { StateDict } from "@descent/core";
import type { Digits } from "../data/digits.ts";
import type { Learner, Look, StepNumbers } from "../engines/engine.ts";
import type { Weights } from "../engines/model.ts";
import { batchOf } from "./batches.ts";
import { order } from "./order.ts";
import type { Position } from "./position.ts";
import type { Recipe } from "./recipe.ts";

/** One update of a replay, with everything that it came from. */
export interface Replayed {
  /** 1 is the first. */
  readonly step: number;
  readonly epoch: number;
  /** The places of its images in the training set. */
  readonly places: Uint32Array;
  readonly numbers: StepNumbers;
  readonly look: Look;
  /** Weights and state before it; the state is missing before the first update, which makes it. */
  readonly weights: Weights;
  readonly state: StateDict | undefined;
}

/**
 * Trains again from a position, as the run did, without measuring or saving. Yields the updates that `wants` asks for; asking costs a
 * copy of weights and state.
 */
export async function* replay(run: {
  readonly learner: Learner;
  readonly recipe: Recipe;
  readonly digits: Digits;
  readonly from: Pick<Position, "epoch" | "place" | "step">;
  readonly wants: (step: number) => boolean;
}): AsyncGenerator<Replayed> {
  const { learner, recipe, digits, wants } = run;
  let { epoch, place, step } = run.from;
  for (; epoch < recipe.epochs; epoch++, place = 0) {
    const all = order(digits.count, recipe.seed, epoch);
    while (place < digits.count) {
      const places = all.slice(place, place + recipe.batchSize);
      const { shown, kept } = batchOf(recipe, digits, places, step, learner.model);
      const wanted = wants(step + 1);
      const weights = wanted ? await learner.weights() : {};
      const state = wanted && step > 0 ? await learner.state() : undefined;
      await learner.step(shown, kept, wanted);
      step++;
      place += places.length;
      const numbers = (await learner.read()).at(-1)!; // of this step
      if (wanted) yield { step, epoch: epoch + 1, places, numbers, look: learner.looked()!, weights, state }; // it was asked for
    }
  }
}
