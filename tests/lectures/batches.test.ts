import { optimizer } from "@descent/arrays";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";

/* What the lectures say of batches, by counting every batch there is instead of drawing some. */

const data = [1.5, -2, 0.25, 4, -0.5, 3];
const n = data.length;
/** The gradient of ½ (x − a)² at x = 1, for each a. */
const gradients = data.map((a) => 1 - a);
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
const full = mean(gradients);
const variance = mean(gradients.map((g) => (g - full) ** 2));

/** Every batch of a size, drawn with replacement. */
function drawn(size: number): number[][] {
  if (size === 0) return [[]];
  return drawn(size - 1).flatMap((rest) => gradients.map((g) => [...rest, g]));
}
/** Every batch of a size without replacement. */
function chosen(size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return gradients.slice(from).flatMap((g, i) => chosen(size - 1, from + i + 1).map((rest) => [g, ...rest]));
}
function orders(list: readonly number[]): number[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((a, i) => orders(list.toSpliced(i, 1)).map((rest) => [a, ...rest]));
}

describe("the gradient of a mini-batch", () => {
  test("is unbiased: its mean over all batches is the gradient of all data", () => {
    for (const size of [1, 2, 3, 4]) {
      expect(mean(drawn(size).map(mean))).toBeCloseTo(full, 12);
      expect(mean(chosen(size).map(mean))).toBeCloseTo(full, 12);
    }
  });
  test("has noise that falls as 1/√B", () => {
    for (const size of [1, 2, 3, 4]) {
      const noise = Math.sqrt(mean(drawn(size).map((batch) => (mean(batch) - full) ** 2)));
      expect(noise).toBeCloseTo(Math.sqrt(variance / size), 12);
    }
  });
  test("has less noise still without replacement, and none when the batch is everything", () => {
    for (const size of [1, 2, 3, 4, 5, 6]) {
      const noise = mean(chosen(size).map((batch) => (mean(batch) - full) ** 2));
      expect(noise).toBeCloseTo(((variance / size) * (n - size)) / (n - 1), 12);
    }
  });
});

describe("one pass of SGD, one example at a time", () => {
  const lr = 0.25;
  /** Where a pass of the mean's estimate ends, from 0. */
  const pass = (order: readonly number[]): number => {
    const x = new Float32Array(1);
    const opt = optimizer({ x }, sgd({ lr }));
    for (const a of order) opt.update({ x: Float32Array.of(x[0]! - a) });
    return x[0]!;
  };
  const sorted = data.toSorted((a, b) => a - b);
  /** From 0, all orders together end at this part of the mean. */
  const reached = mean(data) * (1 - (1 - lr) ** n);

  test("over sorted data is biased towards what came last", () => {
    expect(pass(sorted)).toBeCloseTo(
      sorted.reduce((x, a) => x + lr * (a - x), 0),
      5,
    );
    expect(pass(sorted)).toBeGreaterThan(reached + 0.7);
    expect(pass(sorted.toReversed())).toBeLessThan(reached - 0.7);
  });
  test("over shuffled data is unbiased: the mean over all orders is that of the data", () => {
    // 720 orders; sums of float32 steps leave 1e-6.
    expect(mean(orders(data).map(pass))).toBeCloseTo(reached, 5);
  });
});
