import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import * as tf from "@tensorflow/tfjs";
import { describe } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as training from "../src/index.ts";
import * as node from "../src/node/index.ts";

const { fit } = training;
const model = (): training.Model<number> => ({ trainStep: () => ({ loss: 1 }), evalStep: () => ({ loss: 1 }) });
const one = { length: 1, batch: () => 1 };
const sink = (): void => {};
const run = (callback: training.Callback): Promise<unknown> =>
  fit(
    {
      ...model(),
      inspect: () => ({ groups: {} }),
      set: () => {},
      weights: () => ({}),
      setWeights: () => {},
      checkpoint: () => null,
    },
    { data: [1], validate: [1], callbacks: [callback] },
  );
const metric = (made: () => training.Metric) => ({
  args: () => [
    [0.1, 0.9, 0.3, 0.7],
    [1, 0],
  ],
  call: (scores: number[], targets: number[]) => made().add(scores, targets),
});
const layers = () => ({ weights: [], stopTraining: false, optimizer: {} });
const saved: training.Saved = {
  version: 1,
  epoch: 0,
  batch: 0,
  step: 0,
  drawing: { batchSize: 32, seed: null },
  sums: { loss: 0, samples: 0, metrics: { trained: false, metrics: {} } },
  history: [],
  callbacks: {},
  model: null,
};

describe("@descent/training", () => {
  wrongCalls(training, {
    fit: { args: () => [model(), { data: [1] }], foreign: [0] },
    "the options of fit": {
      call: (epochs: number, seed: number, prefetch: number, every: number, read: number, policy: "throw") =>
        fit(model(), { data: one, epochs, seed, prefetch, validateEvery: every, readEvery: read, nonFinite: policy }),
      args: () => [1, 0, 1, 1, 1, "throw"],
    },
    "the data of fit": { call: (data: number[]) => fit(model(), { data }), args: () => [[1]] },
    "a run to resume": {
      call: (from: training.Saved) => fit({ ...model(), load: () => {} }, { data: [1], from }),
      args: () => [structuredClone(saved)],
      foreign: [0],
    },
    evaluate: { args: () => [model(), { data: [1] }], foreign: [0] },
    columns: { args: () => [{ x: { data: new Float32Array(4), shape: [2] } }] },
    arraysModel: {
      call: (gradients: () => never) => {
        const parameters = { w: new Float32Array(1) };
        return training.arraysModel({ parameters, optimizer: optimizer(parameters, adam()), gradients });
      },
      args: () => [() => ({ loss: 1, gradients: { w: new Float32Array(1) } })],
      use: (made: training.Model<number>) => made.trainStep(1),
    },
    earlyStopping: { args: () => [{}], use: run },
    "the options of earlyStopping": {
      call: (monitor: string, patience: number, minDelta: number) =>
        training.earlyStopping({ monitor, patience, minDelta }),
      args: () => ["val_loss", 1, 0],
      use: run,
    },
    reduceOnPlateau: { args: () => [{}], use: run },
    findRate: { args: () => [{}], use: run },
    checkpoints: { args: () => [{ save: sink }], use: run },
    "the options of checkpoints": {
      call: (steps: number, seconds: number, epochs: number) =>
        training.checkpoints({ save: sink, steps, seconds, epochs }),
      args: () => [1, 1, 1],
      use: run,
    },
    csv: { args: () => [sink], use: run },
    jsonLines: { args: () => [sink, {}], use: run },
    diagnose: { args: () => [{}], use: run },
    "the options of diagnose": {
      call: (every: number, inputs: string, labels: string, frozen: string[]) =>
        training.diagnose({ every, inputs, labels, frozen }),
      args: () => [20, "x", "labels", ["w"]],
      use: run,
    },
    Diagnosis: "a class; its `observe` takes what a loop of one's own has measured",
    curvature: {
      args: () => [{ w: new Float32Array([1, 2]) }, (v: training.Weights) => v, {}],
      foreign: [0],
    },
    hessianProducts: {
      args: () => [{ w: new Float32Array([1, 2]) }, (v: training.Weights) => v, 0.1],
      use: (made: training.Products) => made({ w: new Float32Array(2) }),
    },
    withGradients: {
      args: () => [
        {
          ...model(),
          gradients: async () => ({ loss: 1, gradients: {} }),
          applyGradients: async () => {},
          inspect: async () => ({ groups: {}, midRound: false }),
          weights: async () => ({}),
          parameters: [],
        },
      ],
      foreign: [0],
    },
    explainer: {
      args: () => [adam(), { parameters: { w: new Float32Array(2) } }],
      use: (made: training.Explainer) => made.update({ w: new Float32Array(2) }),
    },
    "an update that is explained": {
      call: (gradients: training.Weights) =>
        training.explainer(adam(), { parameters: { w: new Float32Array(2) } }).update(gradients),
      args: () => [{ w: new Float32Array(2) }],
    },
    "an element that is explained": {
      call: (name: string, index: number) =>
        training
          .explainer(adam(), { parameters: { w: new Float32Array(2) } })
          .update({ w: new Float32Array(2) })
          .box(name, index),
      args: () => ["w", 1],
    },
    tensorBoard: { args: () => [sink, {}], use: run },
    forLayersModel: { args: () => [{ tensor: sink }, layers(), []], foreign: [0, 1] },
    accuracy: { args: () => [{}], use: (made: training.Metric) => made.add([0.1], [1]) },
    confusion: { args: () => [{}], use: (made: training.Metric) => made.add([0.1], [1]) },
    precision: { args: () => [{}], use: (made: training.Metric) => made.add([0.1], [1]) },
    recall: { args: () => [{}], use: (made: training.Metric) => made.add([0.1], [1]) },
    f1: { args: () => [{}], use: (made: training.Metric) => made.add([0.1], [1]) },
    topK: { args: () => [1], use: (made: training.Metric) => made.add([0.1, 0.2], [1]) },
    auc: metric(training.auc),
    perplexity: metric(training.perplexity),
    meanAbsoluteError: metric(training.meanAbsoluteError),
    meanSquaredError: metric(training.meanSquaredError),
    rootMeanSquaredError: metric(training.rootMeanSquaredError),
    r2: metric(training.r2),
    encodeSaved: { args: () => [structuredClone(saved)], foreign: [0] },
    decodeSaved: { args: () => [training.encodeSaved(saved)] },
  });
});

describe("@descent/training/node", () => {
  wrongCalls(node, {
    appendTo: { args: () => ["log.csv"] },
    eventsIn: { args: () => ["runs"] },
    savedIn: { args: () => ["runs"] },
    readSaved: "reads a file, whose bytes `decodeSaved` checks",
    registerFiles: { args: () => [{ io: tf.io }], foreign: [0] },
    progress: { args: () => [{}], use: (made: training.Callback) => made.name },
  });
});
