import type { Rule } from "./protocol.ts";

/** The arrays of one tensor. */
export interface Arrays {
  readonly p: Float32Array;
  readonly g: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** Step `t` of all tensors, at the rate `lr`. */
export type Step = (tensors: readonly Arrays[], t: number, lr: number) => void;

const [B1, B2, EPS, DECAY] = [0.9, 0.999, 1e-8, 0.01];

/** AdamW on one tensor with scaled gradients. Everything that can be is hoisted out of the loop. */
function adamw({ p, g, m, v }: Arrays, scale: number, t: number, lr: number): void {
  const [rate, root, keep] = [lr / (1 - B1 ** t), 1 / Math.sqrt(1 - B2 ** t), 1 - lr * DECAY];
  for (let i = 0; i < p.length; i++) {
    const x = g[i]! * scale;
    const a = B1 * m[i]! + (1 - B1) * x;
    const b = B2 * v[i]! + (1 - B2) * x * x;
    m[i] = a;
    v[i] = b;
    p[i] = keep * p[i]! - (rate * a) / (Math.sqrt(b) * root + EPS);
  }
}
function momentum({ p, g, m }: Arrays, lr: number): void {
  for (let i = 0; i < p.length; i++) {
    const sum = 0.9 * m[i]! + g[i]!;
    m[i] = sum;
    p[i] = p[i]! - lr * sum;
  }
}
function lion({ p, g, m }: Arrays, lr: number): void {
  const keep = 1 - lr * DECAY;
  for (let i = 0; i < p.length; i++) {
    const [x, before] = [g[i]!, m[i]!];
    p[i] = keep * p[i]! - lr * Math.sign(0.9 * before + 0.1 * x);
    m[i] = 0.99 * before + 0.01 * x;
  }
}
/** `u` holds the step until its length is known. */
function lamb({ p, g, m, v }: Arrays, u: Float32Array, t: number, lr: number): void {
  const [first, root] = [1 / (1 - B1 ** t), 1 / Math.sqrt(1 - B2 ** t)];
  let [pp, uu] = [0, 0];
  for (let i = 0; i < p.length; i++) {
    const x = g[i]!;
    const a = B1 * m[i]! + (1 - B1) * x;
    const b = B2 * v[i]! + (1 - B2) * x * x;
    m[i] = a;
    v[i] = b;
    const y = (a * first) / (Math.sqrt(b) * root + 1e-6) + DECAY * p[i]!;
    u[i] = y;
    pp += p[i]! * p[i]!;
    uu += y * y;
  }
  const rate = lr * (pp > 0 && uu > 0 ? Math.sqrt(pp / uu) : 1);
  for (let i = 0; i < p.length; i++) p[i] = p[i]! - rate * u[i]!;
}
function squares(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return sum;
}
let scratch: Float32Array = new Float32Array(0);

/** The rules as people write them by hand in JavaScript. */
export const byHand: Readonly<Record<Rule, Step>> = {
  adamw: (tensors, t, lr) => {
    for (const one of tensors) adamw(one, 1, t, lr);
  },
  momentum: (tensors, _, lr) => {
    for (const one of tensors) momentum(one, lr);
  },
  lion: (tensors, _, lr) => {
    for (const one of tensors) lion(one, lr);
  },
  lamb: (tensors, t, lr) => {
    for (const one of tensors) {
      if (scratch.length < one.p.length) scratch = new Float32Array(one.p.length);
      lamb(one, scratch, t, lr);
    }
  },
  clip: (tensors, t, lr) => {
    let sum = 0;
    for (const { g } of tensors) sum += squares(g);
    for (const one of tensors) adamw(one, Math.min(1, 1 / Math.sqrt(sum)), t, lr);
  },
  // A copy is as fast as memory in any engine: two numbers read, two written.
  limit: (tensors) => {
    for (const { p, g, m, v } of tensors) {
      p.set(g);
      m.set(v);
    }
  },
};
