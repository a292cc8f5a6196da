import { checkShape, finite, flag, knownOptions, type Role, whole } from "@descent/core/adapter";
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
  /** Whether tensors whose size has a divisor are matrices: 21 elements are [3, 7]. By default all are vectors. */
  readonly matrices?: boolean | undefined;
}

/** A size as a shape. */
function shapeOf(n: number, matrices: boolean): readonly number[] {
  for (let rows = 2; matrices && rows * rows <= n; rows++) if (n % rows === 0) return [rows, n / rows];
  return [n];
}

/** Two tensors of different roles, of sizes that leave the last SIMD register partly empty, and correlated gradients with a zero among them. */
export function sampleData(options: Sample = {}): Data {
  const known = knownOptions("sampleData", options, ["steps", "scale", "sizes", "matrices"]);
  const { steps = 8, scale = 1, sizes = [21, 5], matrices = false } = known;
  flag("sampleData", { matrices });
  whole("sampleData", { steps });
  finite("sampleData", { scale });
  checkShape("sampleData", sizes);
  const next = uniform(7);
  const roles: readonly Role[] = ["kernel", "bias"];
  const starts: Starts = Object.fromEntries(
    sizes.map((n, i) => [
      i === 0 ? "w" : i === 1 ? "b" : `x${i}`,
      { shape: shapeOf(n, matrices), role: roles[i % 2], data: Float32Array.from({ length: n }, () => next() / 2) },
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
