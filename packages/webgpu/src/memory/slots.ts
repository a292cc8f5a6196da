import { type Codec, coded, encode } from "@descent/arrays/engine";
import { OptimizerError } from "@descent/core";
import type { Start } from "@descent/core/adapter";
import { bytesOf, COPY_DST, COPY_SRC, type GpuDevice, STORAGE, up } from "../device/gpu.ts";
import { type Arena, Tensor } from "./tensor.ts";

/** Slots begin at whole vectors of four floats. */
const ALIGNMENT = 16;
/** Floats that are written to the device at a time. */
const CHUNK = 2 ** 18;

/** A promised slot, and where in a buffer it will begin. */
interface Placed {
  readonly tensor: Tensor;
  readonly start: Start<Tensor>;
  readonly offset: number;
}

/** The memory of state tensors. Slots are promised first and given memory together, so that they lie side by side. */
export class Slots {
  readonly #device: GpuDevice;
  readonly #pending = new Map<Tensor, Start<Tensor>>();

  constructor(device: GpuDevice) {
    this.#device = device;
  }

  /** A slot of `length` numbers, kept by a codec if there is one, without memory yet. */
  promise(length: number, start: Start<Tensor>, codec?: Codec): Tensor {
    const tensor = new Tensor(length, undefined, 0, codec);
    this.#pending.set(tensor, start);
    return tensor;
  }

  /**
   * Gives all promised slots their memory: in one buffer, where the device allows one that large. On an error they are still
   * promised. `asking` is called before anything is asked of the device that it could refuse. Returns the slots of codes that begin
   * as another tensor, which shaders encode.
   */
  settle(asking: () => void): readonly { readonly tensor: Tensor; readonly of: Tensor }[] {
    if (this.#pending.size === 0) return [];
    const layouts = this.#layouts();
    if (layouts.length > 0) asking();
    const made: { readonly arena: Arena; readonly inside: readonly Placed[] }[] = [];
    try {
      for (const { bytes, inside } of layouts) {
        const usage = STORAGE | COPY_SRC | COPY_DST;
        const buffer = this.#device.createBuffer({
          label: "descent: state",
          size: bytes,
          usage,
          mappedAtCreation: false,
        });
        made.push({ arena: { buffer, live: inside.length }, inside });
      }
    } catch (error) {
      for (const { arena } of made) arena.buffer.destroy();
      throw error;
    }
    const unset: { readonly tensor: Tensor; readonly of: Tensor }[] = [];
    for (const { arena, inside } of made)
      for (const { tensor, start, offset } of inside) {
        tensor.put(arena.buffer, offset);
        tensor.arena = arena;
        if (typeof start === "number") {
          if (start !== 0) this.#fill(tensor, start); // buffers are made of zeros
        } else if (start instanceof Float32Array) this.write(tensor, start);
        else if (tensor.coded) unset.push({ tensor, of: start.of });
        else this.#copy(start.of, tensor);
      }
    this.#pending.clear();
    return unset;
  }

  /** The promised slots by the buffer they will lie in. Throws where one is larger than any buffer. */
  #layouts(): readonly { readonly bytes: number; readonly inside: readonly Placed[] }[] {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const layouts: { bytes: number; readonly inside: Placed[] }[] = [];
    /** The last ones of numbers, and of codes: a shader sees a buffer as one or the other. */
    const open = new Map<boolean, (typeof layouts)[number]>();
    for (const [tensor, start] of this.#pending) {
      if (tensor.length === 0) continue;
      const bytes = up(bytesOf(tensor), ALIGNMENT);
      if (bytes > maxBufferSize)
        throw new OptimizerError(
          `The state of one tensor takes ${bytes} bytes, but buffers of this device hold at most ${maxBufferSize}. Request the device with requiredLimits: { maxBufferSize: ${bytes} }.`,
        );
      const kind = tensor.coded !== undefined;
      let last = open.get(kind);
      if (!last || last.bytes + bytes > most) {
        layouts.push((last = { bytes: 0, inside: [] }));
        open.set(kind, last);
      }
      last.inside.push({ tensor, start, offset: last.bytes });
      last.bytes += bytes;
    }
    return layouts;
  }

  /** Gives a slot its numbers. */
  write(tensor: Tensor, data: Float32Array): void {
    if (tensor.length === 0) return;
    if (tensor.coded) {
      const bytes = new ArrayBuffer(bytesOf(tensor));
      encode(coded(tensor.coded.codec, tensor.length, bytes, 0), 0, tensor.length, data);
      this.#device.queue.writeBuffer(tensor.buffer, tensor.offset, bytes);
      return;
    }
    const own = data.buffer instanceof ArrayBuffer ? (data as Float32Array<ArrayBuffer>) : data.slice(); // by the test
    this.#device.queue.writeBuffer(tensor.buffer, tensor.offset, own);
  }

  #copy(from: Tensor, to: Tensor): void {
    const encoder = this.#device.createCommandEncoder({ label: "descent: state" });
    encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, 4 * to.length);
    this.#device.queue.submit([encoder.finish()]);
  }

  #fill(tensor: Tensor, fill: number): void {
    if (tensor.coded) {
      this.write(tensor, new Float32Array(tensor.length).fill(fill));
      return;
    }
    const chunk = new Float32Array(Math.min(CHUNK, tensor.length)).fill(fill);
    for (let start = 0; start < tensor.length; start += chunk.length) {
      const many = Math.min(chunk.length, tensor.length - start);
      this.#device.queue.writeBuffer(tensor.buffer, tensor.offset + 4 * start, chunk.subarray(0, many));
    }
  }

  free(tensor: Tensor): void {
    if (this.#pending.delete(tensor)) return;
    const { arena } = tensor;
    if (arena && --arena.live === 0) arena.buffer.destroy();
    tensor.arena = undefined;
  }
}
