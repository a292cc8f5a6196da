import type { Codec } from "@descent/arrays/engine";
import type { GpuBuffer, View } from "../device/gpu.ts";

/** Slots that share a buffer, which is destroyed with the last of them. */
export interface Arena {
  readonly buffer: GpuBuffer;
  live: number;
}

/** A tensor as the optimizer's loop knows it: a view of a buffer, or the promise of one until all slots are given memory at once. */
export class Tensor implements View {
  readonly length: number;
  #view: { readonly buffer: GpuBuffer; readonly offset: number } | undefined;
  arena: Arena | undefined;
  /** How a codec keeps its numbers, if one does. */
  readonly coded: { readonly codec: Codec; seed: number } | undefined;
  /** Of the rows of such a tensor, for one step: the seed by which they are encoded again. */
  encoding: { seed: number } | undefined;

  constructor(length: number, buffer?: GpuBuffer, offset = 0, codec?: Codec) {
    this.length = length;
    this.coded = codec && { codec, seed: 0 };
    if (buffer) this.put(buffer, offset);
  }
  put(buffer: GpuBuffer, offset: number): void {
    this.#view = { buffer, offset };
  }
  get buffer(): GpuBuffer {
    return this.#view!.buffer; // tensors of a job have been given theirs
  }
  get offset(): number {
    return this.#view!.offset; // as above
  }
}
