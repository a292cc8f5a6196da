import { batch, classes, type Digits } from "../data/digits.ts";
import type { Learner } from "../engines/engine.ts";

/** A digit that was taken for another. */
export interface Mistake {
  /** Its place in the test set. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** The probability given to the wrong answer. */
  readonly confidence: number;
}

export interface Evaluation {
  readonly count: number;
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** `confusion[label][predicted]`: how many. */
  readonly confusion: readonly (readonly number[])[];
  /** Most confident first. */
  readonly mistakes: readonly Mistake[];
}

const chunk = 500; // the activations of that many images stay near the size of a cache

/** Lets timers, signals and streams have their turn between two pieces of work. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How well the network does on all of `digits`; softmax and sums are taken in float64. */
export async function evaluate(learner: Pick<Learner, "logits">, digits: Digits): Promise<Evaluation> {
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
      const predicted = Math.max(0, row.indexOf(top)); // a row of NaN has no greatest
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
