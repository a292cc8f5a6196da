import type { EarlyStopping, EarlyStoppingState, Saved } from "@descent/training";
import type { Weights } from "../engines/model.ts";
import type { Trained } from "./learning.ts";
import type { Position } from "./position.ts";
import type { Recipe } from "./recipe.ts";

/* A run's place as its files keep it, by images and seconds, and as `fit` counts it, by batches. */

/** The epoch with the lowest loss on the images held out, with the weights to evaluate with. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly weights: Weights;
}

/** Whether the loss has not fallen for as many epochs as the recipe allows. */
export const hasStalled = ({ earlyStop }: Recipe, best: Best | undefined, epoch: number): boolean =>
  earlyStop !== undefined && best !== undefined && epoch - best.epoch >= earlyStop;

/** The best epoch so far, counted from 1. */
export function bestOf(early: EarlyStopping | undefined): Best | undefined {
  const found = early?.best;
  if (found === undefined) return undefined;
  const { readout } = found.kept!.checkpoint as Pick<Trained, "readout">; // of `Learning`
  return { epoch: found.epoch + 1, loss: found.value, weights: readout };
}

/** The place of a run that `fit` saves, over `images` images. */
export function positionOf(
  { epoch, batch, step, sums: { loss, logs } }: Saved,
  { batchSize }: Recipe,
  images: number,
): Omit<Position, "seconds" | "stepSeconds"> {
  return { epoch, place: Math.min(batch * batchSize, images), step, loss, right: logs?.accuracy?.sum ?? 0 };
}

/** The same place for `fit` to resume; the learner has weights and state of its own. */
export function savedOf({ epoch, place, step, loss, right }: Position, recipe: Recipe, best: Best | undefined): Saved {
  const { batchSize, seed } = recipe;
  const early: EarlyStoppingState | undefined = best && {
    best: best.loss,
    bestEpoch: best.epoch - 1,
    bad: epoch - best.epoch,
    kept: { checkpoint: { readout: best.weights } satisfies Pick<Trained, "readout"> },
  };
  return {
    version: 1,
    epoch,
    batch: Math.ceil(place / batchSize),
    step,
    drawing: { batchSize, seed },
    sums: {
      loss,
      samples: place,
      logs: { accuracy: { sum: right, samples: place } },
      metrics: { trained: false, metrics: {} },
    },
    history: [],
    callbacks: early ? { earlyStopping: early } : {},
    model: undefined,
  };
}
