import type { wasm } from "@descent/core/kernels";

/** How a kernel in WebAssembly gets the numbers of one buffer, and keeps its new ones, where they are not float32 in memory. */
export interface Keeping {
  /** How many words behind a kernel's arguments say where the numbers are, besides the buffer's pointer. */
  readonly words: number;
  /** Before the first number: takes the words. */
  begin(word: (i: number) => wasm.I32): wasm.Body;
  /** Before sixteen numbers, or the fewer that are left at the end. */
  sixteen?(): wasm.Body;
  /** Four numbers, `turn` times four after the pointer. */
  read(turn: number, where: Where): wasm.V128;
  /** Stores four numbers, `turn` times four after the pointer; in the rest the others are zeros where fewer are left. */
  write?(turn: number, value: wasm.V128, where: Where): wasm.Body;
  /** Goes on by that many numbers. */
  forward(numbers: number, where: Where): wasm.Body;
  /** Around 256 numbers, or the fewer at the end, for what takes them together; `part` is not zero where they are fewer. */
  readonly block?: {
    open(part: wasm.I32): wasm.Body;
    /** Not zero where the block that was opened is of the usual kind. */
    usual(): wasm.I32;
    close(): wasm.Body;
  };
}

/** Where numbers are: among sixteen, among sixteen of a whole block of the usual kind, or in the rest, where fewer than four may be left. */
export type Where = "middle" | "usual" | "rest";
