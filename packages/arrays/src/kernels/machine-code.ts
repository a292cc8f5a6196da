/** A kernel in machine code, called as a WebAssembly kernel is: `frame` and `sums` are addresses in the memory. */
export type Code = (memory: Uint8Array, frame: number, sums: number) => void;

/**
 * The same on any number of elements and on that many threads. Arrays take the place of buffers of the memory, where they are not
 * null. Sums, taken by chunks of so many numbers, are added to those that lie at `sums`. Returns 0, and does nothing, if memory for
 * sums runs out.
 */
export type WholeCode = (
  memory: Uint8Array,
  frame: number,
  sums: number,
  chunk: number,
  threads: number,
  ...arrays: (Float32Array | null)[]
) => number;

/** A kernel that was compiled: its code in this thread, and the library that other threads open. */
export interface CompiledCode {
  /** The code, loaded in this thread. */
  readonly code: Code;
  /** The code for loops of any length and arrays that lie anywhere. */
  readonly whole: WholeCode;
  /** How many threads a long loop is for. */
  readonly threads: number;
  /** The path of the library. */
  readonly library: string;
}
