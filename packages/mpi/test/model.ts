import { stream } from "@descent/initializers";

/** A classifier by hand: tanh(x w1) w2, squared error. Examples are drawn by their index, so any split sees the same ones. */
const [INPUTS, HIDDEN, BATCH] = [8, 16, 48] as const;

export interface Model {
  readonly w1: Float32Array<ArrayBuffer>;
  readonly w2: Float32Array<ArrayBuffer>;
}

export const model = (seed: number): Model => {
  const draw = (name: string, length: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length }, (_, i) => 0.4 * stream(seed, name).normal(i));
  return { w1: draw("w1", INPUTS * HIDDEN), w2: draw("w2", HIDDEN) };
};

interface Example {
  readonly x: readonly number[];
  readonly y: number;
}

/** This rank's share of the batch of a step. */
export function batch(step: number, rank: number, size: number): Example[] {
  const data = stream(99, "data");
  return Array.from({ length: BATCH }, (_, n) => n)
    .filter((n) => n % size === rank)
    .map((n) => {
      const x = Array.from({ length: INPUTS }, (_, i) => data.normal((step * BATCH + n) * INPUTS + i));
      return { x, y: Math.sin(x[0]! + 0.5 * x[1]!) };
    });
}

/** The gradient of the mean error over some examples. */
export function gradients({ w1, w2 }: Model, examples: readonly Example[]): Model {
  const [g1, g2] = [new Float64Array(w1.length), new Float64Array(w2.length)];
  for (const { x, y } of examples) {
    const hidden = Array.from({ length: HIDDEN }, (_, h) =>
      Math.tanh(x.reduce((sum, v, i) => sum + v * w1[i * HIDDEN + h]!, 0)),
    );
    const error = (hidden.reduce((sum, v, h) => sum + v * w2[h]!, 0) - y) / examples.length;
    for (const [h, v] of hidden.entries()) {
      g2[h]! += error * v;
      const back = error * w2[h]! * (1 - v * v);
      for (const [i, input] of x.entries()) g1[i * HIDDEN + h]! += back * input;
    }
  }
  return { w1: Float32Array.from(g1), w2: Float32Array.from(g2) };
}
