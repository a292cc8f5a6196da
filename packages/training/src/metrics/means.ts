import { classOf, type Metric, perTarget } from "./metric.ts";

/** A metric made of some sums in double precision, to which `each` adds the terms of a score. */
function summed(
  where: string,
  better: Metric["better"],
  terms: number,
  each: (score: number, target: number, sums: Float64Array) => void,
  value: (sums: Float64Array, count: number) => number,
): Metric {
  const sums = new Float64Array(terms);
  let count = 0;
  return {
    better,
    add(scores, targets) {
      const n = perTarget(where, scores, targets);
      let i = 0;
      for (let row = 0; row < targets.length; row++) {
        const target = Number(targets[row]);
        for (const end = i + n; i < end; i++) each(scores[i]!, target, sums);
      }
      count += scores.length;
    },
    value: () => (count === 0 ? Number.NaN : value(sums, count)),
    reset() {
      sums.fill(0);
      count = 0;
    },
    state: () => ({ sums: [...sums], count }),
    load(state: { readonly sums: readonly number[]; readonly count: number }) {
      sums.fill(0);
      sums.set(state.sums); // none before the first batch
      count = state.count;
    },
  };
}

const mean = (sums: Float64Array, count: number): number => sums[0]! / count; // one sum
function distance(score: number, target: number, sums: Float64Array): void {
  sums[0]! += Math.abs(score - target);
}
function square(score: number, target: number, sums: Float64Array): void {
  sums[0]! += (score - target) ** 2;
}

/** The mean distance between scores and targets. */
export const meanAbsoluteError = (): Metric => summed("meanAbsoluteError", "falling", 1, distance, mean);

/** The mean square of the distance between scores and targets. */
export const meanSquaredError = (): Metric => summed("meanSquaredError", "falling", 1, square, mean);

/** The root of the mean square of the distance, in the targets' own unit. */
export const rootMeanSquaredError = (): Metric =>
  summed("rootMeanSquaredError", "falling", 1, square, (sums, count) => Math.sqrt(mean(sums, count)));

/**
 * The share of the targets' variance that the scores explain: 1 is perfect, 0 no better than the targets' mean. Targets that are all
 * equal give 1 where every score is right, else 0, as in scikit-learn.
 */
export function r2(): Metric {
  let shift = 0;
  let known = false;
  const inner = summed(
    "r2",
    "rising",
    3,
    (score, target, sums) => {
      // Sums of squares lose digits where the mean is large: they are taken around the first target.
      if (!known) {
        shift = target;
        known = true;
      }
      const x = target - shift;
      sums[0]! += (score - target) ** 2;
      sums[1]! += x;
      sums[2]! += x * x;
    },
    (sums, count) => {
      const residual = sums[0]!;
      const spread = sums[2]! - sums[1]! ** 2 / count;
      if (spread <= 0) return residual === 0 ? 1 : 0;
      return 1 - residual / spread;
    },
  );
  return {
    ...inner,
    reset() {
      shift = 0;
      known = false;
      inner.reset();
    },
    state: () => ({ shift, known, inner: inner.state() }),
    load(state: { readonly shift: number; readonly known: boolean; readonly inner: never }) {
      ({ shift, known } = state);
      inner.load(state.inner);
    },
  };
}

/**
 * The exponential of the mean negative log-likelihood of the right classes: how many equally likely ones the model is as unsure
 * between. Scores are logits.
 */
export function perplexity(): Metric {
  let sum = 0;
  let count = 0;
  return {
    better: "falling",
    add(scores, targets) {
      const classes = perTarget("perplexity", scores, targets);
      const losses = Array.from(targets, (target, i) => {
        const right = classOf("perplexity", target, classes);
        let most = Number.NEGATIVE_INFINITY;
        for (let j = 0; j < classes; j++) most = Math.max(most, scores[i * classes + j]!);
        let all = 0;
        for (let j = 0; j < classes; j++) all += Math.exp(scores[i * classes + j]! - most);
        return Math.log(all) + most - scores[i * classes + right]!;
      });
      for (const loss of losses) sum += loss;
      count += losses.length;
    },
    value: () => (count === 0 ? Number.NaN : Math.exp(sum / count)),
    reset() {
      sum = 0;
      count = 0;
    },
    state: () => [sum, count],
    load(state: readonly [number, number]) {
      [sum, count] = state;
    },
  };
}
