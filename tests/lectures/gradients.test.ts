import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { type Configured, clipByGlobalNorm, clipByNorm, clipByValue } from "@descent/core";
import { projectL2Ball, projectLInfBall } from "@descent/regularizers";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";

/* What the lectures say of gradients, each claim in a second of arithmetic. */

const logistic = (z: number): number => 1 / (1 + Math.exp(-z));

describe("two hidden units that start equal", () => {
  /** Two tanh units on one input, trained to sin 2x, which takes two different ones; returns the units' weights in and out. */
  function trained(start: readonly [number, number]): { readonly w: Float32Array; readonly v: Float32Array } {
    const [w, v] = [Float32Array.from(start), Float32Array.of(0.3, 0.3)];
    const opt = optimizer({ w, v }, adam({ lr: 0.05 }));
    for (let step = 0; step < 400; step++) {
      const [gw, gv] = [new Float32Array(2), new Float32Array(2)];
      for (let k = -4; k <= 4; k++) {
        const x = k / 2;
        const h = w.map((wi) => Math.tanh(wi * x));
        const error = h[0]! * v[0]! + h[1]! * v[1]! - Math.sin(2 * x);
        for (const i of [0, 1]) {
          gv[i]! += error * h[i]!;
          gw[i]! += error * v[i]! * (1 - h[i]! ** 2) * x;
        }
      }
      opt.update({ w: gw, v: gv });
    }
    return { w, v };
  }
  test("stay equal for ever, to the bit: initial weights must differ", () => {
    const { w, v } = trained([0.7, 0.7]);
    expect([w[0], v[0]]).toEqual([w[1], v[1]]);
    expect(w[0]).not.toBeCloseTo(0.7, 2); // they did learn
  });
  test("part once they differ by a millionth", () => {
    const { w } = trained([0.7, 0.7 + 1e-6]);
    expect(Math.abs(w[0]! - w[1]!)).toBeGreaterThan(1e-4);
  });
});

describe("a chain of sigmoids with |w| ≤ 1", () => {
  /** The derivative of the last activation by the first input. */
  function slope(weights: readonly number[], x: number): number {
    let [a, d] = [x, 1];
    for (const w of weights) {
      a = logistic(w * a);
      d *= w * a * (1 - a);
    }
    return d;
  }
  test("has a gradient that vanishes by at least a quarter per layer", () => {
    for (const x of [-3, -0.2, 0, 1, 8])
      for (let layers = 1; layers <= 20; layers++) {
        const weights = Array.from({ length: layers }, (_, i) => Math.sin(1 + 3 * i));
        expect(Math.abs(slope(weights, x))).toBeLessThanOrEqual(0.25 ** layers);
      }
  });
  test("reaches the quarter where the sigmoid is steepest, and needs |w| above 4 not to vanish", () => {
    expect(slope([1], 0)).toBe(0.25);
    // With bias −w/2 every unit stays at ½, its steepest point: the slope is (w/4) per layer.
    const centred = (w: number, layers: number): number => (w / 4) ** layers;
    expect(centred(4, 20)).toBe(1);
    expect(centred(5, 20)).toBeGreaterThan(80);
  });
});

describe("the 0-1 loss", () => {
  const margins = Array.from({ length: 81 }, (_, i) => (i - 40) / 10 + 0.013);
  const zeroOne = (m: number): number => (m > 0 ? 0 : 1);
  const surrogates = {
    logistic: (m: number): number => Math.log2(1 + Math.exp(-m)),
    hinge: (m: number): number => Math.max(0, 1 - m),
    square: (m: number): number => (1 - m) ** 2,
  };
  test("has slope 0 wherever it has one, so that no gradient leads down", () => {
    for (const m of margins) expect(zeroOne(m + 1e-4) - zeroOne(m - 1e-4)).toBe(0);
  });
  test.each(Object.entries(surrogates))("is bounded from above by its surrogate, the %s loss", (_, surrogate) => {
    for (const m of margins) expect(surrogate(m)).toBeGreaterThanOrEqual(zeroOne(m));
  });
  test("falls when its surrogate is minimised", () => {
    const points = Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(3 * i)] as const);
    const side = points.map(([a, b]) => (a - 0.4 * b > 0.1 ? 1 : -1));
    const w = Float32Array.of(-1, 0.2, 0);
    const opt = optimizer({ w }, sgd({ lr: 0.3 }));
    const margin = (i: number): number => side[i]! * (w[0]! * points[i]![0] + w[1]! * points[i]![1] + w[2]!);
    const errors = (): number => points.reduce((sum, _, i) => sum + zeroOne(margin(i)), 0);
    expect(errors()).toBeGreaterThan(10);
    for (let step = 0; step < 200; step++) {
      const g = new Float32Array(3);
      for (const [i, [a, b]] of points.entries()) {
        const by = -side[i]! * logistic(-margin(i));
        g[0]! += by * a;
        g[1]! += by * b;
        g[2]! += by;
      }
      opt.update({ w: g });
    }
    expect(errors()).toBe(0);
  });
});

describe("clipping", () => {
  /** A gradient as a rule sees it: from 0 with rate 1, the step is its opposite. */
  const made = (around: (configured: Configured) => Configured, g: Float32Array): number[] => {
    const w = new Float32Array(g.length);
    optimizer({ w }, around(sgd({ lr: 1 }))).update({ w: g });
    return [...w].map((x) => -x);
  };
  const gradients = [0.1, 1, 30].map((size) => Float32Array.from({ length: 7 }, (_, i) => size * Math.sin(2 + i)));
  test("by norm is the projection onto a ball, and by value that onto a cube", () => {
    for (const g of gradients) {
      for (const clip of [clipByNorm, clipByGlobalNorm])
        for (const [i, x] of projectL2Ball(g, { radius: 1.5 }).entries())
          expect(made((rule) => clip(rule, 1.5), g)[i]).toBeCloseTo(x, 5);
      for (const [i, x] of projectLInfBall(g, { radius: 0.5 }).entries())
        expect(made((rule) => clipByValue(rule, 0.5), g)[i]).toBeCloseTo(x, 5);
    }
  });
  test("by norm keeps the direction; by value may not", () => {
    const g = Float32Array.of(3, 4);
    const [x, y] = made((rule) => clipByNorm(rule, 1), g);
    expect(y! / x!).toBeCloseTo(4 / 3, 5);
    expect(made((rule) => clipByValue(rule, 1), g)).toEqual([1, 1]);
  });
});

test("Jensen on samples: a convex function of the mean is at most the mean of the function, and equal where it is linear", () => {
  const samples = Array.from({ length: 50 }, (_, i) => 3 * Math.sin(7 * i) + 0.5);
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  for (const f of [Math.exp, Math.abs, (x: number) => x * x, (x: number) => Math.log1p(Math.exp(x))])
    expect(f(mean(samples))).toBeLessThan(mean(samples.map(f)));
  const line = (x: number): number => 2 * x - 1;
  expect(line(mean(samples))).toBeCloseTo(mean(samples.map(line)), 12);
  // The gap of the square is the variance.
  const square = mean(samples.map((x) => x * x)) - mean(samples) ** 2;
  expect(square).toBeCloseTo(mean(samples.map((x) => (x - mean(samples)) ** 2)), 12);
});
