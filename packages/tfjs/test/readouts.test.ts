import { transform } from "@descent/core";
import { sgd } from "@descent/sgd";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { optimizer, registerAll } from "../src/index.ts";
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
    model.add(tf.layers.inputLayer({ inputShape: [1] }));
    model.add(dense());
    return model;
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
const predicted = (model: Model): number => scalar(model.predict(x()));

beforeEach(() => use("cpu"));
afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe.each(Object.entries(models))("a %s model", (_, make) => {
  const start = (): { model: Model; opt: ReturnType<typeof optimizer> } => {
    const model = make();
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
    expect(predicted(model)).toBe(average[1]);
    expect(scalar(model.predictOnBatch(x()) as Tensor)).toBe(average[1]);
    const data = tf.data.array([{ xs: tf.ones([1]), ys: tf.ones([1]) }]).batch(1);
    const [tested] = [await model.evaluateDataset(data as never, { batches: 1 })];
    expect(scalar(tested as Tensor)).toBe(average[1]);
    const fitted = await model.fitDataset(data as never, { epochs: 1, verbose: 0, validationData: data as never });
    expect(fitted.history.val_loss).toEqual([average[1]! * 0.75 + 5 * 0.25]);
    expect(weight(model)).toBe(5);
    await model.trainOnBatch(x(), x());
    expect(weight(model)).toBe(4);
    expect(warn.mock.calls.filter(([text]) => String(text).includes("evaluate"))).toEqual([]);
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

  test("evaluates as ever with another optimizer, also one that comes later", async () => {
    const model = make();
    for (const opt of [tf.train.sgd(1), optimizer(sgd({ lr: 1 }))]) {
      model.compile({ optimizer: opt, loss });
      await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    }
    expect(predicted(model)).toBe(6);
    for (const [at, opt] of [tf.train.sgd(1), optimizer(sgd({ lr: 1 }))].entries()) {
      model.compile({ optimizer: optimizer(ema(sgd({ lr: 1 }))), loss });
      await model.fit(x(), x(), { epochs: 1, verbose: 0 });
      expect(predicted(model)).toBe(weight(model) + 0.75);
      model.compile({ optimizer: opt, loss });
      expect(predicted(model)).toBe(weight(model) + 0.75); // it has not trained
      await model.fit(x(), x(), { epochs: 1, verbose: 0 });
      expect(predicted(model)).toBe(4 - 2 * at);
    }
  });

  test("evaluates weights that something else has changed since the last step as they are, says so once, and comes back", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const told = (): number => warn.mock.calls.filter(([text]) => String(text).includes("evaluated as now")).length;
    const { model, opt } = start();
    await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    expect([predicted(model), predicted(model), told()]).toEqual([7.75, 7.75, 0]);
    const w = model.trainableWeights[0]!.read() as import("@tensorflow/tfjs").Variable;
    tf.train.sgd(2).minimize(() => w.asScalar(), false, [w]);
    expect([weight(model), predicted(model), told()]).toEqual([5, 5, 1]);
    expect([scalar(model.evaluate(x(), x()) as Tensor), told()]).toEqual([5, 1]);
    expect(opt.withReadout(() => [predicted(model), weight(model)])).toEqual([7.75, 7.75]); // who asks for it gets it
    expect([weight(model), predicted(model)]).toEqual([5, 5]);
    await model.trainOnBatch(x(), x());
    const average = 7.75 * 0.75 + 4 * 0.25;
    expect([weight(model), predicted(model)]).toEqual([4, average]);
    model.setWeights([tf.tensor2d([[3]])]);
    expect([predicted(model), told()]).toEqual([3, 2]);
    // A state and weights that are set after it belong together.
    opt.load(await opt.state());
    model.setWeights([tf.tensor2d([[4]])]);
    expect([predicted(model), weight(model), told()]).toEqual([average, 4, 2]);
    model.setWeights([tf.tensor2d([[9]])]);
    expect(predicted(model)).toBe(9);
  });

  test("evaluates weights that something else has stepped since a load as they are, before anything was evaluated", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const told = (): number => warn.mock.calls.filter(([text]) => String(text).includes("evaluated as now")).length;
    const { model, opt } = start();
    await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    const w = model.trainableWeights[0]!.read() as import("@tensorflow/tfjs").Variable;
    const loaded = async (): Promise<void> => {
      opt.load(await opt.state());
      model.setWeights([tf.tensor2d([[7]])]);
    };
    await loaded();
    tf.train.sgd(2).minimize(() => w.asScalar(), false, [w]);
    expect([predicted(model), told()]).toEqual([5, 1]);
    await loaded();
    const { grads } = tf.variableGrads(() => w.asScalar(), [w]);
    tf.train.sgd(3).applyGradients(grads);
    expect([weight(model), predicted(model)]).toEqual([4, 4]);
    await loaded();
    expect(predicted(model)).toBe(7.75);
    await model.trainOnBatch(x(), x()); // and its own steps are its own
    expect([weight(model), predicted(model)]).toEqual([6, 7.75 * 0.75 + 6 * 0.25]);
  });

  test("is evaluated at the average within withReadout, and not once its optimizer is disposed of", async () => {
    const { model, opt } = start();
    await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    expect(opt.withReadout(() => [predicted(model), weight(model)])).toEqual([7.75, 7.75]);
    opt.dispose();
    expect(predicted(model)).toBe(7);
  });

  test("that is loaded with its optimizer is evaluated at the average before it trains on", async () => {
    const { model } = start();
    await model.fit(x(), x(), { epochs: 1, verbose: 0 });
    let saved: import("@tensorflow/tfjs").io.ModelArtifacts | undefined;
    const keep = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    });
    // A loss that is a function is not saved.
    model.compile({ optimizer: model.optimizer, loss: "meanAbsoluteError" });
    await model.save(keep, { includeOptimizer: true });
    registerAll(tf, { rules: [] });
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
    expect(weight(loaded)).toBe(7);
    expect(predicted(loaded)).toBe(7.75);
    expect(scalar(loaded.evaluate(x(), tf.zeros([1, 1])) as Tensor)).toBe(7.75);
    expect(weight(loaded)).toBe(7);
  });
});

