import { adadelta } from "@descent/adagrad";
import { adam, amsgrad, radam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { box } from "@descent/regularizers";
import { warmup } from "@descent/schedules";
import { describe, expect, test } from "vitest";

/* What the lectures say of adaptive rates. */

describe("the counter-example of Reddi, Kale and Kumar (2018)", () => {
  // Every third gradient is C, the others are −1: over three steps x should fall, to the least that it may be.
  const C = 4;
  const options = { beta1: 0, beta2: 1 / (1 + C * C) };
  function end(rule: typeof adam | typeof amsgrad): number {
    const x = Float32Array.of(0);
    const opt = optimizer({ x }, box(rule({ ...options, lr: 0.5 }), { lower: -1, upper: 1 }));
    for (let t = 1; t <= 3000; t++) {
      opt.set({ lr: 0.5 / Math.sqrt(t) });
      opt.update({ x: Float32Array.of(t % 3 === 1 ? C : -1) });
    }
    return x[0]!;
  }
  test("leads Adam the wrong way, to the worst point there is", () => {
    expect(end(adam)).toBeGreaterThan(0.95);
  });
  test("leads AMSGrad to the best", () => {
    expect(end(amsgrad)).toBeLessThan(-0.95);
  });
});

describe("a unit that the first step may kill", () => {
  /** ½ (relu(w) − 0.3)² from w = 0.5: below 0 there is no gradient any more. */
  function loss(configured: Configured): number {
    const w = Float32Array.of(0.5);
    const opt = optimizer({ w }, configured);
    for (let step = 0; step < 500; step++) opt.update({ w: Float32Array.of(w[0]! > 0 ? w[0]! - 0.3 : 0) });
    return (Math.max(w[0]!, 0) - 0.3) ** 2 / 2;
  }
  const lr = 0.6;
  test("is killed by Adam, whose first step is as long as its rate, however small the gradient", () => {
    expect(loss(adam({ lr }))).toBeCloseTo(0.3 ** 2 / 2, 6);
  });
  test("learns by RAdam with the same rate and no warm-up, and by Adam with one", () => {
    expect(loss(radam({ lr }))).toBeLessThan(1e-6);
    expect(loss(adam({ lr: warmup(200, lr) }))).toBeLessThan(1e-6);
  });
});

test("AdaDelta's first step is √(ε/(1 − ρ)), whatever the gradient", () => {
  for (const [rho, eps] of [
    [0.9, 1e-6],
    [0.95, 1e-4],
    [0.5, 1e-8],
  ] as const)
    for (const g of [100, -1, 37.5]) {
      const w = Float32Array.of(0);
      optimizer({ w }, adadelta({ rho, eps })).update({ w: Float32Array.of(g) });
      const step = -w[0]! * Math.sign(g);
      expect(step / Math.sqrt(eps / (1 - rho + eps / g ** 2))).toBeCloseTo(1, 6);
      expect(step / Math.sqrt(eps / (1 - rho))).toBeCloseTo(1, 2); // ε is small beside the gradient's square
    }
});

test("Adam's first step is its rate, whatever the gradient", () => {
  for (const g of [1e-3, -1, 400]) {
    const w = Float32Array.of(0);
    optimizer({ w }, adam({ lr: 0.01 })).update({ w: Float32Array.of(g) });
    expect(w[0]! / -Math.sign(g)).toBeCloseTo(0.01, 5);
  }
});
