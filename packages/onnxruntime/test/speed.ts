// The cost of a step over one bare run of ONNX Runtime and one call of the update's kernel, on a perceptron of 203,530
// parameters and batches of 128. usage: tsx --tsconfig tsconfig.test.json packages/onnxruntime/test/speed.ts [threads]

import { adam } from "@descent/adam";
import { allocate, optimizer } from "@descent/arrays";
import { crossEntropy, differentiate, exportModel, importModel } from "@descent/onnx";
import * as ort from "onnxruntime-node";
import { Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

const [BATCH, ROUNDS] = [128, 400];
const model = perceptron([784, 256, 10]);
const x = Float32Array.from({ length: BATCH * 784 }, (_, i) => Math.sin(i * i));
const labels = BigInt64Array.from({ length: BATCH }, (_, i) => BigInt(i % 10));
const sessionOptions = { intraOpNumThreads: Number(process.argv[2] ?? 1) };

// the bare minimum: one run of the gradient graph, its gradients written in place, and one call of the kernel
const d = differentiate(importModel(model, { shapes: { x: [BATCH, 784] } }), { loss: crossEntropy() });
const session = await ort.InferenceSession.create(exportModel(d.graph), sessionOptions);
const { parameters, gradients } = allocate(Object.fromEntries(d.parameters.map((p) => [p.name, p.shape])));
const tensor = (data: Float32Array, shape: readonly number[]): ort.Tensor => new ort.Tensor("float32", data, shape);
const feeds: Record<string, ort.Tensor> = {
  x: tensor(x, [BATCH, 784]),
  labels: new ort.Tensor("int64", labels, [BATCH]),
};
const fetches: Record<string, ort.Tensor | null> = { loss: null, y: null };
for (const { name, shape, grad, initial } of d.parameters) {
  parameters[name]!.set(initial.data as Float32Array); // a float32 model
  feeds[name] = tensor(parameters[name]!, shape);
  fetches[grad] = tensor(gradients[name]!, shape);
}
const opt = optimizer(parameters, adam({ lr: 1e-6 }));
const options = { optimizer: adam({ lr: 1e-6 }), loss: crossEntropy(), sessionOptions };
const host = await Trainer.create(model, options);
const graph = await Trainer.create(model, { ...options, plan: "graph" });
const worker = await Trainer.create(model, { ...options, worker: true });
const int32 = Int32Array.from(labels, Number);

const bare = async (): Promise<void> => {
  await session.run(feeds, fetches as Record<string, ort.Tensor>); // null asks for a tensor, which the types leave out
  opt.update(gradients);
};
const contenders: Readonly<Record<string, () => unknown>> = {
  "session.run alone": () => session.run(feeds, fetches as Record<string, ort.Tensor>),
  "kernel alone": () => opt.update(gradients),
  "trainStep on the host": () => host.trainStep({ x, labels }),
  "trainStep, labels to be converted": () => host.trainStep({ x, labels: int32 }),
  "trainStep in the graph": () => graph.trainStep({ x, labels }),
  "trainStep in a worker": () => worker.trainStep({ x, labels }),
};
// each in turn with the bare minimum, so that both find the caches as the other left them
for (const [name, run] of Object.entries(contenders)) {
  const pairs: [number, number][] = [];
  for (let round = -20; round < ROUNDS; round++) {
    const start = performance.now();
    await bare();
    const middle = performance.now();
    await run();
    if (round >= 0) pairs.push([middle - start, performance.now() - middle]);
  }
  const best = (which: 0 | 1): number => Math.min(...pairs.map((p) => p[which]));
  const quartile = (which: 0 | 1): number => pairs.map((p) => p[which]).sort((a, b) => a - b)[ROUNDS / 4]!;
  const show = (of: (which: 0 | 1) => number): string => `${of(1).toFixed(3)} ms, ${(of(1) / of(0)).toFixed(3)} × bare`;
  console.log(`${name.padEnd(36)} best ${show(best)}; quartile ${show(quartile)}`);
}
for (const t of [host, graph, worker]) await t.dispose();
