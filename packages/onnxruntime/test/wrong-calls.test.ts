import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adam, adamw } from "@descent/adam";
import { Graph } from "@descent/onnx";
import { adahessian } from "@descent/second-order";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as onnxruntime from "../src/index.ts";
import * as worker from "../src/worker/serve.ts";
import { perceptron } from "./graphs.ts";
import { model as fixture } from "./models.ts";

const { crossEntropy, decodeCheckpoint, encodeCheckpoint, Trainer } = onnxruntime;
type Trained = onnxruntime.Trainer;

const model = perceptron([3, 2]);
/** A model with blocks. */
const deep = perceptron([3, 3, 3, 2]);
const batch = { x: [1, 2, 3], labels: [1] };
const made = (options: Partial<onnxruntime.TrainerOptions> = {}): Promise<Trained> =>
  Trainer.create(model, { optimizer: adam(), loss: crossEntropy(), ...options });
/** One step, so that an option which is nonsense cannot pass unused. */
const step = async (trainer: Trained): Promise<void> => {
  await trainer.trainStep(batch);
  await trainer.dispose();
};
const shared = await made();
await shared.trainStep(batch);
const saved = await shared.checkpoint();
const vector = await shared.weights();
const graph = await shared.trainingGraph();
const normalized = await Trainer.create(fixture("batchnorm"), {
  optimizer: adam(),
  loss: crossEntropy(),
  batchNorm: "batch",
});
const image = { x: { data: new Float32Array(64).fill(1), dims: [2, 2, 4, 4] } };
const folder = mkdtempSync(join(tmpdir(), "descent-wrong-calls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A name in the test's own folder, because a wrong call may be a good name. */
const inFolder = (path: string): string => (typeof path === "string" && path !== "" ? join(folder, path) : path);

/** Calls of a method of one trainer, which must be as good as new after every wrong one. */
const on =
  <A extends readonly unknown[]>(call: (trainer: Trained, ...args: A) => Promise<unknown>) =>
  (...args: A): Promise<unknown> =>
    call(shared, ...args);
/** The members of a runtime that the trainer uses; in the place of others anything may stand. */
const used = ({ InferenceSession, Tensor, env, listSupportedBackends }: typeof ort): object => ({
  InferenceSession,
  Tensor,
  env,
  listSupportedBackends,
});
/** An option of the trainer in the place of an argument. */
const option = (name: keyof onnxruntime.TrainerOptions, good: () => unknown) => ({
  call: (value: unknown) => Trainer.create(model, { optimizer: adam(), loss: crossEntropy(), [name]: value }),
  args: () => [good()],
  use: step,
});

wrongCalls(onnxruntime, {
  binaryCrossEntropyWithLogits: "is @descent/onnx's, and looked at there",
  crossEntropy: "is @descent/onnx's, and looked at there",
  huber: "is @descent/onnx's, and looked at there",
  weightedSum: "is @descent/onnx's, and looked at there",
  meanAbsolute: "is @descent/onnx's, and looked at there",
  meanSquared: "is @descent/onnx's, and looked at there",
  inspectModel: { args: () => [model, { untie: false }] },
  decodeCheckpoint: { args: () => [encodeCheckpoint(saved)] },
  encodeCheckpoint: { args: () => [saved], use: (bytes: Uint8Array) => decodeCheckpoint(bytes) },
  lower: { args: () => [new Graph(), []] },
  objective: {
    call: on(async (t, b: typeof batch) => {
      const loss = onnxruntime.objective(t, b);
      return loss.evaluate(await loss.start());
    }),
    args: () => [batch],
  },
  onnxMatmul: { args: () => [{ threads: 1 }] },
  Trainer: "is made by Trainer.create and Trainer.open",
  "Trainer.create": {
    call: Trainer.create,
    args: () => [model, { optimizer: adam(), loss: crossEntropy() }],
    use: step,
  },
  "Trainer.open": { call: Trainer.open, args: () => [graph, { optimizer: adamw() }], use: step },
  optimizer: option("optimizer", () => adam()),
  executionProviders: { ...option("executionProviders", () => ["cpu"]), repeats: [0] }, // ONNX Runtime takes them so
  runtime: option("runtime", () => used(ort)),
  sessionOptions: { ...option("sessionOptions", () => ({ intraOpNumThreads: 1 })), foreign: [0] }, // ONNX Runtime checks them
  worker: option("worker", () => false),
  plan: option("plan", () => "graph"),
  nonFinite: option("nonFinite", () => "skip"),
  accumulate: option("accumulate", () => 1),
  seed: option("seed", () => 1),
  loss: option("loss", () => crossEntropy()),
  trainable: option("trainable", () => ["w0"]),
  tie: option("tie", () => []),
  untie: option("untie", () => []),
  outputs: option("outputs", () => ["y"]),
  stopGradient: option("stopGradient", () => []),
  rows: option("rows", () => []),
  shapes: option("shapes", () => ({ x: ["batch", 3] })),
  gradients: option("gradients", () => ({})),
  unreached: option("unreached", () => "zeros"),
  checkpoint: {
    ...option("checkpoint", () => "blocks"),
    call: (checkpoint: "blocks") => Trainer.create(deep, { optimizer: adam(), loss: crossEntropy(), checkpoint }),
  },
  external: option("external", () => () => new Uint8Array()),
  trainStep: { call: on((t, b: typeof batch) => t.trainStep(b)), args: () => [batch] },
  "inputs of a step": {
    call: async (h: object) => {
      const trainer = await made({ optimizer: adahessian(), trainable: ["b0"] });
      await trainer.trainStep(batch, { inputs: { h } as onnxruntime.StepInputs }); // whatever was given
      await trainer.dispose();
    },
    args: () => [{ b0: new Float32Array(2) }],
  },
  hutchinson: {
    call: (hutchinson: number) => made({ optimizer: adahessian(), hutchinson }),
    args: () => [1],
    use: step,
  },
  add: {
    call: async (...names: string[]) => {
      const trainer = await made({ trainable: ["b0"] });
      await trainer.add(...names).finally(() => trainer.dispose());
    },
    args: () => ["w0"],
  },
  remove: {
    call: async (...names: string[]) => {
      const trainer = await made();
      await trainer.remove(...names).finally(() => trainer.dispose());
    },
    args: () => ["w0"],
  },
  "a value of a batch": { call: on((t, x: number[]) => t.trainStep({ ...batch, x })), args: () => [[1, 2, 3]] },
  "labels of a batch": { call: on((t, labels: number[]) => t.trainStep({ ...batch, labels })), args: () => [[1]] },
  "data and dims of a batch": {
    call: on((t, data: number[], dims: number[]) => t.trainStep({ ...batch, x: { data, dims } })),
    args: () => [
      [1, 2, 3],
      [1, 3],
    ],
  },
  evalStep: { call: on((t, b: typeof batch) => t.evalStep(b)), args: () => [batch] },
  predict: { call: on((t, x: { x: number[] }) => t.predict(x)), args: () => [{ x: [1, 2, 3] }] },
  gradientsOf: { call: on((t, b: typeof batch) => t.gradients(b)), args: () => [batch] },
  hessianProduct: {
    call: on((t, b: typeof batch, v: onnxruntime.Gradients) => t.hessianProduct(b, v)),
    args: () => [batch, vector],
  },
  updateBatchNorm: {
    call: (batches: (typeof image)[]) => normalized.updateBatchNorm(batches),
    args: () => [[image]],
  },
  "a batch of updateBatchNorm": {
    call: (one: typeof image) => normalized.updateBatchNorm([one]),
    args: () => [image],
  },
  applyGradients: {
    call: on((t, g: onnxruntime.Gradients) => t.applyGradients(g)),
    args: () => [{ b0: new Float32Array(2) }],
  },
  "a gradient": { call: on((t, b0: Float32Array) => t.applyGradients({ b0 })), args: () => [new Float32Array(2)] },
  set: { call: on((t, hyper: { lr: number }, group: string) => t.set(hyper, group)), args: () => [{ lr: 1e-3 }, ""] },
  "a hyper-parameter": { call: on((t, lr: number) => t.set({ lr })), args: () => [1e-3] },
  setWeights: { call: on((t, w: onnxruntime.Weights) => t.setWeights(w)), args: () => [{ b0: new Float32Array(2) }] },
  "a weight": { call: on((t, b0: Float32Array) => t.setWeights({ b0 })), args: () => [new Float32Array(2)] },
  setContiguousWeights: {
    call: on((t, all: Float32Array) => t.setContiguousWeights(all)),
    args: () => [new Float32Array(8)],
  },
  load: {
    call: on((t, from: typeof saved, options: object) => t.load(from, options)),
    args: () => [saved, { strict: true }],
  },
  "parameters, optimizer and waiting of a checkpoint": {
    call: on(
      (t, parameters: typeof saved.parameters, optimizer: typeof saved.optimizer, waiting: onnxruntime.Waiting) =>
        t.load({ parameters, optimizer, waiting }),
    ),
    args: () => [
      saved.parameters,
      saved.optimizer,
      { sums: { w0: new Float32Array(6), b0: new Float32Array(2) }, count: 1 },
    ],
  },
  "sums and count of what waits": {
    call: on((t, sums: onnxruntime.Gradients, count: number) => t.load({ ...saved, waiting: { sums, count } })),
    args: () => [{ w0: new Float32Array(6), b0: new Float32Array(2) }, 1],
  },
  "a tensor's shape and data": {
    call: on((t, shape: number[], data: Float32Array) =>
      t.load({ ...saved, parameters: { ...saved.parameters, b0: { shape, data } } }),
    ),
    args: () => [[2], new Float32Array(2)],
  },
  exportModel: { call: on((t, options: object) => t.exportModel(options)), args: () => [{ inference: true }] },
  "inference of exportModel": { call: on((t, inference: boolean) => t.exportModel({ inference })), args: () => [true] },
  save: { call: on((t, path: string) => t.save(inFolder(path))), args: () => ["saved"] },
  saveModel: { call: on((t, path: string) => t.saveModel(inFolder(path))), args: () => ["model"] },
  saveTrainingGraph: { call: on((t, path: string) => t.saveTrainingGraph(inFolder(path))), args: () => ["graph"] },
});

describe("the door of workers", () => {
  wrongCalls(worker, { serve: "is called once in a worker, and looks at what it is given before anything else" });
});

test("an update without gradients, weights without one, and a seed below 0 are told", async () => {
  await expect(shared.applyGradients({})).rejects.toThrow("`applyGradients` got no gradients");
  await expect(shared.setWeights({})).rejects.toThrow("`setWeights` got no weights, so there is nothing to set.");
  await expect(made({ seed: -1 })).rejects.toThrow("`seed` must be a whole number, 0 or above; got -1");
});
