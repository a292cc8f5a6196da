import { type Drawing, drawn } from "@descent/core/adapter";
import type { Kernel } from "@descent/core/kernels";
import { type Coded, decoded } from "../codec/codec.ts";
import type { CompiledCode } from "./machine-code.ts";

/**
 * The order of every sum, the same in both engines and for any number of threads: elements are taken in chunks of
 * 16384 from the start of the tensor (of the row, where the sum's operand depends on values by row or column); within a
 * chunk lane k of four adds the elements i ≡ k (mod 4) in float64, squares included; the chunk is
 * (lane0 + lane1) + (lane2 + lane3); chunks are added in order (rows within 16384 columns first), then the tensors
 * of a model in the order of their names. A sum per column adds its rows in order.
 */
export const CHUNK = 16384;

/** Fewer elements are done before a second thread has woken up. */
export const WORTH_SHARING = 262_144;

/** Numbers that a kernel reads or stores: as they are, as a codec keeps them, or to be drawn. */
export type Numbers = Float32Array | Coded | Drawing;

/** Whether numbers are in memory as they are. Asking an array for its buffer would be slower. */
export const isPlain = (x: Numbers): x is Float32Array => "buffer" in x;
export const isDrawing = (x: Numbers): x is Drawing => "distribution" in x;
export const isCoded = (x: Numbers): x is Coded => "codec" in x;

/** Numbers as they are. */
export const plainly = (x: Numbers): Float32Array => (isPlain(x) ? x : isDrawing(x) ? drawn(x) : decoded(x));

/** A kernel with what it runs on. */
export interface KernelCall {
  readonly kernel: Kernel;
  /** The kernel in machine code, where that was asked for and there is such. */
  readonly code?: CompiledCode | undefined;
  /** One row of all elements, unless the kernel runs by rows. */
  readonly rows: number;
  readonly cols: number;
  /** One per buffer: rows × cols numbers, or cols of them where the buffer is per column. */
  readonly arrays: readonly Numbers[];
  /** Their addresses, if all of them lie in the memory in which the kernel runs. */
  readonly addresses?: Int32Array | undefined;
  /** One per argument: a number, or one number per row. */
  readonly args: readonly (number | Float32Array)[];
  /** The accumulators of sums: one per sum, with one element or one per row; then one per sum by column. */
  readonly accumulators: readonly Float64Array[];
}
