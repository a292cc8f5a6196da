import { isDrawing, type KernelCall, type Numbers, plainly } from "../kernels/call.ts";
import type { Tensor } from "../memory/tensor.ts";
import type { Runner } from "../wasm/runner.ts";

/** Where a kernel's numbers come from: a tensor, which may move between steps, or an array made for the step. */
export type Source = Tensor | Float32Array;

export const numbersOf = (source: Source): Numbers => ("numbers" in source ? source.numbers : source);
/** Of a matrix that is multiplied, which no codec keeps. */
export const arrayOf = (source: Source): Float32Array => {
  if (!("numbers" in source)) return source;
  return isDrawing(source.numbers) ? plainly(source.numbers) : source.array;
};
export const addressOf = (source: Source): number => ("numbers" in source ? source.address : source.byteOffset);

/** One kernel call of one job, or of several jobs that lie together in memory. */
export interface Task {
  /** None where the interpreter runs it. */
  readonly runner: Runner | undefined;
  readonly call: KernelCall;
  /** The sources of the call's arrays, if those may be others in the next step. */
  readonly loose: readonly Source[] | undefined;
}

/** The arrays of a task that all lie in WebAssembly memories, and their sources. */
export interface Located {
  readonly arrays: Numbers[];
  readonly addresses: Int32Array | undefined;
  readonly sources: readonly Source[];
}

/** Looks up where the arrays are now. */
export function locate({ arrays, addresses, sources }: Located): void {
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]!;
    arrays[i] = numbersOf(source);
    if (addresses) addresses[i] = addressOf(source);
  }
}
