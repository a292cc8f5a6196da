import { classOf, type Metric, perTarget } from "./metric.ts";

/** A metric made of sums, which are added up in double precision. */
function summed(
  where: string,
  better: Metric["better"],
  each: (score: number, target: number, add: (...terms: readonly number[]) => void) => void,
  value: (sums: readonly number[], count: number) => number,
): Metric {
  let sums: number[] = [];
  let count = 0;
  const add = (...terms: readonly number[]): void => {
    for (const [i, term] of terms.entries()) sums[i] = (sums[i] ?? 0) + term;
  };
  return {
    better,
    add(scores, targets) {
      const n = perTarget(where, scores, targets);
      for (let i = 0; i < scores.length; i++) each(scores[i]!, Number(targets[Math.floor(i / n)]), add);
      count += scores.length;
    },
    value: () => (count === 0 ? Number.NaN : value(sums, count)),
    reset() {
      sums = [];
      count = 0;
    },
    state: () => ({ sums: [...sums], count }),
    load(state: { readonly sums: readonly number[]; readonly count: number }) {
      sums = [...state.sums];
      count = state.count;
    },
  };
}

const mean = (sums: readonly number[], count: number): number => sums[0]! / count; // one sum

/** The mean distance between scores and targets. */
export const meanAbsoluteError = (): Metric =>
  summed("meanAbsoluteError", "falling", (score, target, add) => add(Math.abs(score - target)), mean);

/** The mean square of the distance between scores and targets. */
export const meanSquaredError = (): Metric =>
  summed("meanSquaredError", "falling", (score, target, add) => add((score - target) ** 2), mean);

/** The root of the mean square of the distance, in the targets' own unit. */
export const rootMeanSquaredError = (): Metric =>
  summed(
    "rootMeanSquaredError",
    "falling",
    (score, target, add) => add((score - target) ** 2),
    (sums, count) => Math.sqrt(mean(sums, count)),
  );

/**
 * The share of the targets' variance that the scores explain: 1 is perfect, 0 no better than the targets' mean. Targets that are all
 * equal give 1 where every score is right, else 0, as in scikit-learn.
 */
export function r2(): Metric {
  let [shift, known] = [0, false];
  const inner = summed(
    "r2",
    "rising",
    (score, target, add) => {
      // Sums of squares lose digits where the mean is large: they are taken around the first target.
      if (!known) [shift, known] = [target, true];
      const x = target - shift;
      add((score - target) ** 2, x, x * x);
    },
    ([residual = 0, sum = 0, squares = 0], count) => {
      const spread = squares - sum ** 2 / count;
      if (spread <= 0) return residual === 0 ? 1 : 0;
      return 1 - residual / spread;
    },
  );
  return {
    ...inner,
    reset() {
      [shift, known] = [0, false];
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
  let [sum, count] = [0, 0];
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
      [sum, count] = [0, 0];
    },
    state: () => [sum, count],
    load(state: readonly [number, number]) {
      [sum, count] = state;
    },
  };
}
