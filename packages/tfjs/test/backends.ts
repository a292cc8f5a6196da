import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

export { tf };

/** Switches tfjs to a backend; a backend that is not there fails the test that asked for it. */
export async function use(name: "cpu" | "wasm" | "webgpu"): Promise<void> {
  const there = await tf.setBackend(name);
  await tf.ready();
  if (!there || tf.getBackend() !== name)
    throw new Error(`The backend ${name} did not start; there is ${tf.getBackend()}.`);
}

/** Numbers from a fixed generator (mulberry32, Box–Muller), the same on every backend. */
export function normal(shape: readonly number[], seed = 1): Float32Array {
  let s = seed * 0x9e3779b9;
  const uniform = (): number => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const size = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

export const randn = (shape: number[], seed = 1): tf.Tensor => tf.tensor(normal(shape, seed), shape);
