import { readFileSync } from "node:fs";
import { optimizer } from "@descent/arrays";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { lossScaler, noiseFor, type PrivateRun, privacySpent, privateGradient } from "../src/index.ts";
import { renyi } from "../src/privacy/renyi.ts";

interface Golden {
  readonly divergences: readonly { sampleRate: number; noise: number; order: number; divergence: number }[];
  readonly runs: readonly (PrivateRun & { readonly epsilon: number; readonly order: number })[];
}
const golden = JSON.parse(readFileSync(new URL("golden/privacy.json", import.meta.url), "utf8")) as Golden; // written by goldens/privacy.py

describe("the accountant", () => {
  test.each(golden.divergences)(
    "Rényi divergence at rate $sampleRate, noise $noise, order $order is the integral",
    (one) => {
      // 1e-8: at orders near 1 a series of thousands of terms is left of numbers that cancel.
      expect(Math.abs(renyi(one.sampleRate, one.noise, one.order) / one.divergence - 1)).toBeLessThan(1e-8);
    },
  );
  test.each(golden.runs)(
    "spends what dp-accounting says: $noise, $sampleRate, $steps, $delta",
    ({ epsilon, order, ...run }) => {
      const spent = privacySpent(run);
      expect(spent.order).toBeCloseTo(order, 9);
      // dp-accounting takes an upper bound at fractional orders, up to 4e-4 above.
      expect(spent.epsilon / epsilon).toBeLessThan(1 + 1e-9);
      expect(spent.epsilon / epsilon).toBeGreaterThan(Number.isInteger(order) ? 1 - 1e-9 : 1 - 5e-4);
      const { noise, ...rest } = run;
      expect(Math.abs(noiseFor({ ...rest, epsilon }) / noise - 1)).toBeLessThan(3e-4);
    },
  );
  test("more noise, fewer steps and rarer examples spend less", () => {
    const run = { noise: 1, sampleRate: 0.01, steps: 1000, delta: 1e-5 };
    const { epsilon } = privacySpent(run);
    for (const less of [{ noise: 2 }, { sampleRate: 0.001 }, { steps: 100 }, { delta: 1e-3 }])
      expect(privacySpent({ ...run, ...less }).epsilon).toBeLessThan(epsilon);
  });
  test.each([
    [{ noise: 0 }, /noise/],
    [{ sampleRate: 2 }, /sampleRate must be above 0 and at most 1; got 2/],
    [{ delta: 1 }, /delta must be above 0 and below 1; got 1/],
    [{ steps: 1.5 }, /steps/],
  ])("refuses %o", (wrong, message) => {
    expect(() => privacySpent({ noise: 1, sampleRate: 0.1, steps: 10, delta: 1e-5, ...wrong })).toThrow(message);
  });
});

