import { seedOf } from "@descent/arrays/engine";
import type { Job } from "@descent/core/adapter";
import { isMatrixOp, type Program, topological } from "@descent/core/graph";
import {
  COPY_DST,
  type Dispatch,
  decodeRows,
  encode,
  encodeRows,
  type GpuBuffer,
  type GpuComputePass,
  type GpuDevice,
  STORAGE,
  Stepper,
  type View,
} from "@descent/webgpu/engine";
import {
  type DataType,
  engine,
  env,
  type KernelBackend,
  type Tensor,
  type TensorInfo,
  tidy,
  type Variable,
  variable,
} from "@tensorflow/tfjs-core";
import { keptOf } from "../coded.ts";
import type { CodedRows } from "../rows.ts";
import { allFloats, type Detect, type Fused } from "./fused.ts";

/** tfjs-backend-webgpu 4's record of a tensor. */
interface TensorData {
  readonly resource?: GpuBuffer | null;
  readonly external?: boolean;
  readonly refCount: number;
  values?: unknown;
}

/** The part of tfjs-backend-webgpu 4 that is used here. */
interface WebGPUBackend extends KernelBackend {
  readonly device: GpuDevice;
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GpuBuffer };
  readonly uniformPendingDisposal: GpuBuffer[];
  commandEncoder: {
    beginComputePass(descriptor: object): GpuComputePass;
    copyBufferToBuffer(from: unknown, fromOffset: number, to: unknown, toOffset: number, size: number): unknown;
  } | null;
  computePassEncoder: GpuComputePass | null;
  dispatchCountInPass: number;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeTensorInfo(shape: readonly number[], dtype: DataType): TensorInfo;
}

/**
 * One dispatch for each variable (and a few for the sums of all) in tfjs's own compute pass, in place: commands run in
 * the order in which they are recorded, so earlier reads of a variable still see its old numbers.
 */
