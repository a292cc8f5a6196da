import { OptimizerError } from "@descent/core";
import { finite, knownOptions, oneOf, whole } from "@descent/core/adapter";
import { classOf, greatest, type Metric, perTarget } from "./metric.ts";

/** Options of metrics that tell two classes apart by one score. */
export interface ThresholdOptions {
  /** With one score per target: the class is 1 where it is above this. Default 0.5, for probabilities; give 0 for logits. */
  readonly threshold?: number | undefined;
}

/** How the numbers of several classes become one. */
export type Average = "binary" | "macro" | "micro" | "weighted";

/** Options of `precision`, `recall` and `f1`. */
export interface AverageOptions extends ThresholdOptions {
  /**
   * `binary`: of class 1 alone, the default for one score per target. `macro`: the mean over classes, the default for several.
   * `weighted`: each class by its share of the targets. `micro`: of all decisions together.
   */
  readonly average?: Average | undefined;
}

/** Counts of decisions: `counts[target][decided]`. */
class Counts {
  readonly #where: string;
  readonly #threshold: number;
  #classes = 0;
  #binary = false;
  #counts: number[][] = [];

  constructor(where: string, { threshold = 0.5 }: ThresholdOptions) {
    finite(where, { threshold });
    this.#where = where;
    this.#threshold = threshold;
  }

