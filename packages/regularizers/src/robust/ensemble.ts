import { OptimizerError } from "@descent/core";
import { copyOf, sameLength, type Vector } from "../vector.ts";

/** Predictions of several models, or of one at several times. */
export interface Ensemble {
  /** How many predictions were added. */
  readonly count: number;
  /** Adds a prediction: as many numbers every time. */
  add(outputs: Vector): void;
  /** The mean of each number. */
  mean(): Float64Array;
  /** How far apart the predictions are, number by number (their standard deviation): what the models do not know. Needs two. */
  deviation(): Float64Array;
}

/**
 * The mean of predictions, and how sure it is: of models from different seeds (deep ensembles, Lakshminarayanan et al., 2017), of one
 * at the ends of a schedule's cycles (snapshot ensembles, Huang et al., 2017), or along a run of the rule `sgld`, whose weights
 * are samples of the posterior. Give it probabilities, and not logits.
 */
export function ensemble(): Ensemble {
  let count = 0;
  let mean = new Float64Array(0);
  let squares = new Float64Array(0);
  const needs = (least: number): void => {
    if (count < least)
      throw new OptimizerError(
        `\`ensemble\`: add ${least === 1 ? "a prediction" : "two predictions"} first; it has ${count}.`,
      );
  };
  return {
    get count() {
      return count;
    },
    add(outputs) {
      const next = copyOf("ensemble", outputs, "outputs");
      if (count === 0) [mean, squares] = [new Float64Array(next.length), new Float64Array(next.length)];
      else sameLength("ensemble", "outputs", mean, next);
      count++;
      for (const [i, x] of next.entries()) {
        const away = x - mean[i]!;
        mean[i]! += away / count;
        squares[i]! += away * (x - mean[i]!); // Welford's sum, in which nothing cancels
      }
    },
    mean() {
      needs(1);
      return mean.slice();
    },
    deviation() {
      needs(2);
      return squares.map((s) => Math.sqrt(s / (count - 1)));
    },
  };
}
