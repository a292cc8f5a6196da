import { TOLERANCE } from "@descent/conformance";
import { rule } from "@descent/core";
import { expect } from "vitest";
import { seedOf } from "../src/codec/codec.ts";
import type { RowGradient } from "../src/index.ts";

/*
 * Rows of a table whose state is kept in fewer bytes, beside a transcription: every operation rounded to float32, then the codec's own
 * rounding, from its definition in arithmetic instead of bits.
 */

/** As torch.optim.SparseAdam's documentation has it: epsilon is added before the second moment is corrected. */
export const sparseAdam = rule({
  id: "torch/sparse-adam",
  title: "SparseAdam",
  paper: "https://arxiv.org/abs/1412.6980",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    p: "p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)",
  },
});

export const codecs = ["bfloat16", "float8"] as const;
type Codec = (typeof codecs)[number];

const [high, wide, block] = [80, 60, 256]; // 60 does not divide 256, so rows share blocks of float8
export const codedOptions = { lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 1e-3 };
const f = Math.fround;

/** The table before its first step. */
export const table = (): { data: Float32Array; shape: readonly number[] } => ({
  data: Float32Array.from({ length: high * wide }, (_, i) => Math.cos(i * i)),
  shape: [high, wide],
});
/** Never row 5, and the others not equally often. */
export const updates: readonly RowGradient[] = Array.from({ length: 9 }, (_, k) => {
  const rows = Array.from({ length: high }, (_, row) => row).filter((row) => (row * 7 + k * k) % 3 === 0 && row !== 5);
  if (k % 2) rows.reverse();
  return {
    rows,
    data: Float32Array.from({ length: rows.length * wide }, (_, i) => Math.sin(k + i * i) * (1 + (i % 5))),
  };
});

const nearest = (x: number, digits: number, least: number): number => {
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x) || 1e-300)), least) - digits);
  return Math.sign(x) * Math.floor(Math.abs(x) / unit + 0.5) * unit;
};
/** Four exponent bits and three digits, or six and two, of numbers whose largest has the largest exponent. */
function float8(numbers: Float32Array): void {
  const most = numbers.reduce((size, x) => Math.max(size, Math.abs(x)), 0);
  const signs = numbers.some((x) => x < 0 || Object.is(x, -0));
  const [last, top, digits, least] = signs ? [1.875, 8, 3, -6] : [1.75, 32, 2, -30];
  const scale = 2 ** (Math.ceil(Math.log2(most / last)) - top);
  for (const [i, x] of numbers.entries()) {
    const code = nearest(x / scale, digits, least);
    numbers[i] = scale * (!signs && x > 0 ? Math.max(code, 2 ** (least - digits)) : code);
  }
}
/** Up where the part that is cut off is above the number's threshold. */
function bfloat16(x: number, seed: number, i: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(x) || 1e-300)) - 7);
  const threshold = ((seed + i * 0x9e37) % 0x10000) / 0x10000;
  const cut = Math.floor(Math.abs(x) / unit);
  return Math.sign(x) * unit * (Math.abs(x) / unit - cut > threshold ? cut + 1 : cut);
}

type Later<T> = T | Promise<T>;
/** An optimizer of the parameter `w`, the table, by `sparseAdam` with `codedOptions` and all state in one codec. */
interface Subject {
  step(update: RowGradient): void;
  /** The table's numbers. */
  numbers(): Later<ArrayLike<number>>;
  /** The state as it is saved. */
  tensors(): Later<Readonly<Record<string, { readonly data: ArrayLike<number> }>>>;
}

/** Takes all steps, and compares state bit for bit after each. */
export async function expectTranscribed(codec: Codec, { step, numbers, tensors }: Subject): Promise<void> {
  const first = table().data;
  const [p, m, v] = [first.slice(), new Float32Array(high * wide), new Float32Array(high * wide)];
  const counts = new Map<number, number>();
  for (const update of updates) {
    step(update);
    const stepped = Array.from(update.rows, (row, k) => {
      const t = (counts.get(row) ?? 0) + 1;
      counts.set(row, t);
      for (let j = 0; j < wide; j++) {
        const [i, g] = [row * wide + j, update.data[k * wide + j]!];
        const { lr, beta1, beta2, eps } = codedOptions;
        m[i] = f(f(f(beta1) * m[i]!) + f(f(1 - beta1) * g));
        v[i] = f(f(f(beta2) * v[i]!) + f(f(1 - beta2) * f(g * g)));
        p[i]! -= (((lr * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)) * m[i]!) / (Math.sqrt(v[i]!) + eps);
      }
      return { row, t };
    });
    for (const [slot, kept] of Object.entries({ m, v }))
      if (codec === "float8") for (let i = 0; i < kept.length; i += block) float8(kept.subarray(i, i + block));
      else
        for (const { row, t } of stepped)
          for (let i = row * wide; i < (row + 1) * wide; i++) kept[i] = bfloat16(kept[i]!, seedOf("w", slot, t), i);
    const saved = await tensors();
    expect(Float32Array.from(saved["m/w"]!.data)).toEqual(m);
    expect(Float32Array.from(saved["v/w"]!.data)).toEqual(v);
  }
  const now = Float32Array.from(await numbers());
  const [moved, off] = [first, now].map((from) => Math.hypot(...p.map((x, i) => x - from[i]!)));
  expect(off).toBeLessThanOrEqual(TOLERANCE * moved!);
  expect(new Set(counts.values()).size).toBeGreaterThan(1);
  expect(now.subarray(5 * wide, 6 * wide)).toEqual(first.subarray(5 * wide, 6 * wide)); // row 5 never came
}
