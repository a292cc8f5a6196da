import { batch, type Digits } from "../data/digits.ts";
import type { Learner } from "../engines/engine.ts";

/** A misclassified digit. */
export interface Mistake {
  /** Index in the test set. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** The probability assigned to the wrong answer. */
  readonly confidence: number;
}

export interface Evaluation {
  readonly count: number;
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** `confusion[label][predicted]` is a count. */
  readonly confusion: readonly (readonly number[])[];
  /** Most confident first. */
  readonly mistakes: readonly Mistake[];
}

const chunk = 500; // keeps the activations near the size of a CPU cache

/** Yields to timers, signals and streams. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Evaluates the network on all of `digits`; softmax and sums are computed in float64. */
export async function evaluate(learner: Pick<Learner, "model" | "logits">, digits: Digits): Promise<Evaluation> {
  const { classes } = learner.model;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const mistakes: Mistake[] = [];
  let loss = 0;
  for (let start = 0; start < digits.count; start += chunk) {
    const places = Uint32Array.from({ length: Math.min(chunk, digits.count - start) }, (_, i) => start + i);
    const { images, labels } = batch(digits, places);
    const logits = await learner.logits(images);
    labels.forEach((label, i) => {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const sum = row.reduce((total, x) => total + Math.exp(x - top), 0);
      const predicted = Math.max(0, row.indexOf(top)); // NaNs have no maximum
      loss += Math.log(sum) + top - row[label]!;
      confusion[label]![predicted]!++;
      if (predicted !== label) mistakes.push({ index: start + i, label, predicted, confidence: 1 / sum });
    });
    await breathe();
  }
  return {
    count: digits.count,
    accuracy: (digits.count - mistakes.length) / digits.count,
    loss: loss / digits.count,
    confusion,
    mistakes: mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index),
  };
}