  add(scores: ArrayLike<number>, targets: ArrayLike<number | bigint>): void {
    const each = perTarget(this.#where, scores, targets);
    this.#size(each === 1 ? 2 : each, each === 1);
    const wanted = new Uint32Array(targets.length); // all are checked before any is counted
    for (let i = 0; i < targets.length; i++) wanted[i] = classOf(this.#where, targets[i]!, this.#classes);
    for (let i = 0; i < targets.length; i++) {
      const found = each === 1 ? Number(scores[i]! > this.#threshold) : greatest(scores, i * each, each);
      this.#counts[wanted[i]!]![found]!++;
    }
  }

  #size(classes: number, binary: boolean): void {
    if (this.#classes === classes && this.#binary === binary) return;
    if (this.#classes > 0)
      throw new OptimizerError(
        `\`${this.#where}\` was given scores of ${this.#classes} classes before, and of ${classes} now. Use one metric for each model.`,
      );
    this.#classes = classes;
    this.#binary = binary;
    this.#counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  get matrix(): readonly (readonly number[])[] {
    return this.#counts;
  }

  get binary(): boolean {
    return this.#binary;
  }

  reset(): void {
    this.#classes = 0;
    this.#counts = [];
  }

  state(): { readonly binary: boolean; readonly counts: readonly (readonly number[])[] } {
    return { binary: this.#binary, counts: this.#counts.map((row) => [...row]) };
  }

  load({ binary, counts }: ReturnType<Counts["state"]>): void {
    const square = Array.isArray(counts) && counts.every((row) => Array.isArray(row) && row.length === counts.length);
    if (!square || typeof binary !== "boolean")
      throw new OptimizerError(`\`${this.#where}\`: load takes what state() returned.`);
    this.#classes = counts.length;
    this.#binary = binary;
    this.#counts = counts.map((row) => [...row]);
  }
}

const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const column = (matrix: readonly (readonly number[])[], j: number): number => total(matrix.map((row) => row[j]!));

function counted(
  where: string,
  options: ThresholdOptions,
  better: Metric["better"],
  value: (of: Counts) => number,
): Metric {
  const counts = new Counts(where, options);
  return {
    better,
    add: (scores, targets) => counts.add(scores, targets),
    value: () => (counts.matrix.length === 0 ? Number.NaN : value(counts)),
    reset: () => counts.reset(),
    state: () => counts.state(),
    load: (state: ReturnType<Counts["state"]>) => counts.load(state),
  };
}

/**
 * The share of samples whose greatest score is that of the right class; with one score per target, that lie on the right side of the
 * threshold. Throws for targets that are not classes.
 */
export function accuracy(options: ThresholdOptions = {}): Metric {
  return counted("accuracy", knownOptions("accuracy", options, ["threshold"]), "rising", ({ matrix }) => {
    const all = total(matrix.map(total));
    return matrix.reduce((right, row, i) => right + row[i]!, 0) / all;
  });
}

/** A ratio of counts, averaged over classes; 0 where nothing counts, as in scikit-learn. */
function averaged(
  where: string,
  options: AverageOptions,
  ratio: (truePositive: number, decided: number, targets: number) => readonly [number, number],
): Metric {
  const { average, threshold } = knownOptions(where, options, ["average", "threshold"]);
  if (average !== undefined) oneOf(where, { average }, ["binary", "macro", "micro", "weighted"]);
  return counted(where, { threshold }, "rising", ({ matrix, binary }) => {
    const by = average ?? (binary ? "binary" : "macro");
    if (by === "binary" && matrix.length !== 2)
      throw new OptimizerError(
        `\`${where}\`: average "binary" is of two classes, and there are ${matrix.length}. Use "macro", "micro" or "weighted".`,
      );
    const parts = matrix.map((row, i) => ratio(row[i]!, column(matrix, i), total(row)));
    const value = ([over, under]: readonly [number, number]): number => (under === 0 ? 0 : over / under);
    if (by === "binary") return value(parts[1]!); // there are two
    if (by === "micro") return value([total(parts.map(([over]) => over)), total(parts.map(([, under]) => under))]);
    const weights = matrix.map((row) => (by === "weighted" ? total(row) : 1));
    return total(parts.map((part, i) => weights[i]! * value(part))) / total(weights);
  });
}

/** Of the samples decided to be of a class, the share that are. See {@link AverageOptions} for several classes. */
export const precision = (options: AverageOptions = {}): Metric =>
  averaged("precision", options, (right, decided) => [right, decided]);

/** Of the samples of a class, the share that was found. See {@link AverageOptions} for several classes. */
export const recall = (options: AverageOptions = {}): Metric =>
  averaged("recall", options, (right, _, targets) => [right, targets]);

/** The harmonic mean of precision and recall, class by class. See {@link AverageOptions} for several classes. */
export const f1 = (options: AverageOptions = {}): Metric =>
  averaged("f1", options, (right, decided, targets) => [2 * right, decided + targets]);

/** Counts of decisions: how often a sample of class i was taken for class j. */
export interface Confusion extends Metric {
  /** `matrix()[i][j]`; empty before the first batch. */
  matrix(): readonly (readonly number[])[];
}

/** The confusion matrix; its `value` is the accuracy. */
export function confusion(options: ThresholdOptions = {}): Confusion {
  const known = knownOptions("confusion", options, ["threshold"]);
  const metric = accuracy(known);
  return { ...metric, matrix: () => (metric.state() as ReturnType<Counts["state"]>).counts }; // as `counted` makes it
}

/**
 * The share of samples whose right class is among the `k` greatest scores; default 5. Of equal scores the first counts as greater.
 * Throws where there are fewer classes.
 */
export function topK(k = 5): Metric {
  whole("topK", { k });
  if (k < 1) throw new OptimizerError(`\`topK\` takes a number of classes, 1 or above; got ${k}.`);
  let right = 0;
  let all = 0;
  return {
    better: "rising",
    add(scores, targets) {
      const classes = perTarget("topK", scores, targets);
      if (classes < k)
        throw new OptimizerError(`\`topK\`: there are ${classes} classes, so their ${k} greatest are not a choice.`);
      const found = Array.from(targets, (target, i) => {
        const right = classOf("topK", target, classes);
        const mine = scores[i * classes + right]!;
        let above = 0;
        for (let j = 0; j < classes; j++) {
          const other = scores[i * classes + j]!;
          if (other > mine || (other === mine && j < right)) above++; // of ties the first comes first, as in accuracy
        }
        return above < k && !Number.isNaN(mine);
      });
      right += found.filter((one) => one).length;
      all += found.length;
    },
    value: () => (all === 0 ? Number.NaN : right / all),
    reset() {
      right = 0;
      all = 0;
    },
    state: () => [right, all],
    load(state: readonly [number, number]) {
      [right, all] = state;
    },
  };
}
