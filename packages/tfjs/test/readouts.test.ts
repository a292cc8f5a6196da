import { transform } from "@descent/core";
import { sgd } from "@descent/sgd";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { optimizer, withReadouts } from "../src/index.ts";
import { tf, use } from "./backends.ts";

/*
 * A model y = w·x whose loss is y: on x = 1 its gradient is 1, so that a step of SGD at rate 1 takes w from 8 to 7, and the average
 * is 8 · 0.75 + 7 · 0.25 = 7.75.
 */

const ema = transform({
  id: "ema",
  hyper: { decay: 0.75 },
  state: { average: { init: "p" } },
  after: { average: "decay * average + (1 - decay) * p" },
  readout: { p: "average" },
});
type Model = import("@tensorflow/tfjs").LayersModel;
type Tensor = import("@tensorflow/tfjs").Tensor;

const dense = () =>
  tf.layers.dense({ units: 1, useBias: false, kernelInitializer: tf.initializers.constant({ value: 8 }) });
const models: Readonly<Record<string, () => Model>> = {
  sequential: () => tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [1] }), dense()] }),
  "sequential, which builds late": () => {
    const model = tf.sequential();
    const wrapped = withReadouts(model);
    model.add(tf.layers.inputLayer({ inputShape: [1] }));
    model.add(dense());
    return wrapped;
  },
  functional: () => {
    const inputs = tf.input({ shape: [1] });
    return tf.model({ inputs, outputs: dense().apply(inputs) as import("@tensorflow/tfjs").SymbolicTensor });
  },
};
const loss = (_: Tensor, y: Tensor): Tensor => y.sum(-1);
const x = () => tf.ones([1, 1]);
const scalar = (result: Tensor | Tensor[]): number => (Array.isArray(result) ? result[0]! : result).dataSync()[0]!;
const weight = (model: Model): number => scalar(model.getWeights());

beforeEach(() => use("cpu"));
afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe.each(Object.entries(models))("a %s model", (_, make) => {
  const start = (): { model: Model; opt: ReturnType<typeof optimizer> } => {
    const model = withReadouts(withReadouts(make())); // twice is once
    const opt = optimizer(ema(sgd({ lr: 1 })));
    model.compile({ optimizer: opt, loss });
    return { model, opt };
  };

  test("evaluates, predicts and validates at the average, and trains at the weights themselves", async () => {
    const warn = vi.spyOn(console, "warn");
    const { model } = start();
    const { history } = await model.fit(x(), x(), { epochs: 2, verbose: 0, validationData: [x(), x()] });
    expect(weight(model)).toBe(6);
    expect(history.loss).toEqual([8, 7]);
    const average = [7.75, 7.75 * 0.75 + 6 * 0.25];
    expect(history.val_loss).toEqual(average);
    expect(scalar(model.evaluate(x(), x()) as Tensor)).toBe(average[1]);
    expect(scalar(model.predict(x()) as Tensor)).toBe(average[1]);
    expect(scalar(model.predictOnBatch(x()) as Tensor)).toBe(average[1]);
    const data = tf.data.array([{ xs: tf.ones([1]), ys: tf.ones([1]) }]).batch(1);
    const [tested] = [await model.evaluateDataset(data as never, { batches: 1 })];
    expect(scalar(tested as Tensor)).toBe(average[1]);
    const fitted = await model.fitDataset(data as never, { epochs: 1, verbose: 0, validationData: data as never });
    expect(fitted.history.val_loss).toEqual([average[1]! * 0.75 + 5 * 0.25]);
    expect(weight(model)).toBe(5);
    expect(warn.mock.calls.filter(([text]) => String(text).includes("withReadouts"))).toEqual([]);
  });

  test("has its weights back after errors, and keeps no tensor", async () => {
    const { model } = start();
    await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    expect(() => model.predict(tf.ones([1, 2]))).toThrow();
    expect(() => model.evaluate(tf.ones([1, 2]), x())).toThrow();
    const broken = { iterator: async () => ({ next: () => Promise.reject(new Error("no data")) }) };
    await expect(model.evaluateDataset(broken as never, { batches: 1 })).rejects.toThrow("no data");
    expect(weight(model)).toBe(7);
    const { numTensors } = tf.memory();
    tf.tidy(() => void model.predict(x()));
    expect(tf.memory().numTensors).toBe(numTensors);
    await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    expect(weight(model)).toBe(6);
  });

  test("evaluates as ever with another optimizer", async () => {
    const model = withReadouts(make());
    for (const opt of [tf.train.sgd(1), optimizer(sgd({ lr: 1 }))]) {
      model.compile({ optimizer: opt, loss });
      await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    }
    expect(scalar(model.predict(x()) as Tensor)).toBe(6);
  });
});

test("who trains a model that was not wrapped is told once, who evaluates within withReadout is not", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const told = (): number => warn.mock.calls.filter(([text]) => String(text).includes("withReadouts(model)")).length;
  const model = models.functional!();
  model.compile({ optimizer: optimizer(ema(sgd({ lr: 1 }))), loss });
  await model.fit(x(), x(), { epochs: 2, verbose: 0 });
  expect(told()).toBe(1);
  const opt = optimizer(ema(sgd({ lr: 1 })));
  const w = tf.variable(tf.scalar(8));
  opt.applyGradients({ [w.name]: tf.scalar(1) });
  opt.withReadout(() => undefined);
  opt.minimize(() => w.asScalar(), true, [w]);
  expect(told()).toBe(1);
});

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["an optimizer", { minimize: () => {} }],
  ["a model without evaluation", { weights: [], fit: () => {}, fitDataset: () => {}, trainOnBatch: () => {} }],
])("withReadouts refuses %s", (_, given) => {
  expect(() => withReadouts(given as object)).toThrow("withReadouts takes a model of layers");
});
