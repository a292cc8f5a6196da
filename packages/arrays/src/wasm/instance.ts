/* WebAssembly's objects by structure, so users of this package do not need DOM types for its declarations. */

/** A WebAssembly.Memory. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
}

/** Whether threads can share a memory. By tag: a memory of another realm is as good. */
export const isShared = ({ buffer }: Memory): boolean =>
  Object.prototype.toString.call(buffer) === "[object SharedArrayBuffer]";

/** A WebAssembly.Module. */
export type Module = object;

/** The exports of a module in a memory. */
export const instantiate = (module: Module, memory: Memory, imports: object = {}): Readonly<Record<string, unknown>> =>
  new WebAssembly.Instance(module as WebAssembly.Module, { m: { m: memory as WebAssembly.Memory, ...imports } })
    .exports; // they are what they stand for
