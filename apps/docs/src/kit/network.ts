import { type Initializer, initialize, layouts } from "@descent/initializers";

/** A nonlinearity by name, and its derivative by its value. */
const activations: Readonly<
  Record<string, { readonly f: (x: number) => number; readonly slope: (y: number) => number }>
> = {
  sigmoid: { f: (x) => 1 / (1 + Math.exp(-x)), slope: (y) => y * (1 - y) },
  tanh: { f: Math.tanh, slope: (y) => 1 - y * y },
  relu: { f: (x) => Math.max(0, x), slope: (y) => (y > 0 ? 1 : 0) },
  linear: { f: (x) => x, slope: () => 1 },
};

/** The outcome of a look at some samples. */
export interface Look {
  readonly loss: number;
  /** The share that is right. */
  readonly right: number;
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** A network of dense layers for classes, with its gradient by the chain rule. Weights are `w0`, `b0`, `w1`, …; a kernel is [in, out]. */
export class Network {
  readonly weights: Record<string, Float32Array> = {};
  readonly sizes: readonly number[];
  readonly #f: (typeof activations)[string];

  constructor(sizes: readonly number[], activation: string, kernel: Initializer, seed = 1) {
    this.sizes = sizes;
    this.#f = activations[activation]!; // one of them
    for (let l = 0; l + 1 < sizes.length; l++) {
      const shape = [sizes[l]!, sizes[l + 1]!];
      this.weights[`w${l}`] = Float32Array.from(
        initialize({ name: `w${l}`, shape, axes: layouts.dense }, kernel, seed),
      );
      this.weights[`b${l}`] = new Float32Array(sizes[l + 1]!);
    }
  }

  get depth(): number {
    return this.sizes.length - 1;
  }

  /** The outputs of each layer for one sample, the sample itself first. The last layer has no nonlinearity. */
  outputs(x: ArrayLike<number>): Float64Array[] {
    const all = [Float64Array.from(x)];
    for (let l = 0; l < this.depth; l++) {
      const [below, w, b] = [all[l]!, this.weights[`w${l}`]!, this.weights[`b${l}`]!];
      const out = Float64Array.from(b);
      for (let i = 0; i < below.length; i++) {
        const v = below[i]!;
        if (v !== 0) for (let j = 0; j < out.length; j++) out[j]! += v * w[i * out.length + j]!;
      }
      if (l + 1 < this.depth) for (let j = 0; j < out.length; j++) out[j] = this.#f.f(out[j]!);
      all.push(out);
    }
    return all;
  }

  /** Mean cross-entropy over samples, with its gradient by every weight unless `gradient` is false. */
  look(samples: readonly { readonly x: ArrayLike<number>; readonly label: number }[], gradient = true): Look {
    const gradients = Object.fromEntries(
      Object.entries(this.weights).map(([name, w]) => [name, new Float32Array(w.length)]),
    );
    let [loss, right] = [0, 0];
    for (const { x, label } of samples) {
      const all = this.outputs(x);
      const scores = all.at(-1)!; // the input at least
      const top = Math.max(...scores);
      const sum = scores.reduce((s, v) => s + Math.exp(v - top), 0);
      loss += Math.log(sum) + top - scores[label]!;
      if (scores.indexOf(top) === label) right++;
      if (!gradient) continue;
      const start = scores.map((v, j) => (Math.exp(v - top) / sum - (j === label ? 1 : 0)) / samples.length);
      this.back(all, start, (l, i, width, delta) => {
        const [gw, gb] = [gradients[`w${l}`]!, gradients[`b${l}`]!];
        const v = all[l]![i]!;
        if (v !== 0) for (let j = 0; j < width; j++) gw[i * width + j]! += v * delta[j]!;
        if (i === 0) for (let j = 0; j < width; j++) gb[j]! += delta[j]!;
      });
    }
    return { loss: loss / samples.length, right: right / samples.length, gradients };
  }

  /** Carries a gradient by the outputs back; `visit` is called for each input of each layer. Returns the gradients by each layer's output. */
  back(
    all: readonly Float64Array[],
    start: Float64Array,
    visit?: (layer: number, input: number, width: number, delta: Float64Array) => void,
  ): Float64Array[] {
    const deltas = [start];
    let delta = start;
    for (let l = this.depth - 1; l >= 0; l--) {
      const [below, w] = [all[l]!, this.weights[`w${l}`]!];
      const next = new Float64Array(below.length);
      for (let i = 0; i < below.length; i++) {
        visit?.(l, i, delta.length, delta);
        let sum = 0;
        for (let j = 0; j < delta.length; j++) sum += delta[j]! * w[i * delta.length + j]!;
        next[i] = l > 0 ? sum * this.#f.slope(below[i]!) : sum;
      }
      delta = next;
      deltas.unshift(delta);
    }
    return deltas;
  }
}

/** The length of a vector. */
export const lengthOf = (v: ArrayLike<number>): number => Math.sqrt(Array.from(v).reduce((s, x) => s + x * x, 0));
