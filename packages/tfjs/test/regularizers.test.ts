import { cutmix, cutout, fgsm, mixup } from "@descent/regularizers";
import { sgd } from "@descent/sgd";
import { beforeAll, describe, expect, test } from "vitest";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

/* Regularizers that need nothing beyond tfjs itself and @descent/regularizers, written out. */
beforeAll(() => use("cpu"));

describe("tf.dropout is three methods, by what it is given", () => {
  const ones = (shape: number[]): tf.Tensor => tf.ones(shape);
  const rows = (t: tf.Tensor): number[][] => t.arraySync() as number[][];
  test("dropout: activations, number by number; the mean stays", () => {
    tf.tidy(() => {
      const out = rows(tf.dropout(ones([100, 50]), 0.2, undefined, 1)).flat();
      expect(new Set(out)).toEqual(new Set([0, 1.25]));
      expect(out.filter((x) => x === 0).length / out.length).toBeCloseTo(0.2, 1);
    });
  });
  test("DropConnect: weights, so that every unit of a layer loses other inputs (Wan et al., 2013)", () => {
    tf.tidy(() => {
      const kernel = tf.dropout(ones([50, 8]), 0.5, undefined, 2) as tf.Tensor2D;
      const out = rows(tf.matMul(tf.ones<tf.Rank.R2>([1, 50]), kernel))[0]!;
      expect(new Set(out).size).toBeGreaterThan(3);
      expect(out.reduce((a, b) => a + b) / 8).toBeGreaterThan(35); // 50, but for chance
    });
  });
  test("stochastic depth: one number per example leaves out its whole branch (Huang et al., 2016)", () => {
    tf.tidy(() => {
      const [skip, branch] = [ones([40, 6]), tf.mul(ones([40, 6]), 3)];
      const out = rows(tf.add(skip, tf.dropout(branch, 0.25, [40, 1], 3)));
      for (const row of out) expect(new Set(row).size).toBe(1);
      expect(new Set(out.flat())).toEqual(new Set([1, 5])); // 1, or 1 + 3 / 0.75
    });
  });
});

/** Two classes that a large, fragile feature and a small, sound one tell apart. */
const count = 40;
const y = Float32Array.from({ length: count }, (_, i) => i % 2);
const x = Float32Array.from({ length: 2 * count }, (_, k) => {
  const side = 2 * y[k >> 1]! - 1;
  return k % 2 === 0 ? side * 1.5 + 0.2 * Math.sin(k) : side * 0.12 + 0.01 * Math.cos(3 * k);
});
const loss = (w: tf.Tensor2D, inputs: tf.Tensor2D): tf.Scalar =>
  tf.losses.sigmoidCrossEntropy(tf.tensor2d(y, [count, 1]), tf.matMul(inputs, w)) as tf.Scalar;
/** The inputs, each moved to where the loss is highest nearby. */
function attacked(w: tf.Tensor2D, radius: number): tf.Tensor2D {
  const slope = tf.tidy(() =>
    tf.grad((inputs: tf.Tensor) => loss(w, inputs as tf.Tensor2D))(tf.tensor2d(x, [count, 2])),
  );
  const worst = fgsm(x, slope.dataSync() as Float32Array, { radius });
  slope.dispose();
  return tf.tensor2d(Float32Array.from(worst), [count, 2]);
}
function trained(inputs: (w: tf.Tensor2D) => tf.Tensor2D): tf.Variable<tf.Rank.R2> {
  const w = tf.variable(tf.tensor2d([0.1, 4], [2, 1]));
  const opt = optimizer(sgd({ lr: 0.5 }));
  for (let step = 0; step < 60; step++) {
    const batch = inputs(w);
    opt.minimize(() => loss(w, batch), false, [w]);
    batch.dispose();
  }
  opt.dispose();
  return w;
}

test("adversarial training keeps a model that an attack would turn", () => {
  const radius = 0.3;
  const plain = trained(() => tf.tensor2d(x, [count, 2]));
  const robust = trained((w) => attacked(w, radius));
  const [before, after] = [plain, robust].map((w) => tf.tidy(() => loss(w, attacked(w, radius)).dataSync()[0]!));
  expect(after!).toBeLessThan(0.8 * before!);
  // The feature that an attack of this size turns round loses its weight.
  // Both began with 4: plain training adds to it.
  expect(robust.dataSync()[1]!).toBeLessThan(3.6);
  expect(plain.dataSync()[1]!).toBeGreaterThan(4);
  tf.dispose([plain, robust]);
});

test("a mixed batch trains with the loss of the mixed targets, which is the mix of the losses", () => {
  const shape = [4, 1, 3, 1] as const;
  const images = Float32Array.from({ length: 12 }, (_, k) => Math.sin(k));
  const labels = Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1);
  const mixed = mixup(images, labels, { shape, alpha: 1, seed: 5 });
  tf.tidy(() => {
    const logits = tf.matMul(tf.tensor2d(mixed.images, [4, 3]), tf.tensor2d([0.3, -0.1, 0.8, 0.5, -0.6, 0.2], [3, 2]));
    const cost = (targets: Float32Array): number =>
      tf.losses.softmaxCrossEntropy(tf.tensor2d(targets, [4, 2]), logits).dataSync()[0]!;
    // Targets are λ of one's own and 1 − λ of the partner's.
    const partner = mixed.targets.map((t, k) => (t - mixed.lambda * labels[k]!) / (1 - mixed.lambda));
    expect(cost(mixed.targets)).toBeCloseTo(mixed.lambda * cost(labels) + (1 - mixed.lambda) * cost(partner), 5);
  });
});

test("fitDataset trains on batches of cutmix and cutout that a generator makes, others in every epoch", async () => {
  const shape = [8, 2, 2, 1] as const;
  const images = Float32Array.from({ length: 32 }, (_, k) => Math.sin(2 * k) + ((k >> 2) % 2));
  const labels = Float32Array.from({ length: 16 }, (_, k) => Number((k >> 1) % 2 === k % 2));
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4], activation: "softmax" })] });
  model.compile({ optimizer: optimizer(sgd({ lr: 0.3 })), loss: "categoricalCrossentropy" });
  const seen: Float32Array[] = [];
  const dataset = (seed: number): tf.data.Dataset<tf.TensorContainer> =>
    tf.data.generator(function* () {
      const mixed = cutmix(images, labels, { shape, seed });
      const data = cutout(mixed.images, { shape, size: 1, seed });
      seen.push(data);
      yield { xs: tf.tensor2d(data, [8, 4]), ys: tf.tensor2d(mixed.targets, [8, 2]) };
    });
  const cost = (): number =>
    tf.tidy(
      () => (model.evaluate(tf.tensor2d(images, [8, 4]), tf.tensor2d(labels, [8, 2])) as tf.Scalar).dataSync()[0]!,
    );
  const before = cost();
  for (let epoch = 0; epoch < 30; epoch++) await model.fitDataset(dataset(epoch), { epochs: 1, verbose: 0 });
  expect(new Set(seen.map(String)).size).toBeGreaterThan(20);
  expect(cost()).toBeLessThan(before);
  model.dispose();
});
