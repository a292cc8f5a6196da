import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { normal } from "./numbers.ts";

export { tf };

/** Switches tfjs to a backend; a backend that is not there fails the test that asked for it. */
export async function use(name: "cpu" | "wasm" | "webgpu" | "tensorflow"): Promise<void> {
  const there = await tf.setBackend(name);
  await tf.ready();
  if (!there || tf.getBackend() !== name)
    throw new Error(`The backend ${name} did not start; there is ${tf.getBackend()}.`);
}

export const randn = (shape: number[], seed = 1): tf.Tensor => tf.tensor(normal(shape, seed), shape);
