import type { Kernel } from "./kernel.ts";

/** One loop with what it runs on. */
export interface Run {
  readonly kernel: Kernel;
  /** A loop that is not by rows has one row, of all elements. */
  readonly rows: number;
  readonly cols: number;
  /** One per buffer: rows × cols numbers, or cols of them where the buffer is per column. */
  readonly arrays: readonly Float32Array[];
  /** One per argument: a number, or one number per row. */
  readonly args: readonly (number | Float32Array)[];
  /** One per sum, with one element or one per row; then one per sum by column. They are added to. */
  readonly sums: readonly Float64Array[];
}
