/** A kernel in machine code, called as a WebAssembly kernel is: `frame` and `sums` are addresses in the memory. */
export type Code = (memory: Uint8Array, frame: number, sums: number) => void;

/** A kernel that was compiled: its code in this thread, and the library that other threads open. */
export interface CompiledCode {
  /** The code, loaded in this thread. */
  readonly code: Code;
  /**
   * The same on several threads, where there are any: sums, taken by chunks of so many numbers, are added to those that lie at `sums`.
   * Returns false, and does nothing, where memory has run out.
   */
  readonly shared?: ((memory: Uint8Array, frame: number, sums: number, chunk: number) => boolean) | undefined;
  /** The path of the library. */
  readonly library: string;
}
