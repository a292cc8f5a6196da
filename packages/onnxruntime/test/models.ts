import { readFileSync } from "node:fs";
import { adam } from "@descent/adam";
import { type Batch, crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";

const folder = new URL("../../onnx/test/fixtures/", import.meta.url);
/** The bytes of a model that PyTorch exported. */
export const model = (name: string): Uint8Array => readFileSync(new URL(`${name}.onnx`, folder));
/** The numbers that PyTorch computed for it. */
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
