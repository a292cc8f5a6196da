import { classOf, type Metric, perTarget } from "./metric.ts";

/**
 * The area under the ROC curve: how probably a sample of a class is scored above one of another, ties counting half. With several
 * classes, the mean over classes of each against the rest. NaN while a class has no samples. It keeps every score.
 */
export function auc(): Metric {
  let scores: number[] = [];
  let targets: number[] = [];
  let each = 1;
  return {
    better: "rising",
    add(given, wanted) {
      each = perTarget("auc", given, wanted);
      const classes = Array.from(wanted, (target) => classOf("auc", target, Math.max(2, each)));
      for (let i = 0; i < given.length; i++) scores.push(given[i]!);
      for (const one of classes) targets.push(one);
    },
    value() {
      if (targets.length === 0) return Number.NaN;
      if (each === 1)
        return area(
          scores,
          targets.map((target) => target === 1),
        );
      let sum = 0;
      for (let k = 0; k < each; k++)
        sum += area(
          targets.map((_, i) => scores[i * each + k]!),
          targets.map((target) => target === k),
        );
      return sum / each;
    },
    reset() {
      scores = [];
      targets = [];
    },
    state: () => ({ scores: [...scores], targets: [...targets], each }),
    load(state: { readonly scores: readonly number[]; readonly targets: readonly number[]; readonly each: number }) {
      scores = [...state.scores];
      targets = [...state.targets];
      each = state.each;
    },
  };
}

/** By ranks: Mann and Whitney's statistic over the number of pairs. */
function area(scores: readonly number[], positive: readonly boolean[]): number {
  const sorted = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  const positives = positive.filter((is) => is).length;
  const negatives = positive.length - positives;
  let ranks = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    while (to < sorted.length && scores[sorted[to]!] === scores[sorted[from]!]) to++;
    const rank = (from + 1 + to) / 2; // the mean of those that tie
    for (let i = from; i < to; i++) if (positive[sorted[i]!]) ranks += rank;
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}
