import { drawn, hashOf } from "@descent/core/adapter";
import type { AdapterTensor } from "./adapter.ts";

/** Numbers by a tensor's name, so that a layer starts the same whatever else is adapted. */
function random(distribution: "uniform" | "normal", name: string, length: number, seed: number): Float32Array {
  const key = [seed | 0, Math.floor(seed / 2 ** 32) | 0] as const;
  return drawn({ distribution, length, key, t: 0, site: 0, parameter: hashOf(name) });
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Kaiming-uniform with a = √5, as PyTorch's Linear starts: from −1/√fan-in to 1/√fan-in, the fan-in being what one row reads. */
export function kaiming(name: string, shape: readonly number[], seed: number): AdapterTensor {
  const bound = 1 / Math.sqrt(sizeOf(shape.slice(1)));
  const data = random("uniform", name, sizeOf(shape), seed);
  return { shape, data: data.map((u) => (2 * u - 1) * bound) };
}

/** Standard normal numbers. */
export const normal = (name: string, shape: readonly number[], seed: number): AdapterTensor => ({
  shape,
  data: random("normal", name, sizeOf(shape), seed),
});

/** The same number everywhere. */
export const filled = (shape: readonly number[], value: number): AdapterTensor => ({
  shape,
  data: new Float32Array(sizeOf(shape)).fill(value),
});

/** The lengths of the rows of a matrix. */
export function rowNorms(data: Float32Array, rows: number): Float32Array {
  const width = data.length / rows;
  return Float32Array.from({ length: rows }, (_, r) => {
    let sum = 0;
    for (let i = r * width; i < (r + 1) * width; i++) sum += data[i]! ** 2; // within
    return Math.sqrt(sum);
  });
}

/** The lengths of the columns of a matrix. */
export function columnNorms(data: Float32Array, columns: number): Float32Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) sums[i % columns]! += data[i]! ** 2; // within
  return Float32Array.from(sums, Math.sqrt);
}
