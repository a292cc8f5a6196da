import { OptimizerError } from "@descent/core";
import { type Description, description, knownOptions, type Shape, size } from "@descent/core/adapter";
import { COPY_DST, COPY_SRC, type GpuBuffer, type GpuDevice, STORAGE } from "./gpu.ts";

/** A tensor's place, as `optimizer` takes it and as a bind group does: `{ buffer, offset, size }`, in bytes. */
export interface Allocated<B extends GpuBuffer> extends Description {
  readonly buffer: B;
  readonly offset: number;
  readonly size: number;
}

export interface Allocation<Name extends string, B extends GpuBuffer> {
  readonly parameters: { readonly [K in Name]: Allocated<B> };
  readonly gradients: { readonly [K in Name]: Allocated<B> };
}

/** Tensors begin where any device lets a binding begin. */
const BLOCK = 256;

/**
 * Parameters in one buffer and gradients in another (all zero), so that one dispatch steps all tensors of a rule. Each
 * begins at a multiple of 256 bytes and can be bound as it is. More than fits the device's bindings goes into further
 * buffers, which cost a dispatch each. `usage` is added to STORAGE, COPY_SRC and COPY_DST; the buffers are yours to destroy.
 *
 * Throws an OptimizerError for a shape that is none, and where the device has no buffers so large.
 */
export function allocate<const Name extends string, B extends GpuBuffer>(
  device: GpuDevice<B>,
  shapes: { readonly [K in Name]: Shape | Description },
  options: { readonly usage?: number | undefined } = {},
): Allocation<Name, B> {
  const { usage = 0 } = knownOptions("allocate", options, ["usage"]);
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const buffers: { bytes: number; parameters: B | undefined; gradients: B | undefined }[] = [];
  const places = Object.entries<Shape | Description>(shapes).map(([name, given]) => {
    const told = description(name, given);
    const bytes = 4 * size(told.shape);
    if (bytes > maxBufferSize)
      throw new OptimizerError(
        `\`${name}\` takes ${bytes} bytes, and buffers of this device hold ${maxBufferSize}. Ask for the device with requiredLimits: { maxBufferSize: ${bytes} }.`,
      );
    let last = buffers.at(-1);
    if (!last || (last.bytes > 0 && last.bytes + bytes > most))
      buffers.push((last = { bytes: 0, parameters: undefined, gradients: undefined }));
    const offset = last.bytes;
    last.bytes += Math.max(BLOCK, Math.ceil(bytes / BLOCK) * BLOCK);
    return { name, told, bytes, offset, into: last };
  });
  const make = (which: "parameters" | "gradients"): Record<string, Allocated<B>> =>
    Object.fromEntries(
      places.map(({ name, told, bytes, offset, into }) => {
        into[which] ??= device.createBuffer({
          label: `descent: ${which}`,
          size: into.bytes,
          usage: STORAGE | COPY_SRC | COPY_DST | usage,
          mappedAtCreation: false,
        });
        return [name, { ...told, buffer: into[which], offset, size: bytes }];
      }),
    );
  return { parameters: make("parameters"), gradients: make("gradients") } as Allocation<Name, B>; // one of each for every name
}
