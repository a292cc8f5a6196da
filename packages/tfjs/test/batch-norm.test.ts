import { ema } from "@descent/averaging";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { optimizer } from "../src/index.ts";
import { randn, tf, use } from "./backends.ts";

/** Means and population variances over examples, in float64: those that Keras keeps. */
function moments(rows: readonly (readonly number[])[]): readonly [readonly number[], readonly number[]] {
  const mean = (column: readonly number[]): number => column.reduce((sum, x) => sum + x, 0) / column.length;
  const columns = rows[0]!.map((_, j) => rows.map((row) => row[j]!));
  return [columns.map(mean), columns.map((column) => mean(column.map((x) => (x - mean(column)) ** 2)))];
}

test("moving statistics follow an average by the README's lines: the mean over batches, at the average's weights", async () => {
  await use("cpu");
  const norm = tf.layers.batchNormalization({ momentum: 0.9 });
  const dense = tf.layers.dense({ units: 2, useBias: false, inputShape: [3] });
  const model = tf.sequential({ layers: [dense, norm, tf.layers.dense({ units: 1 })] });
  const opt = optimizer(ema(sgd({ lr: 0.5 }), { decay: 0.5 }));
  model.compile({ optimizer: opt, loss: "meanSquaredError" });
  await model.fit(randn([64, 3]), randn([64, 1], 2), { epochs: 3, verbose: 0, shuffle: false });

  const batches = [
    randn([8, 3], 3),
    randn([8, 3], 4).mul(2),
    randn([5, 3], 5).add(1),
  ] as import("@tensorflow/tfjs").Tensor2D[];
  const norms = model.layers.filter((layer) => layer.getClassName() === "BatchNormalization");
  expect(norms).toEqual([norm]);
  const trained = (await dense.getWeights()[0]!.array()) as number[][];
  for (const [k, x] of batches.entries()) {
    for (const layer of norms) Reflect.set(layer, "momentum", k / (k + 1));
    opt.withReadout(() => tf.tidy(() => void model.apply(x, { training: true })));
  }

  const kernel = opt.withReadout(() => dense.getWeights()[0]!.arraySync()) as number[][];
  expect(kernel).not.toEqual(trained);
  expect(dense.getWeights()[0]!.arraySync()).toEqual(trained);
  const found = batches.map((x) =>
    moments(
      x.arraySync().map((row) => kernel[0]!.map((_, j) => row.reduce((sum, v, i) => sum + v * kernel[i]![j]!, 0))),
    ),
  );
  const [, , mean, variance] = norm.getWeights().map((w) => Array.from(w.dataSync()));
  for (const [i, numbers] of [mean!, variance!].entries())
    for (const [j, number] of numbers.entries()) {
      const right = found.reduce((sum, one) => sum + one[i]![j]!, 0) / batches.length;
      expect(Math.abs(number - right)).toBeLessThan(5e-6 * Math.max(1, Math.abs(right)));
    }
  tf.disposeVariables();
});
