import { checkShape, finite, knownOptions, type Role, whole } from "@descent/core/adapter";
import type { Gradients, Starts } from "./target.ts";

/** Start values and gradients of several steps: the input of a check. */
export interface Data {
  readonly starts: Starts;
  readonly steps: readonly Gradients[];
}

/** A small linear congruential generator: the same numbers everywhere, uniform in [-1, 1). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export interface Sample {
  readonly steps?: number | undefined;
  /** Size of the gradients. */
  readonly scale?: number | undefined;
  /** Elements per tensor: a kernel, a bias, a kernel, … */
  readonly sizes?: readonly number[] | undefined;
}

/** Two tensors of different roles, of sizes that leave the last SIMD register partly empty, and correlated gradients with a zero among them. */
export function sampleData(options: Sample = {}): Data {
  const { steps = 8, scale = 1, sizes = [21, 5] } = knownOptions("sampleData", options, ["steps", "scale", "sizes"]);
  whole("sampleData", { steps });
  finite("sampleData", { scale });
  checkShape("sampleData", sizes);
  const next = uniform(7);
  const roles: readonly Role[] = ["kernel", "bias"];
  const starts: Starts = Object.fromEntries(
    sizes.map((n, i) => [
      i === 0 ? "w" : i === 1 ? "b" : `x${i}`,
      { shape: [n], role: roles[i % 2], data: Float32Array.from({ length: n }, () => next() / 2) },
    ]),
  );
  const last = new Map<string, number[]>();
  return {
    starts,
    steps: Array.from({ length: steps }, () =>
      Object.fromEntries(
        Object.entries(starts).map(([name, { data }]) => {
          const g = Array.from(data, (_, k) => (k === 2 ? 0 : 0.6 * (last.get(name)?.[k] ?? 0) + 0.8 * next()));
          last.set(name, g);
          return [name, Float32Array.from(g, (x) => x * scale)];
        }),
      ),
    ),
  };
}

export const pick = <V>(record: Readonly<Record<string, V>>, names: readonly string[]): Record<string, V> =>
  Object.fromEntries(names.filter((n) => n in record).map((n) => [n, record[n]!])); // filtered to those there
