import { OptimizerError } from "@descent/core";
import { bytesOf, type GpuDevice } from "../device/gpu.ts";
import type { DeviceKernel } from "../shaders/kernel.ts";
import { ALIGNED, type PlacedJob, type Window } from "./batch.ts";

/** Some elements of a tensor. */
export interface Segment {
  readonly first: number;
  readonly length: number;
}

export interface Bound {
  /** Which window each of the kernel's tensors lies in. */
  readonly bindings: readonly number[];
  readonly windows: readonly Window[];
  /** Where in its window each tensor begins, in floats. */
  readonly offsets: readonly number[];
}

/**
 * The windows that a kernel's tensors are seen through: whole buffers, or the part around a tensor where a buffer is
 * larger than the device shows a shader. With `inPieces` only a segment must be seen. Throws where that cannot be.
 */
export function bind(
  { limits }: Pick<GpuDevice, "limits">,
  { job }: PlacedJob,
  kernel: DeviceKernel,
  segment: Segment,
  inPieces: boolean,
): Bound {
  const { maxStorageBufferBindingSize: most, maxStorageBuffersPerShaderStage: many } = limits;
  const windows: Window[] = [];
  const offsets: number[] = [];
  const bindings = kernel.names.map((name) => {
    const view = (job.tensors[name] ?? job.inputs[name])!; // the program's own
    const { buffer, offset } = view;
    const some = inPieces && !view.coded;
    const begin = offset + (some ? 4 * segment.first : 0);
    const end = some ? begin + 4 * segment.length : offset + bytesOf(view);
    const from = buffer.size <= most ? 0 : begin - (begin % ALIGNED);
    const bytes = buffer.size <= most ? buffer.size - (buffer.size % 4) : end - from;
    if (bytes > most)
      throw new OptimizerError(
        `\`${job.parameter.name}\` takes ${bytes} bytes, but a shader on this device can bind only ${most} at a time, too few for ${job.program.title}. Request the device with requiredLimits: { maxStorageBufferBindingSize: ${bytes} }.`,
      );
    offsets.push((begin - from) / 4);
    const same = windows.findIndex((w) => w.buffer === buffer && w.offset === from && w.size === bytes);
    if (same >= 0) return same;
    const near = windows.find((w) => w.buffer === buffer && from < w.offset + w.size && w.offset < from + bytes);
    if (near)
      throw new OptimizerError(
        `\`${job.parameter.name}\` has tensors less than ${ALIGNED} bytes apart in a buffer of ${buffer.size} bytes, of which a shader on this device can bind only ${most} at a time. Request the device with requiredLimits: { maxStorageBufferBindingSize: ${buffer.size} }, or use several buffers.`,
      );
    windows.push({ buffer, offset: from, size: bytes });
    return windows.length - 1;
  });
  if (windows.length + 2 > many)
    throw new OptimizerError(
      `${job.program.title} needs ${windows.length + 2} buffers for \`${job.parameter.name}\`, but a shader on this device can bind only ${many}. Request the device with requiredLimits: { maxStorageBuffersPerShaderStage: ${windows.length + 2} }, or put the tensors into one buffer with \`allocate\`.`,
    );
  return { bindings, windows, offsets };
}
