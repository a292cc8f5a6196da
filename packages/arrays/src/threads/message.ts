import type { CompiledKernel } from "../wasm/runner.ts";

/** A message to a worker: how to begin, a table that replaces the one before, or one more kernel. */
export type Message =
  | { readonly state: SharedArrayBuffer; readonly thread: number }
  | { readonly table: SharedArrayBuffer }
  | { readonly kernel: CompiledKernel };
