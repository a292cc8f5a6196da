import * as ort from "onnxruntime-node";
import { exportModel } from "../src/graph/export.ts";
import type { Graph } from "../src/graph/graph.ts";
import { constant } from "../src/proto/constant.ts";
import type { Elem, TypedArray } from "../src/proto/elem.ts";

/** A tensor fed to a graph. */
export interface Feed {
  readonly elem: Elem;
  readonly dims: readonly number[];
  readonly data: readonly number[];
  /** Whether a gradient with respect to it is checked. */
  readonly diff: boolean;
}

/** A repeatable sequence of numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const size = (dims: readonly number[]): number => dims.reduce((n, d) => n * d, 1);

/** Numbers as float32 has them, so that a case is the same in float32 and float64. */
const single = (values: readonly number[]): number[] => Array.from(Float32Array.from(values));

export class Feeds {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = random(seed);
  }
  /** Evenly distributed between two numbers. */
  float(dims: readonly number[], low = -1, high = 1): Feed {
    const data = Array.from({ length: size(dims) }, () => low + (high - low) * this.#next());
    return { elem: "float32", dims, data: single(data), diff: true };
  }
  /** All different by at least `step`, none near zero: no kink or tie is within a finite difference. */
  apart(dims: readonly number[], step = 0.25): Feed {
    const n = size(dims);
    const data = this.#shuffled(n).map((v) => (v - n / 2 + 0.5) * step);
    return { elem: "float32", dims, data: single(data), diff: true };
  }
  ints(dims: readonly number[], high: number, elem: Elem = "int64", low = 0): Feed {
    const data = Array.from({ length: size(dims) }, () => low + Math.floor(this.#next() * (high - low)));
    return { elem, dims, data, diff: false };
  }
  /** Each of 0 … n − 1 once. */
  permutation(n: number): Feed {
    return { elem: "int64", dims: [n], data: this.#shuffled(n), diff: false };
  }
  bools(dims: readonly number[]): Feed {
    return {
      elem: "bool",
      dims,
      data: Array.from({ length: size(dims) }, () => (this.#next() < 0.5 ? 1 : 0)),
      diff: false,
    };
  }
  #shuffled(n: number): number[] {
    const all = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(this.#next() * (i + 1));
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all;
  }
}

export const fixed = (feed: Feed): Feed => ({ ...feed, diff: false });

/** A tensor of onnxruntime-node. */
export function tensor(elem: Elem, data: ArrayLike<number | bigint> | TypedArray, dims: readonly number[]): ort.Tensor {
  const value = ArrayBuffer.isView(data) ? data : constant(Array.from(data), elem, dims).data;
  // The names of element types are the same but for bool and float16, and the arrays are those it expects.
  return new ort.Tensor(elem as "float32", value as Float32Array, [...dims]);
}

export async function session(
  graph: Graph,
  options: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  return await ort.InferenceSession.create(exportModel(graph), {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    ...options,
  });
}
