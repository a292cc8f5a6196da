import type { ExprOf, Reduction } from "@descent/core/graph";
import type { KernelCall } from "./call.ts";

/* How reductions gather numbers: sums from 0, the largest from -Infinity. */

/** The value of a reduction before any number. */
export const nothing = ({ op }: ExprOf<Reduction>): number => (op === "largest" ? Number.NEGATIVE_INFINITY : 0);

/** Two parts of a reduction as one. */
export const join = ({ op }: ExprOf<Reduction>, a: number, b: number): number =>
  op === "largest" ? Math.max(a, b) : a + b;

/** A reduction with one more number. */
export function gather({ op }: ExprOf<Reduction>, so: number, x: number): number {
  if (op === "largest") return Math.max(so, x);
  return so + (op === "sumsq" ? x * x : x);
}

/** The reductions that a kernel takes, as its accumulators lie. */
export const reductionsOf = ({ kernel: { sums, columnSums } }: KernelCall): readonly ExprOf<Reduction>[] => [
  ...sums,
  ...columnSums,
];