describe("private gradients", () => {
  const perExample = { w: Float32Array.of(3, 0, 0.1, 0.2, 0, -6), b: Float32Array.of(4, 0.2, 8) };
  const sizes = { w: 2, b: 1 };
  const options = { examples: 3, maxNorm: 2.5, noise: 0, seed: 1 };
  test("are means of gradients clipped one by one over all parameters", () => {
    const { w, b } = privateGradient(perExample, sizes, options);
    // Lengths 5, 0.3 and 10: halved, kept and quartered.
    expect(Array.from(w!)).toEqual([1.5 + 0.1, 0.2 - 1.5].map((x) => expect.closeTo(x / 3, 6)));
    expect(b![0]).toBeCloseTo((2 + 0.2 + 2) / 3, 6);
    expect(privateGradient(perExample, sizes, { ...options, batchSize: 10 }).b![0]).toBeCloseTo(0.42, 6);
  });
  test("one example moves the sum by at most maxNorm", () => {
    const without = privateGradient({ w: perExample.w.subarray(0, 4), b: perExample.b.subarray(0, 2) }, sizes, {
      ...options,
      examples: 2,
      batchSize: 1,
    });
    const all = privateGradient(perExample, sizes, { ...options, batchSize: 1 });
    const apart = [all.w![0]! - without.w![0]!, all.w![1]! - without.w![1]!, all.b![0]! - without.b![0]!];
    expect(Math.hypot(...apart)).toBeLessThanOrEqual(2.5 + 1e-6);
  });
  test("have normal noise of deviation noise · maxNorm, other noise for other seeds and parameters, and the same again", () => {
    const n = 40_000;
    const drawn = (seed: number) =>
      privateGradient(
        { w: new Float32Array(0), v: new Float32Array(0) },
        { w: n, v: n },
        { examples: 0, batchSize: 2, maxNorm: 3, noise: 1.5, seed },
      );
    const { w, v } = drawn(2 ** 40 + 1);
    const deviation = (1.5 * 3) / 2;
    const moment = (k: number): number => w!.reduce((sum, x) => sum + (x / deviation) ** k, 0) / n;
    // Four standard errors of the moments of normal numbers.
    for (const [k, wanted, error] of [
      [1, 0, 1],
      [2, 1, Math.sqrt(2)],
      [3, 0, Math.sqrt(15)],
      [4, 3, Math.sqrt(96)],
    ] as const)
      expect(Math.abs(moment(k) - wanted)).toBeLessThan((4 * error) / Math.sqrt(n));
    expect(drawn(2 ** 40 + 1).w).toEqual(w);
    expect(drawn(1).w).not.toEqual(w);
    expect(v).not.toEqual(w);
  });
  test("are what update takes", () => {
    const w = Float32Array.of(1, 1);
    const opt = optimizer({ w }, sgd({ lr: 1 }));
    opt.update(privateGradient({ w: perExample.w }, { w: 2 }, options) as { w: Float32Array });
    expect(w.every((x) => x !== 1)).toBe(true);
  });
  test.each([
    [
      { ...perExample, b: Float32Array.of(1) },
      sizes,
      options,
      /`b` must be a Float32Array of 3 gradients of 1 numbers; got 1 numbers/,
    ],
    [{ w: perExample.w }, sizes, options, /`b` needs both gradients and a size/],
    [
      { ...perExample, b: Float32Array.of(1, Number.NaN, 2) },
      sizes,
      options,
      /the gradient of example 1 is not finite/,
    ],
    [perExample, sizes, { ...options, maxNorm: 0 }, /maxNorm/],
    [perExample, sizes, { ...options, noise: -1 }, /noise/],
  ])("refuse what is wrong with them, case %#", (given, shape, wrong, message) => {
    expect(() => privateGradient(given, shape, wrong)).toThrow(message);
  });
});

describe("the loss scaler", () => {
  test("scales as torch.amp.GradScaler, and leaves out the steps that it does", () => {
    const scaler = lossScaler({ initial: 8, every: 3 });
    const found = [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0].map((bad) => {
      const w = Float32Array.of(4, bad ? Infinity : 2);
      const scale = scaler.scale;
      const fine = scaler.unscale({ w });
      expect(Array.from(w)).toEqual(fine ? [4 / scale, 2 / scale] : [4, Infinity]);
      return [scaler.scale, scaler.state().good, fine];
    });
    expect(found).toEqual(TORCH);
  });
  test("goes on from a saved state, and does not grow beyond float32", () => {
    const scaler = lossScaler({ every: 1 });
    scaler.load({ scale: 2 ** 127, good: 0 });
    scaler.unscale({ w: Float32Array.of(1) });
    expect(scaler.state()).toEqual({ scale: 2 ** 127, good: 0 });
    expect(() => lossScaler({ growth: 1 })).toThrow("growth must be above 1; got 1.");
    expect(() => lossScaler({ backoff: 1 })).toThrow("backoff must be above 0 and below 1; got 1.");
  });
});

/** torch 2.13.0, torch.amp.GradScaler("cpu", init_scale=8, growth_interval=3): scale, growth tracker and whether it stepped. */
const TORCH = [
  [8, 1, true],
  [8, 2, true],
  [16, 0, true],
  [8, 0, false],
  [8, 1, true],
  [8, 2, true],
  [4, 0, false],
  [2, 0, false],
  [2, 1, true],
  [2, 2, true],
  [4, 0, true],
  [4, 1, true],
];
