import * as onnxruntime from "@descent/onnxruntime";
import { type Iteration, lbfgs, minimize } from "@descent/quasi-newton";
import { sgd } from "@descent/sgd";
import * as tfjs from "@descent/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { first } from "../src/data/digits.ts";
import { loadMnist } from "../src/data/mnist.ts";
import { model, startingWeights } from "../src/engines/model.ts";
import { onnxModel } from "../src/engines/onnx-model.ts";

const net = model("mlp", 10);
const weights = startingWeights(net, 1);
const count = 64;
const digits = first((await loadMnist(undefined)).train, count);
const images = Float32Array.from(digits.images.subarray(0, count * 784), (x) => x / 255);
const labels = digits.labels.subarray(0, count);

test("full-batch L-BFGS learns digits by heart, with the same steps through ONNX Runtime and TensorFlow.js", async () => {
  const trainer = await onnxruntime.Trainer.create(onnxModel(net, weights), {
    optimizer: sgd(),
    loss: onnxruntime.crossEntropy(),
  });
  await tf.setBackend("cpu");
  const variables = net.parameters.map(({ name, shape }) =>
    tf.variable(tf.tensor(weights[name]!, [...shape]), true, `full-batch/${name}`),
  );
  const [w1, b1, w2, b2] = variables as [tf.Variable<tf.Rank.R2>, tf.Variable, tf.Variable<tf.Rank.R2>, tf.Variable];
  const x = tf.tensor2d(images, [count, 784]);
  const wanted = tf.oneHot(Int32Array.from(labels), 10);
  const objectives = {
    onnx: onnxruntime.objective(trainer, {
      images: { data: images, dims: [count, 28, 28, 1] },
      labels: BigInt64Array.from(labels, BigInt),
    }),
    tfjs: tfjs.objective(
      () =>
        tf.losses.softmaxCrossEntropy(
          wanted,
          tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x, w1), b1)), w2), b2),
        ) as tf.Scalar,
      variables,
    ),
  };
  const paths: Record<string, number[]> = {};
  for (const [name, objective] of Object.entries(objectives)) {
    const path: number[] = [];
    const { x, value, evaluations } = await minimize(objective, await objective.start(), lbfgs(), {
      maxIterations: 8,
      callback: ({ value }: Iteration) => void path.push(value),
    });
    paths[name] = path;
    expect(evaluations).toBeLessThanOrEqual(12);
    await objective.finish(x);
    // The model has the weights of the result.
    expect((await objective.evaluate(await objective.start())).value).toBe(value);
  }
  const { onnx = [], tfjs: other = [] } = paths;
  expect(onnx[0]).toBeGreaterThan(2);
  expect(onnx.at(-1)).toBeLessThan(0.1);
  // float32 sums in another order
  for (const [i, loss] of onnx.entries()) expect(Math.abs(loss - other[i]!)).toBeLessThan(1e-4 * (1 + loss));
  await trainer.dispose();
  tf.dispose([...variables, x, wanted]);
});
