import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { stream } from "@descent/initializers";
import { arraysModel, columns, type Dataset, type Gradients, type Model, type Rows } from "../../src/index.ts";

/* A network of dense layers with its gradients by hand: small, deterministic, and easy to break. */

export type Batch = Record<"x" | "labels", Rows>;
type Kind = "relu" | "sigmoid" | "tanh";

export interface Net {
  /** Inputs, hidden units, classes. */
  readonly sizes: readonly number[];
  readonly kind?: Kind;
  /** Times He's (ReLU) or Glorot's deviation. */
  readonly gain?: number;
  /** Times the kernel of the last layer. */
  readonly last?: number;
  readonly bias?: number;
  /** Rounds what layers put out to half precision. */
  readonly half?: boolean;
  readonly seed?: number;
}

/** Standard normal numbers by seed and name. */
export function normals(seed: number, name: string, length: number): Float32Array {
  const random = stream(seed, name);
  return Float32Array.from({ length }, (_, i) => {
    const [u, v] = [random.uniform(2 * i), random.uniform(2 * i + 1)];
    return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
  });
}

/** The nearest number of half precision, infinite beyond 65504. */
export function half(x: number): number {
  const size = Math.abs(x);
  if (!(size < 65520)) return x * Infinity;
  const step = 2 ** Math.max(-24, Math.floor(Math.log2(Math.max(size, 1e-30))) - 10);
  return Math.sign(x) * Math.round(size / step) * step;
}

const act: Readonly<Record<Kind, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};
/** The derivative by the output. */
const slope: Readonly<Record<Kind, (y: number) => number>> = {
  relu: (y) => +(y > 0),
  sigmoid: (y) => y * (1 - y),
  tanh: (y) => 1 - y * y,
};

export function parametersOf({ sizes, kind = "relu", gain = 1, last = 1, bias = 0, seed = 1 }: Net) {
  const parameters: Record<string, { data: Float32Array; shape: number[] }> = {};
  for (let l = 1; l < sizes.length; l++) {
    const [from, to] = [sizes[l - 1]!, sizes[l]!];
    const deviation = gain * (kind === "relu" ? Math.sqrt(2 / from) : Math.sqrt(2 / (from + to)));
    const by = l + 1 < sizes.length ? deviation : last * deviation;
    const kernel = normals(seed, `dense_${l}`, from * to).map((x) => x * by);
    parameters[`dense_${l}/kernel`] = { data: kernel, shape: [from, to] };
    parameters[`dense_${l}/bias`] = { data: new Float32Array(to).fill(l + 1 < sizes.length ? bias : 0), shape: [to] };
  }
  return parameters;
}

/** Cross-entropy and its gradients. */
export function lookAt(
  { sizes, kind = "relu", half: halves = false }: Net,
  parameters: ReturnType<typeof parametersOf>,
) {
  const layers = sizes.length - 1;
  const round = halves ? half : (x: number): number => x;
  return ({ x, labels }: Batch): Gradients => {
    const n = labels.data.length;
    const outputs: Float32Array[] = [x.data as Float32Array]; // made so
    for (let l = 1; l <= layers; l++) {
      const [from, to] = [sizes[l - 1]!, sizes[l]!];
      const [w, b] = [parameters[`dense_${l}/kernel`]!.data, parameters[`dense_${l}/bias`]!.data];
      const [input, out] = [outputs[l - 1]!, new Float32Array(n * to)];
      for (let i = 0; i < n; i++)
        for (let j = 0; j < to; j++) {
          let z = b[j]!;
          for (let k = 0; k < from; k++) z += input[i * from + k]! * w[k * to + j]!;
          out[i * to + j] = round(l < layers ? act[kind](z) : z);
        }
      outputs.push(out);
    }
    const classes = sizes[layers]!;
    const logits = outputs[layers]!;
    let delta = new Float32Array(n * classes);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      const top = row.reduce((a, c) => Math.max(a, c), -Infinity);
      const sum = row.reduce((s, z) => s + Math.exp(z - top), 0);
      const y = Number(labels.data[i]);
      loss += (Math.log(sum) + top - row[y]!) / n;
      for (let j = 0; j < classes; j++) delta[i * classes + j] = (Math.exp(row[j]! - top) / sum - +(j === y)) / n;
    }
    const gradients: Record<string, Float32Array> = {};
    for (let l = layers; l >= 1; l--) {
      const [from, to] = [sizes[l - 1]!, sizes[l]!];
      const [w, input] = [parameters[`dense_${l}/kernel`]!.data, outputs[l - 1]!];
      const [gw, gb, back] = [new Float32Array(from * to), new Float32Array(to), new Float32Array(n * from)];
      for (let i = 0; i < n; i++)
        for (let j = 0; j < to; j++) {
          const d = delta[i * to + j]!;
          gb[j]! += d;
          for (let k = 0; k < from; k++) {
            gw[k * to + j]! += d * input[i * from + k]!;
            back[i * from + k]! += d * w[k * to + j]!;
          }
        }
      gradients[`dense_${l}/kernel`] = gw;
      gradients[`dense_${l}/bias`] = gb;
      if (l > 1) for (let i = 0; i < back.length; i++) back[i]! *= slope[kind](input[i]!);
      delta = back;
    }
    const hidden = Array.from({ length: layers - 1 }, (_, i) => {
      const shape = [n, sizes[i + 1]!];
      return [`dense_${i + 1}`, { data: outputs[i + 1]!, shape }] as const;
    });
    return { loss, gradients, outputs: { logits }, activations: Object.fromEntries(hidden) };
  };
}

export function modelOf(net: Net, rule: Configured): Model<Batch> {
  const parameters = parametersOf(net);
  const look = lookAt(net, parameters);
  return arraysModel<Batch>({ parameters, optimizer: optimizer(parameters, rule), gradients: look, evaluate: look });
}

export interface Clusters {
  readonly samples?: number;
  readonly features?: number;
  readonly classes?: number;
  /** The distance of the classes' centres from 0, in deviations. */
  readonly apart?: number;
  /** Times all inputs, after `shift` was added. */
  readonly scale?: number;
  readonly shift?: number;
  /** Whether samples lie by class. */
  readonly sorted?: boolean;
  /** Labels belong to the sample that many places before. */
  readonly off?: number;
  readonly seed?: number;
}

/** Normal clouds around centres, one per class. */
export function clusters(given: Clusters = {}): Dataset<Batch> {
  const { samples = 1024, features = 10, classes = 4, apart = 2, scale = 1, shift = 0, sorted = false, off = 0, seed = 1 } = given; // biome-ignore format: one line
  const random = stream(seed, "classes");
  const centres = normals(seed, "centres", classes * features);
  const noise = normals(seed, "noise", samples * features);
  const own = Int32Array.from({ length: samples }, (_, i) => Math.floor(random.uniform(i) * classes));
  if (sorted) own.sort();
  const x = noise.map((z, i) => {
    const centre = centres[own[Math.floor(i / features)]! * features + (i % features)]!;
    return scale * (shift + z + (apart * centre) / Math.sqrt(features / 4));
  });
  const labels = own.map((_, i) => own[(i - off + samples) % samples]!);
  return columns({ x: { data: x, shape: [features] }, labels });
}