class WebGPUUpdates implements Fused {
  readonly rows: CodedRows = {
    decode: (slot, rows, height) => this.#decode(slot, rows, height),
    encode: (part, rows, slot, height, seed) => this.#encode(part, rows, slot, height, seed),
  };
  readonly #backend: WebGPUBackend;
  readonly #stepper: Stepper;
  readonly #able = new WeakMap<Program, boolean>();

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.#stepper = new Stepper(backend.device);
  }

  takes(job: Job<Tensor>): boolean {
    let able = this.#able.get(job.program);
    if (able === undefined) this.#able.set(job.program, (able = this.#canRun(job.program)));
    return able && allFloats(job);
  }

  /** Each tensor has a buffer of its own, and two more are the stepper's; tfjs has products of matrices. */
  #canRun(program: Program): boolean {
    const { maxStorageBuffersPerShaderStage } = this.#backend.device.limits;
    return (
      program.kept.length + program.inputs.length + 2 <= maxStorageBuffersPerShaderStage &&
      !topological(Object.values(program.outputs)).some((e) => isMatrixOp(e) || e.op === "largest")
    );
  }

  run(jobs: readonly Job<Tensor>[]): void {
    const backend = this.#backend;
    const gradients = new Set(jobs.flatMap(({ inputs }) => Object.values(inputs).map(({ dataId }) => dataId)));
    const fresh: { readonly old: Variable; readonly now: Tensor }[] = [];
    const written: Tensor[] = [];
    /** The tensor that receives a variable's new numbers: the variable itself unless something else refers to its numbers. */
    const target = (tensor: Tensor): Tensor => {
      let now = tensor;
      const { refCount, external } = backend.tensorMap.get(tensor.dataId);
      // A parameter may also be a gradient, its own or another's, and must not change before all have been read.
      if (refCount > 1 || external || gradients.has(tensor.dataId)) {
        now = this.#copy(tensor);
        fresh.push({ old: tensor as Variable, now }); // what a program changes is p or a slot
      }
      written.push(now);
      return now;
    };
    const views = jobs.map((job) => {
      const { outputs } = job.program;
      const tensors = Object.entries(job.tensors).map(([name, tensor]) => {
        const view = this.#view(Object.hasOwn(outputs, name) ? target(tensor) : tensor);
        const kept = keptOf(tensor);
        if (!kept) return [name, view] as const;
        const coded = { codec: kept.codec, seed: seedOf(job.parameter.name, name, job.t) };
        return [name, { ...view, length: kept.length, coded }] as const;
      });
      const inputs = Object.entries(job.inputs).map(([name, tensor]) => [name, this.#view(tensor)] as const);
      return { ...job, tensors: Object.fromEntries(tensors), inputs: Object.fromEntries(inputs) };
    });
    this.#record(this.#stepper.prepare(views, (numbers) => this.#place(numbers)));
    for (const { dataId, size } of written) if (size > 0) keepOffCpu(backend.tensorMap.get(dataId));
    for (const { old, now } of fresh) {
      old.assign(now);
      now.dispose();
    }
  }

  #record(dispatches: readonly Dispatch[]): void {
    if (dispatches.length === 0) return;
    const backend = this.#backend;
    backend.ensureCommandEncoderReady();
    backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass({}); // made ready just now
    encode(backend.computePassEncoder, dispatches);
    backend.dispatchCountInPass += dispatches.length;
    if (backend.dispatchCountInPass >= env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
  }

  #decode(slot: Variable, rows: readonly number[], height: number): Variable {
    const backend = this.#backend;
    const kept = keptOf(slot)!; // the caller has asked
    return tidy(() => {
      const info = backend.makeTensorInfo([rows.length, kept.length / height], "float32");
      const part = engine().makeTensorFromTensorInfo(info, backend);
      if (part.size === 0) backend.tensorMap.get(part.dataId).values = new Float32Array(0);
      const whole = { ...this.#view(slot), length: kept.length, coded: { codec: kept.codec, seed: 0 } };
      this.#record(
        decodeRows(backend.device, { whole, rows, height, part: this.#view(part) }, (numbers) => this.#place(numbers)),
      );
      return variable(part, false);
    });
  }

  #encode(part: Tensor, rows: readonly number[], slot: Variable, height: number, seed: number): void {
    const backend = this.#backend;
    const { codec, length } = keptOf(slot)!; // as above
    const { refCount, external } = backend.tensorMap.get(slot.dataId);
    const now = refCount > 1 || external ? this.#copy(slot) : slot;
    const whole = { ...this.#view(now), length, coded: { codec, seed } };
    this.#record(
      encodeRows(backend.device, { whole, rows, height, part: this.#view(part) }, (numbers) => this.#place(numbers)),
    );
    keepOffCpu(backend.tensorMap.get(now.dataId));
    if (now === slot) return;
    slot.assign(now);
    now.dispose();
  }

  /** A tensor with the same numbers that nothing else refers to. */
  #copy(tensor: Tensor): Tensor {
    const backend = this.#backend;
    const info = backend.makeTensorInfo(tensor.shape, tensor.dtype);
    const copy = engine().makeTensorFromTensorInfo(info, backend);
    if (tensor.size > 0) {
      const [from, to] = [this.#view(tensor).buffer, this.#view(copy).buffer];
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.commandEncoder!.copyBufferToBuffer(from, 0, to, 0, 4 * tensor.size); // made ready just now
    } else backend.tensorMap.get(copy.dataId).values = new Float32Array(0);
    return copy;
  }

  /** A tensor's buffer, which is not released before the commands that use it are submitted. */
  #view({ dataId, size }: Tensor): View {
    const backend = this.#backend;
    if (size === 0) return { buffer: NOTHING, offset: 0, length: 0 };
    backend.uploadToGPU(dataId);
    backend.commandQueueOwnedIds.add(dataId);
    return { buffer: backend.tensorMap.get(dataId).resource!, offset: 0, length: size }; // uploaded just now
  }

  /** As tfjs does with the uniforms of its programs: the buffer is used again once these commands are submitted. */
  #place(numbers: ArrayBuffer): GpuBuffer {
    const backend = this.#backend;
    const buffer = backend.bufferManager.acquireBuffer(numbers.byteLength, STORAGE | COPY_DST);
    backend.device.queue.writeBuffer(buffer, 0, numbers);
    backend.uniformPendingDisposal.push(buffer);
    return buffer;
  }
}

/** Stands for the buffer of a tensor without elements. No shader binds it. */
const NOTHING: GpuBuffer = {
  size: 0,
  usage: 0,
  destroy: () => {},
  mapAsync: async () => {},
  getMappedRange: () => new ArrayBuffer(0),
  unmap: () => {},
};

/**
 * tfjs caches the values it has read of a tensor, and would cache a read that began before a step. Tensors that are
 * written in place are read again each time.
 */
function keepOffCpu(data: TensorData): void {
  Object.defineProperty(data, "values", { configurable: true, enumerable: true, get: () => null, set: () => {} });
}

/** Updates on the webgpu backend, in its own buffers and command encoder. */
export const webgpu: Detect = (backend) => {
  const found = backend as Partial<WebGPUBackend>; // asked for what it has
  const has =
    typeof found.tensorMap?.get === "function" &&
    typeof found.device?.createComputePipeline === "function" &&
    typeof found.bufferManager?.acquireBuffer === "function" &&
    typeof found.commandQueueOwnedIds?.add === "function" &&
    Array.isArray(found.uniformPendingDisposal) &&
    typeof found.dispatchCountInPass === "number" &&
    "commandEncoder" in backend &&
    "computePassEncoder" in backend &&
    ["uploadToGPU", "ensureCommandEncoderReady", "endComputePassEncoder", "submitQueue", "makeTensorInfo"].every(
      (name) => typeof Reflect.get(backend, name) === "function",
    );
  return has ? new WebGPUUpdates(backend as WebGPUBackend) : undefined;
};
