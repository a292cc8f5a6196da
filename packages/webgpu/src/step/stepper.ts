import { OptimizerError } from "@descent/core";
import type { Job } from "@descent/core/adapter";
import {
  COPY_DST,
  type GpuBuffer,
  type GpuComputePass,
  type GpuDevice,
  STORAGE,
  up,
  type View,
} from "../device/gpu.ts";
import { ALIGNED, type Batch, id } from "./batch.ts";
import { batchesOf } from "./batches.ts";
import { pipelineOf } from "./pipelines.ts";
import { tableOf } from "./table.ts";

/** A kernel with what it runs on, ready to be recorded. */
export interface Dispatch {
  /** The compiled kernel. */
  readonly pipeline: unknown;
  /** The buffers that it reads and writes. */
  readonly group: unknown;
  /** Workgroups side by side. */
  readonly x: number;
  /** Rows of workgroups, where one row may not have as many as are needed. */
  readonly y: number;
}

/** Turns the jobs of a step into dispatches: one per kernel of a program where the tensors lie in the same buffers. */
export class Stepper {
  /** The device on which it makes pipelines. */
  readonly device: GpuDevice;
  readonly #asking: () => void;
  /** The bind groups of the last step, which the next one most likely has too. */
  #groups = new Map<string, unknown>();
  #table: GpuBuffer | undefined;
  #scratch: GpuBuffer | undefined;
  /** Whether the caller may have steps that are not submitted yet. */
  #apart = false;

  /** `asking` is called before anything is asked of the device that it could refuse. */
  constructor(device: GpuDevice, asking: () => void = () => {}) {
    this.device = device;
    this.#asking = asking;
  }

  /**
   * The dispatches of a step, in their order. They read numbers that change from step to step, which go to a buffer of the
   * stepper's own by the device's queue: submit before the next step is prepared. With `place` the caller puts them into
   * a buffer (of the usage STORAGE), and may submit whenever.
   */
  prepare(jobs: readonly Job<View>[], place?: (numbers: ArrayBuffer) => GpuBuffer): readonly Dispatch[] {
    const { batches, floats } = batchesOf(this.device, jobs);
    if (batches.length === 0) return [];
    this.#apart ||= place !== undefined;
    const scratch = this.#room("scratch", Math.max(4 * floats, ALIGNED));
    const { data, places } = tableOf(batches);
    const table = place ? place(data) : this.#room("table", data.byteLength);
    if (!place) this.device.queue.writeBuffer(table, 0, data);
    const kept = new Map<string, unknown>();
    const dispatches = batches.map((batch, i) =>
      this.#dispatch(batch, { buffer: table, ...places[i]! }, scratch, kept),
    ); // one place per batch
    this.#groups = kept;
    return dispatches;
  }

  /** Frees its buffers. */
  dispose(): void {
    this.#table?.destroy();
    this.#scratch?.destroy();
    this.#table = this.#scratch = undefined;
    this.#groups.clear();
  }

  #dispatch(
    { kernel, bindings, windows, entries }: Batch,
    table: { readonly buffer: GpuBuffer; readonly offset: number; readonly size: number },
    scratch: GpuBuffer,
    kept: Map<string, unknown>,
  ): Dispatch {
    // A buffer that is seen twice may not be written through one window and read through another.
    const writable = windows.map(
      ({ buffer }, i) =>
        windows.some((w, k) => k !== i && w.buffer === buffer) ||
        kernel.names.some((name, k) => bindings[k] === i && kernel.written.has(name)),
    );
    const { pipeline, layout } = pipelineOf(this.device, kernel, bindings, writable, this.#asking);
    const bound = [table, { buffer: scratch, offset: 0, size: scratch.size }, ...windows];
    const seen = bound.map((w) => `${id(w.buffer)}+${w.offset}+${w.size}`);
    const key = `${id(kernel)} ${bindings.join()} ${seen.join()}`;
    let group = kept.get(key) ?? this.#groups.get(key);
    if (group === undefined) {
      this.#asking();
      group = this.device.createBindGroup({
        label: `descent: ${kernel.title}`,
        layout,
        entries: bound.map((resource, binding) => ({ binding, resource })),
      });
    }
    kept.set(key, group);
    const total = entries.reduce((n, e) => n + e.groups, 0);
    const x = Math.min(total, this.device.limits.maxComputeWorkgroupsPerDimension);
    return { pipeline, group, x, y: Math.ceil(total / x) };
  }

  /** A buffer of the stepper's own with room for that many bytes: the one there is, or a larger one. */
  #room(which: "table" | "scratch", bytes: number): GpuBuffer {
    const now = which === "table" ? this.#table : this.#scratch;
    if (now && now.size >= bytes) return now;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes > most)
      throw new OptimizerError(
        `A step needs ${bytes} bytes for intermediate results, but a shader on this device can bind only ${most} at a time. Request the device with requiredLimits: { maxBufferSize: ${bytes}, maxStorageBufferBindingSize: ${bytes} }.`,
      );
    // A step that is not submitted yet needs the old one, which is then left to be collected.
    if (!this.#apart) now?.destroy();
    this.#asking();
    const made = this.device.createBuffer({
      label: `descent: ${which}`,
      size: Math.max(bytes, Math.min(up(bytes * 1.5, ALIGNED), most - (most % ALIGNED))),
      usage: STORAGE | COPY_DST,
      mappedAtCreation: false,
    });
    if (which === "table") this.#table = made;
    else this.#scratch = made;
    return made;
  }
}

/** Records dispatches into a compute pass. */
export function encode(pass: GpuComputePass, dispatches: readonly Dispatch[]): void {
  for (const { pipeline, group, x, y } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y);
  }
}
