import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { iris, type Surface } from "@descent/viz/races";

const all = iris.map((_, i) => i);
const meanOf = (data: readonly Flower[], f: (sample: Flower) => number): number =>
  data.reduce((sum, one) => sum + f(one), 0) / data.length;
const probability = (x: number, y: number, [a, b]: readonly [number, number]): number =>
  1 / (1 + Math.exp(-(x * a + y * b)));

/** A flower as two numbers and its kind. */
type Flower = (typeof iris)[number];

/** The mean cross-entropy of two weights over all flowers. */
export const irisLoss = (data: readonly Flower[] = iris): Surface => ({
  text: "",
  value: (x, y) =>
    meanOf(data, ({ x: [a, b], label }) => {
      const score = (label === 1 ? -1 : 1) * (x * a + y * b);
      return Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score)));
    }),
  gradient: (x, y) => irisGradient([x, y], all, data),
  curvature: (x, y) => [
    meanOf(data, (one) => probability(x, y, one.x) * (1 - probability(x, y, one.x)) * one.x[0] ** 2),
    meanOf(data, (one) => probability(x, y, one.x) * (1 - probability(x, y, one.x)) * one.x[1] ** 2),
  ],
});

/** The gradient of two weights by some irises. */
export function irisGradient(
  w: ArrayLike<number>,
  samples: readonly number[],
  data: readonly Flower[] = iris,
): [number, number] {
  const g: [number, number] = [0, 0];
  for (const i of samples) {
    const { x, label } = data[i]!; // numbers of irises
    const p = probability(w[0]!, w[1]!, x);
    g[0] += ((p - label) * x[0]) / samples.length;
    g[1] += ((p - label) * x[1]) / samples.length;
  }
  return g;
}

/** The way of two weights, given the samples of each step. */
export function irisWalk(
  rule: Configured,
  batches: readonly (readonly number[])[],
  start: readonly [number, number],
  data: readonly Flower[] = iris,
) {
  const w = Float32Array.from(start);
  const opt = optimizer({ w }, rule);
  const [x, y] = [[w[0]!], [w[1]!]];
  for (const samples of batches) {
    opt.update({ w: Float32Array.from(irisGradient(w, samples, data)) });
    x.push(w[0]!);
    y.push(w[1]!);
  }
  opt.dispose();
  return { x, y };
}
