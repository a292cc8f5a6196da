import { type Codec, codedBytes } from "@descent/arrays/engine";
import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";

/*
 * The part of WebGPU that is used here, by structure: whatever gave you the device (a browser, `webgpu` on Node,
 * a framework), and whichever types describe it (TypeScript's own, @webgpu/types), it fits.
 */

/** A GPUBuffer. */
export interface GpuBuffer {
  /** Bytes. */
  readonly size: number;
  readonly usage: number;
  destroy(): void;
  mapAsync(mode: number): Promise<unknown>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

/** A GPUComputePassEncoder. */
export interface GpuComputePass {
  setPipeline(pipeline: unknown): unknown;
  setBindGroup(index: number, group: unknown): unknown;
  dispatchWorkgroups(x: number, y: number): unknown;
  end(): unknown;
}

/** A GPUCommandEncoder. */
export interface GpuCommandEncoder {
  beginComputePass(): GpuComputePass;
  copyBufferToBuffer(from: unknown, fromOffset: number, to: unknown, toOffset: number, size: number): unknown;
  clearBuffer(buffer: unknown, offset: number, size: number): unknown;
  finish(): unknown;
}

/** A GPUDevice, whose buffers are of type `B`. */
export interface GpuDevice<B extends GpuBuffer = GpuBuffer> {
  readonly limits: {
    readonly maxBufferSize: number;
    readonly maxStorageBufferBindingSize: number;
    readonly maxStorageBuffersPerShaderStage: number;
    readonly maxComputeWorkgroupsPerDimension: number;
  };
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  readonly queue: {
    submit(commands: Iterable<unknown>): unknown;
    writeBuffer(
      buffer: unknown,
      offset: number,
      data: ArrayBuffer | ArrayBufferView<ArrayBuffer>,
      dataOffset?: number,
      size?: number,
    ): unknown;
  };
  createBuffer(descriptor: {
    readonly label: string;
    readonly size: number;
    readonly usage: number;
    readonly mappedAtCreation: boolean;
  }): B;
  createShaderModule(descriptor: { readonly label: string; readonly code: string }): unknown;
  createBindGroupLayout(descriptor: { readonly label?: string; readonly entries: Iterable<unknown> }): unknown;
  createPipelineLayout(descriptor: { readonly label?: string; readonly bindGroupLayouts: Iterable<unknown> }): unknown;
  createComputePipeline(descriptor: {
    readonly label?: string;
    readonly layout: unknown;
    readonly compute: { readonly module: unknown; readonly entryPoint?: string };
  }): unknown;
  createBindGroup(descriptor: {
    readonly label?: string;
    readonly layout: unknown;
    readonly entries: Iterable<unknown>;
  }): unknown;
  createCommandEncoder(descriptor: { readonly label: string }): GpuCommandEncoder;
  pushErrorScope(filter: "validation" | "out-of-memory"): unknown;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

// The numbers of GPUBufferUsage, GPUMapMode and GPUShaderStage, which are not globals in Node.
export const MAP_READ = 0x1;
/** GPUBufferUsage.COPY_SRC. */
export const COPY_SRC = 0x4;
/** GPUBufferUsage.COPY_DST. */
export const COPY_DST = 0x8;
/** GPUBufferUsage.STORAGE. */
export const STORAGE = 0x80;
export const READ = 0x1;
export const COMPUTE = 0x4;

/** The next multiple of `unit`. */
export const up = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** Some floats of a buffer. */
export interface View {
  /** It may hold other tensors too. */
  readonly buffer: GpuBuffer;
  /** Bytes, a multiple of four. */
  readonly offset: number;
  /** Floats. */
  readonly length: number;
  /** How a codec keeps them there; undefined where they are floats. */
  readonly coded?: CodedView | undefined;
}

/** Numbers as one of `@descent/arrays`' codecs keeps them, as `coded` lays them out. */
export interface CodedView {
  readonly codec: Codec;
  /** Where the random numbers of the next encoding begin. */
  readonly seed: number;
}

/** Bytes that a tensor takes, a multiple of four. */
export const bytesOf = ({ length, coded }: Pick<View, "length" | "coded">): number =>
  coded ? up(codedBytes(coded.codec, length), 4) : 4 * length;

/** How many words lie before the heads of its blocks: a code for each number, in whole blocks of 256. */
export const headsOf = ({ length, coded }: Pick<View, "length" | "coded">): number =>
  coded?.codec === "float8" ? 64 * Math.ceil(length / 256) : 0;

/** Throws unless it is a device, by structure, as buffers are. */
export function checkDevice(device: unknown): void {
  if (typeof (device as Partial<GpuDevice> | null | undefined)?.createComputePipeline !== "function")
    throw new OptimizerError(
      `The first argument must be a GPUDevice, as returned by \`await adapter.requestDevice()\`; got ${shown(device)}.`,
    );
}
