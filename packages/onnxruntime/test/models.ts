import { readFileSync } from "node:fs";
import { adam } from "@descent/adam";
import { exportModel, Graph } from "@descent/onnx";
import { type Batch, crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";

const folder = new URL("../../onnx/test/fixtures/", import.meta.url);
/** The bytes of a model that PyTorch exported. */
export const model = (name: string): Uint8Array => readFileSync(new URL(`${name}.onnx`, folder));
/** What PyTorch computed for it. */
export interface Fixture {
  readonly loss: number;
  readonly inputs: readonly number[][];
  readonly inputShapes: readonly number[][];
  readonly target: readonly number[];
  readonly targetShape: readonly number[];
  readonly grads: Readonly<Record<string, readonly number[]>>;
}
export const fixture = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Fixture;

/** A fixture's batch as the trainer takes it. */
export function batchOf({ inputs, inputShapes, target, targetShape }: Fixture): Batch {
  return { in0: { data: inputs[0]!, dims: inputShapes[0]! }, labels: { data: target, dims: targetShape } };
}
export const train = (name: string, options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create(model(name), { optimizer: adam({ lr: 1e-2 }), loss: crossEntropy(), ...options });

/** ‖a − b‖ against how far b moved from the start. */
export function apart(a: Weights, b: Weights, start: Weights): number {
  let [difference, moved] = [0, 0];
  for (const [name, x] of Object.entries(b))
    x.forEach((v, i) => {
      difference += (a[name]![i]! - v) ** 2;
      moved += (v - start[name]![i]!) ** 2;
    });
  return Math.sqrt(difference / moved);
}
export type Weights = Readonly<Record<string, Float32Array>>;
export async function trained(name: string, options: Partial<TrainerOptions>, steps: number): Promise<Weights> {
  const trainer = await train(name, options);
  const batch = batchOf(fixture(name));
  for (let i = 0; i < steps; i++) await trainer.trainStep(batch);
  const weights = await trainer.weights();
  await trainer.dispose();
  return weights;
}

/** A perceptron with Xavier-like weights from a fixed sequence: `x` [batch, inputs] → `y`. */
export function perceptron(sizes: readonly number[]): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", sizes[0]!] });
  let value = "x";
  let state = 1;
  const draw = (): number => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
  sizes.slice(1).forEach((out, i) => {
    const from = sizes[i]!; // as many as slices
    const kernel = Float32Array.from({ length: from * out }, () => draw() * Math.sqrt(12 / from));
    graph.initializer(`w${i}`, { elem: "float32", dims: [from, out], data: kernel });
    graph.initializer(`b${i}`, { elem: "float32", dims: [out], data: new Float32Array(out) });
    const last = i === sizes.length - 2;
    [value = ""] = graph.op("Gemm", [value, `w${i}`, `b${i}`], {}, last ? ["y"] : 1);
    if (!last) [value = ""] = graph.op("Relu", [value]);
  });
  graph.output("y");
  return exportModel(graph);
}

/** The mean of an input after a weight, of ones, and Dropout that trains: `x` [1000] → a scalar. */
export function dropping(ratio: number): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["n"] });
  graph.initializer("w", { elem: "float32", dims: [1], data: Float32Array.of(1) });
  const [product = ""] = graph.op("Mul", ["x", "w"]);
  const [dropped = ""] = graph.op("Dropout", [product, graph.constant(ratio), graph.constant(true, "bool")]);
  graph.op("Identity", [dropped], {}, ["dropped"]);
  graph.op("ReduceMean", [dropped], { keepdims: 0 }, ["mean"]);
  graph.output("mean");
  graph.output("dropped");
  return exportModel(graph);
}
