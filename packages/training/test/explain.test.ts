import { adam, adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { type Configured, clipByGlobalNorm, frozen, partition, rule } from "@descent/core";
import { adafactor } from "@descent/factored";
import { lamb } from "@descent/layerwise";
import { muon } from "@descent/orthogonal";
import { shampoo } from "@descent/preconditioned";
import { momentum, sgd } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { optimizer as tensors } from "@descent/tfjs";
import { gradientNoise } from "@descent/transforms";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { explainer } from "../src/index.ts";

const start = (): Float32Array => Float32Array.from({ length: 6 }, (_, i) => Math.sin(i + 1));
const gradients = (step: number) => ({
  "a/kernel": Float32Array.from({ length: 6 }, (_, i) => Math.cos(3 * i + step)),
  "a/bias": Float32Array.of(0.5, -step, 0.1),
});
const shaped = () => ({
  "a/kernel": { data: start(), shape: [2, 3] },
  "a/bias": { data: new Float32Array(3), shape: [3], role: "bias" as const },
});

const rules: Readonly<Record<string, () => Configured>> = {
  adamw: () => adamw({ lr: 1e-2 }),
  "adam, clipped": () => clipByGlobalNorm(adam(), 0.1),
  "adam, with noise": () => gradientNoise(adam()),
  lamb: () => lamb(),
  adafactor: () => adafactor(),
  sam: () => sam(momentum({ lr: 0.1 }), { rho: 0.1 }),
  "a partition": () =>
    partition({ hidden: muon(), rest: partition({ a: adamw(), b: sgd() }, (p) => (p.name === "a/bias" ? "a" : "b")), none: frozen() }, { hidden: /kernel/, none: "none", rest: /bias|other/ }), // biome-ignore format: one line
  shampoo: () => partition({ matrices: shampoo(), rest: sgd() }, { matrices: /kernel/ }),
};

test.each(Object.keys(rules))("%s: goes on from the state of another backend to the same weights", (name) => {
  const parameters: Record<string, Float32Array | { data: Float32Array; shape: number[]; role?: "bias" }> &
    ReturnType<typeof shaped> = {
    ...shaped(),
    ...(name === "a partition" ? { none: new Float32Array(1), other: new Float32Array(1) } : {}),
  };
  const opt = optimizer(parameters, rules[name]!());
  const round = (step: number): void => {
    do opt.update(gradients(step));
    while (opt.midRound);
  };
  for (let step = 1; step < 4; step++) round(step);
  const explained = explainer(rules[name]!(), { parameters, state: opt.state() });
  round(4);
  do {
    const update = explained.update(gradients(4));
    for (const index of [0, 4]) {
      const { lines } = update.box("a/kernel", index);
      expect(lines.at(-1)!.symbol).toBe("p");
      if (!explained.midRound) expect(lines.at(-1)!.value).toBeCloseTo(parameters["a/kernel"].data[index]!, 6);
    }
    expect(update.firstNonFinite()).toBeUndefined();
  } while (explained.midRound);
  for (const [one, data] of Object.entries(explained.weights())) {
    const own = parameters[one as "a/kernel"];
    // to the rounding of functions of matrices, and to the bit elsewhere
    if (name === "shampoo") for (const [i, x] of data.entries()) expect(x).toBeCloseTo(own.data[i]!, 5);
    else expect(data).toEqual("data" in own ? own.data : own);
  }
});

test("the box has the paper's lines in order, with numbers that can be worked out by hand", () => {
  const update = explainer(adamw({ lr: 0.1, weightDecay: 0 }), { parameters: { w: Float32Array.of(1, 2) } }).update({
    w: Float32Array.of(0.5, -2),
  });
  const box = update.box("w", 1);
  expect(box).toMatchObject({ rule: "AdamW", t: 1, phase: "update", parameter: "w", index: 1 });
  const values = Object.fromEntries(box.lines.map(({ symbol, value }) => [symbol, value]));
  // Kingma and Ba's algorithm 1 by hand: m = 0.1 · −2, v = 0.001 · 4, and both corrected by 1 − β
  expect(values.m).toBeCloseTo(-0.2, 6);
  expect(values.v).toBeCloseTo(0.004, 6);
  expect(values.mHat).toBeCloseTo(-2, 6);
  expect(values.vHat).toBeCloseTo(4, 5);
  expect(values.p).toBeCloseTo(2.1, 6);
  const text = String(box);
  expect(text).toContain("AdamW, update 1 of w[1]");
  expect(text).toContain("= 0.9 * 0 + (1 - 0.9) * (-2)");
  expect(text).toMatch(/p +2\n/);
});

test("values that are one for the model are named by their symbols, and lines that did not run say so", () => {
  const clipped = explainer(clipByGlobalNorm(sgd({ lr: 1 }), 1), { parameters: { w: Float32Array.of(0, 0) } });
  const [g] = clipped.update({ w: Float32Array.of(3, 4) }).box("w", 1).lines;
  expect(g).toMatchObject({ symbol: "g", numbers: "4 * min(1, 1 / totalNorm(g))" });
  expect(g!.value).toBeCloseTo(0.8, 6);
  const seldom = rule({
    id: "test/seldom",
    title: "Seldom",
    paper: "",
    hyper: { lr: 1 },
    state: { m: 0 },
    before: [{ when: "t % 2 == 0", m: "m + g" }],
    update: { p: "p - lr * m" },
  });
  const own = explainer(seldom(), { parameters: { w: Float32Array.of(0) } });
  const first = own.update({ w: Float32Array.of(5) }).box("w", 0);
  expect(first.lines[0]).toMatchObject({ symbol: "m", ran: false, value: 0, when: "t % 2 == 0" });
  expect(String(first)).toContain("unchanged: t % 2 == 0 does not hold");
  expect(own.update({ w: Float32Array.of(5) }).box("w", 0).lines[0]).toMatchObject({ ran: true, value: 5 });
});

test("the first value that is not finite is found by parameter, equation and symbol", () => {
  const unsafe = rule({
    id: "test/unsafe",
    title: "Unsafe",
    paper: "",
    hyper: { lr: 1 },
    state: { v: 0 },
    update: { v: "v + g^2", scaled: "g / sqrt(v)", p: "p - lr * scaled" },
  });
  const own = explainer(unsafe(), { parameters: { a: Float32Array.of(1), b: Float32Array.of(1, 1) } });
  expect(own.update({ a: Float32Array.of(1), b: Float32Array.of(1, 2) }).firstNonFinite()).toBeUndefined();
  const fresh = explainer(unsafe(), { parameters: { a: Float32Array.of(1), b: Float32Array.of(1, 1) } });
  const found = fresh.update({ a: Float32Array.of(1), b: Float32Array.of(1, 0) }).firstNonFinite()!;
  expect(found).toMatchObject({ parameter: "b", index: 1, symbol: "scaled", equation: "g / sqrt(v)" });
  expect(String(found.box)).toContain("= 0 / sqrt(0)\n");
  const third = explainer(unsafe(), { parameters: { a: Float32Array.of(1), b: Float32Array.of(1, 1) } });
  const bad = third.update({ a: Float32Array.of(Number.NaN), b: Float32Array.of(1, 1) }).firstNonFinite()!;
  expect(bad).toMatchObject({ parameter: "a", index: 0, symbol: "g", equation: undefined });
});

test("TensorFlow.js's state is explained as any other", async () => {
  await tf.setBackend("cpu");
  const w = tf.variable(tf.tensor1d([1, 2]), true, "w");
  const opt = tensors(adam({ lr: 0.1 }));
  const loss = () => w.square().sum() as tf.Scalar;
  for (let i = 0; i < 3; i++) opt.minimize(loss);
  const before = Float32Array.from(w.dataSync());
  const explained = explainer(adam({ lr: 0.1 }), { parameters: { w: before }, state: await opt.state() });
  opt.minimize(loss);
  const { lines } = explained.update({ w: before.map((x) => 2 * x) }).box("w", 0);
  expect(lines.at(-1)!.value).toBeCloseTo(w.dataSync()[0]!, 6);
});

test("refuses states, names and places that do not fit, in words", () => {
  const own = explainer(partition({ on: adam(), off: frozen() }, (p) => (p.name === "b" ? "off" : "on")), { parameters: { a: Float32Array.of(1), b: Float32Array.of(1) } }); // biome-ignore format: one line
  const update = own.update({ a: Float32Array.of(1) });
  expect(() => update.box("b", 0)).toThrow("`b` is frozen");
  expect(() => update.box("a", 1)).toThrow("`a` has the elements 0 to 0; got 1");
  expect(() => own.update({ a: Float32Array.of(1, 2) })).toThrow("`a` has 1 numbers");
  const other = optimizer({ a: new Float32Array(2) }, adam());
  other.update({ a: new Float32Array(2) });
  const state = other.state();
  expect(() => explainer(adam(), { parameters: { z: Float32Array.of(1) }, state })).toThrow("`a`");
});
