import { OptimizerError, type Parameter } from "@descent/core";
import { type Backend, type Job, type Shape, size } from "@descent/core/adapter";
import {
  COPY_DST,
  COPY_SRC,
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuDevice,
  MAP_READ,
  READ,
  STORAGE,
  type View,
} from "./gpu.ts";
import { encode, Stepper } from "./stepper.ts";

/** Slots that share a buffer, which goes with the last of them. */
interface Arena {
  readonly buffer: GpuBuffer;
  live: number;
}

/** What the loop calls a tensor: a view of a buffer, or the promise of one that is given its memory with all others. */
export class Tensor implements View {
  readonly length: number;
  #view: { readonly buffer: GpuBuffer; readonly offset: number } | undefined;
  arena: Arena | undefined;

  constructor(length: number, buffer?: GpuBuffer, offset = 0) {
    this.length = length;
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

/** Slots begin at whole vectors of four floats. */
const BLOCK = 16;
const up = (n: number, unit: number): number => Math.ceil(n / unit) * unit;
/** Floats that are written to the device at a time. */
const CHUNK = 2 ** 18;

/** Why a device can be used no more, once it cannot. One listener serves all optimizers of a device. */
const ends = new WeakMap<object, { reason: string | undefined }>();
function endOf(device: GpuDevice): { readonly reason: string | undefined } {
  const known = ends.get(device);
  if (known) return known;
  const end: { reason: string | undefined } = { reason: undefined };
  ends.set(device, end);
  void device.lost.then(({ reason, message }) => {
    end.reason = `The GPU device was lost (${[reason, message].filter(Boolean).join(": ")}), and with it parameters and state. Ask for a new device, make a new optimizer and load the last state that was saved.`;
  });
  return end;
}

/** Runs programs over buffers of a WebGPU device, by shaders made from their equations. */
export class WebgpuBackend implements Backend<Tensor> {
  readonly name = "webgpu";
  readonly device: GpuDevice;
  readonly #stepper: Stepper;
  readonly #end: { readonly reason: string | undefined };
  readonly #pending = new Map<Tensor, number>();
  #encoder: GpuCommandEncoder | undefined;
  #watching = false;
  #refused: string | undefined;

  constructor(device: GpuDevice) {
    this.device = device;
    this.#end = endOf(device);
    this.#stepper = new Stepper(device, () => this.#watch());
  }

  /** Throws if the device is lost, or has refused what was asked of it. */
  alive(): void {
    const why = this.#end.reason ?? this.#refused;
    if (why !== undefined) throw new OptimizerError(why);
  }

  slot(_: Parameter, shape: Shape, fill: number): Tensor {
    const tensor = new Tensor(size(shape));
    this.#pending.set(tensor, fill);
    return tensor;
  }

  /** Gives every slot that was asked for its memory: all in one buffer, where the device has such large ones. */
  settle(): void {
    if (this.#pending.size === 0) return;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const pending = [...this.#pending].filter(([{ length }]) => length > 0);
    for (let i = 0; i < pending.length; ) {
      const inside: { readonly tensor: Tensor; readonly fill: number; readonly offset: number }[] = [];
      let bytes = 0;
      for (; i < pending.length; i++) {
        const [tensor, fill] = pending[i]!; // within the length
        const more = up(4 * tensor.length, BLOCK);
        if (bytes > 0 && bytes + more > most) break;
        inside.push({ tensor, fill, offset: bytes });
        bytes += more;
      }
      if (bytes > maxBufferSize)
        throw new OptimizerError(
          `State of ${bytes} bytes for one tensor, and buffers of this device hold ${maxBufferSize}. Ask for the device with requiredLimits: { maxBufferSize: ${bytes} }.`,
        );
      this.#watch();
      const arena: Arena = { buffer: this.#buffer("state", bytes, STORAGE | COPY_SRC | COPY_DST), live: inside.length };
      for (const { tensor, fill, offset } of inside) {
        tensor.put(arena.buffer, offset);
        tensor.arena = arena;
        if (fill !== 0) this.#fill(tensor, fill); // buffers are made of zeros
      }
    }
    this.#pending.clear();
    this.#attend();
  }

  /** Gives a slot its numbers. */
  write(tensor: Tensor, data: Float32Array): void {
    this.settle();
    if (tensor.length === 0) return;
    const own = data.buffer instanceof ArrayBuffer ? (data as Float32Array<ArrayBuffer>) : data.slice(); // by the test
    this.device.queue.writeBuffer(tensor.buffer, tensor.offset, own);
  }

  #fill(tensor: Tensor, fill: number): void {
    const chunk = new Float32Array(Math.min(CHUNK, tensor.length)).fill(fill);
    for (let at = 0; at < tensor.length; at += chunk.length) {
      const many = Math.min(chunk.length, tensor.length - at);
      this.device.queue.writeBuffer(tensor.buffer, tensor.offset + 4 * at, chunk.subarray(0, many));
    }
  }

  free(tensor: Tensor): void {
    if (this.#pending.delete(tensor)) return;
    const { arena } = tensor;
    if (arena && --arena.live === 0) arena.buffer.destroy();
    tensor.arena = undefined;
  }

  /** Lets `step` record what it runs into an encoder instead of submitting it. */
  into(encoder: GpuCommandEncoder, step: () => void): void {
    this.#encoder = encoder;
    try {
      step();
    } finally {
      this.#encoder = undefined;
    }
  }

  run(jobs: readonly Job<Tensor>[]): void {
    try {
      this.settle();
      const dispatches = this.#stepper.prepare(jobs, this.#encoder && ((numbers) => this.#filled(numbers)));
      if (dispatches.length === 0) return;
      const encoder = this.#encoder ?? this.device.createCommandEncoder({ label: "descent" });
      const pass = encoder.beginComputePass();
      encode(pass, dispatches);
      pass.end();
      if (!this.#encoder) this.device.queue.submit([encoder.finish()]);
    } finally {
      this.#attend();
    }
  }

  /** Copies of tensors, as they are when the device comes to it. */
  async read(tensors: readonly Tensor[]): Promise<Float32Array[]> {
    this.settle();
    const { device } = this;
    const full = tensors.filter(({ length }) => length > 0);
    const staging: { readonly buffer: GpuBuffer; readonly tensor: Tensor }[] = [];
    const encoder = device.createCommandEncoder({ label: "descent" });
    for (const tensor of full) {
      const buffer = this.#buffer("copy", 4 * tensor.length, COPY_DST | MAP_READ);
      encoder.copyBufferToBuffer(tensor.buffer, tensor.offset, buffer, 0, 4 * tensor.length);
      staging.push({ buffer, tensor });
    }
    device.queue.submit([encoder.finish()]);
    const copies = new Map<Tensor, Float32Array>();
    try {
      await Promise.all(staging.map(({ buffer }) => buffer.mapAsync(READ)));
      for (const { buffer, tensor } of staging) copies.set(tensor, new Float32Array(buffer.getMappedRange()).slice());
    } catch (cause) {
      this.alive();
      throw cause;
    } finally {
      for (const { buffer } of staging) buffer.destroy();
    }
    return tensors.map((t) => copies.get(t) ?? new Float32Array(0));
  }

  dispose(): void {
    this.#stepper.dispose();
  }

  /** A buffer of a recorded step, which goes with it. */
  #filled(numbers: ArrayBuffer): GpuBuffer {
    this.#watch();
    const { byteLength } = numbers;
    const buffer = this.device.createBuffer({
      label: "descent: table",
      size: byteLength,
      usage: STORAGE,
      mappedAtCreation: true,
    });
    new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(numbers));
    buffer.unmap();
    return buffer;
  }

  #buffer(label: string, bytes: number, usage: number): GpuBuffer {
    return this.device.createBuffer({ label: `descent: ${label}`, size: bytes, usage, mappedAtCreation: false });
  }

  /** From here to `#attend`, what the device refuses is remembered. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    for (const filter of ["validation", "out-of-memory"] as const) this.device.pushErrorScope(filter);
  }

  #attend(): void {
    if (!this.#watching) return;
    this.#watching = false;
    for (let i = 0; i < 2; i++)
      this.device.popErrorScope().then(
        (error) => {
          if (error)
            this.#refused ??= `The GPU device refused a step, and parameters may not have been updated: ${error.message}`;
        },
        () => {}, // the device is lost, which is told of elsewhere
      );
  }
}
