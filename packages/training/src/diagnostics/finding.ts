/** The names of things that can be wrong with a training. */
export type FindingName =
  | "vanishing-gradients"
  | "exploding-gradients"
  | "no-gradient"
  | "frozen"
  | "dead-units"
  | "saturated-units"
  | "inputs-not-normalized"
  | "sorted-data"
  | "misaligned-labels"
  | "rate-too-high"
  | "no-warm-up"
  | "too-much-decay"
  | "half-overflow"
  | "not-finite"
  | "loss-spike"
  | "divergence"
  | "plateau";

/** Something wrong with a training: its name, the numbers that show it, and what to do about it. */
export interface Finding {
  readonly name: FindingName;
  /** The update at which it was seen; 1 is the first. */
  readonly step: number;
  /** The layer or parameter, if it is one. */
  readonly subject?: string | undefined;
  /** The numbers that show it, by name. */
  readonly evidence: Readonly<Record<string, number>>;
  /** The evidence in words, and the advice, in one sentence: "gradients of `dense_1` are 3e-9 of those of `dense_9`: vanishing; use …". */
  readonly text: string;
}

/** A finding before its step is known. */
export type Symptom = Omit<Finding, "step">;

/** A number with three digits: 0.00312, 3.1e-9, 1,204. */
export function brief(x: number): string {
  const size = Math.abs(x);
  if (x === 0 || !Number.isFinite(x)) return String(x);
  if (size < 1e-3 || size >= 1e6) return x.toExponential(1).replace(/\.0(?=e)/, "").replace("e+", "e"); // biome-ignore format: one step
  return Number(x.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });
}

/** A part as percents. */
export const percents = (part: number): string => `${Number((100 * part).toPrecision(3))} %`;

export const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

export function median(xs: readonly number[]): number {
  const sorted = [...xs].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