test("a model that was never compiled, and one that shares its layers, predict at the average, but within a gradient at the weights", () => {
  const layer = dense();
  const inputs = tf.input({ shape: [1] });
  const outputs = layer.apply(inputs) as import("@tensorflow/tfjs").SymbolicTensor;
  const model = tf.model({ inputs, outputs });
  const doubled = tf.layers.dense({
    units: 1,
    useBias: false,
    kernelInitializer: tf.initializers.constant({ value: 2 }),
  });
  const longer = tf.model({ inputs, outputs: doubled.apply(outputs) as import("@tensorflow/tfjs").SymbolicTensor });
  const opt = optimizer(ema(sgd({ lr: 1 })));
  const w = layer.getWeights()[0] && (layer.trainableWeights[0]!.read() as import("@tensorflow/tfjs").Variable);
  const cost = opt.minimize(() => (model.predict(x()) as Tensor).square().asScalar(), true, [w!])!;
  expect(scalar(cost)).toBe(64);
  expect(weight(model)).toBe(-8); // 8 - 16, the gradient of the square at 8
  const average = 8 * 0.75 - 8 * 0.25;
  expect(predicted(model)).toBe(average);
  expect(predicted(longer)).toBe(2 * average);
  const [value, gradient] = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => (model.predict(x()) as Tensor).square().asScalar(), [w!]);
    return [scalar(value), scalar(grads[w!.name]!)];
  });
  expect([value, gradient]).toEqual([64, -16]); // at -8
});

test("a model of another tfjs is told of once, and evaluates at the average after registerAll", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const told = (): number => warn.mock.calls.filter(([text]) => String(text).includes("registerAll(tf)")).length;
  const opt = optimizer(ema(sgd({ lr: 1 })));
  const w = tf.variable(tf.scalar(8));
  // As the class of another copy does it.
  class Other {
    readonly optimizer = opt;
    readonly weights = [{ read: () => w }];
    fit(): void {
      this.makeTrainFunction()();
    }
    makeTrainFunction(): () => void {
      return () => void opt.minimize(() => w.asScalar(), true, [w]);
    }
    predict = (): number => this.predictLoop();
    predictLoop(): number {
      return scalar(w);
    }
    testLoop(): void {}
    async evaluateDataset(): Promise<void> {}
  }
  const model = new Other();
  model.fit();
  model.fit();
  expect(told()).toBe(1);
  expect(model.predict()).toBe(6);
  const serialization = {
    registerClass: () => {},
    SerializationMap: { getMap: () => ({ classNameMap: { Model: [Other] } }) },
  };
  registerAll({ serialization } as never);
  expect(model.predict()).toBe(7.75 * 0.75 + 6 * 0.25);
  const own = optimizer(ema(sgd({ lr: 1 })));
  own.withReadout(() => undefined);
  own.minimize(() => w.asScalar(), true, [w]);
  expect(told()).toBe(1); // who evaluates within withReadout knows
});
