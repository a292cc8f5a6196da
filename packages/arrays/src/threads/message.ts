import type { CompiledKernel } from "../wasm/runner.ts";

/** A message to a worker: how to begin, a table that replaces the one before, or one more kernel. `opener` is the module that opens libraries of machine code. */
export type Message =
  | { readonly state: SharedArrayBuffer; readonly thread: number; readonly opener: string | undefined }
  | { readonly table: SharedArrayBuffer }
  | { readonly kernel: CompiledKernel };
