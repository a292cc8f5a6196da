import { OptimizerError } from "@descent/core";
import { type Description, description, knownOptions, named, type Shape, size, whole } from "@descent/core/adapter";
import { COPY_DST, COPY_SRC, checkDevice, type GpuBuffer, type GpuDevice, STORAGE, up } from "../device/gpu.ts";

/** A tensor's place, as `optimizer` takes it and as a bind group does: `{ buffer, offset, size }`, in bytes. */
export interface Allocated<B extends GpuBuffer> extends Description {
  /** It may hold other tensors too. */
  readonly buffer: B;
  /** The first byte. */
  readonly offset: number;
  /** How many bytes it takes. */
  readonly size: number;
}

/** The places of `allocate`, by the names of the parameters. */
export interface Allocation<Name extends string, B extends GpuBuffer> {
  /** The values, all zero at first. */
  readonly parameters: { readonly [K in Name]: Allocated<B> };
  /** A place for each parameter's gradient, in another buffer. */
  readonly gradients: { readonly [K in Name]: Allocated<B> };
}

/** Options of `allocate`. */
export interface AllocateOptions {
  /** Further bits of GPUBufferUsage. */
  readonly usage?: number | undefined;
}

/** Tensors begin at offsets that every device accepts for a binding. */
const ALIGNMENT = 256;

/**
 * Parameters in one buffer and gradients in another (all zero), so that one dispatch steps all tensors of a rule. Each
 * begins at a multiple of 256 bytes, ready to bind. Tensors that exceed the device's binding size go into further buffers,
 * which cost a dispatch each. `usage` is added to STORAGE, COPY_SRC and COPY_DST; destroying the buffers is up to you.
 *
 * Throws an OptimizerError for an invalid shape, and for tensors larger than any buffer of the device.
 */
export function allocate<const Name extends string, B extends GpuBuffer>(
  device: GpuDevice<B>,
  shapes: { readonly [K in Name]: Shape | Description } | Iterable<readonly [Name, Shape | Description]>,
  options: AllocateOptions = {},
): Allocation<Name, B> {
  checkDevice(device);
  const { usage = 0 } = knownOptions("allocate", options, ["usage"]);
  whole("allocate", { usage });
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const buffers: { bytes: number; parameters: B | undefined; gradients: B | undefined }[] = [];
  const places = named("The shapes", shapes).map(([name, given]) => {
    const described = description(name, given);
    const bytes = 4 * size(described.shape);
    if (bytes > maxBufferSize)
      throw new OptimizerError(
        `\`${name}\` takes ${bytes} bytes, but buffers of this device hold at most ${maxBufferSize}. Request the device with requiredLimits: { maxBufferSize: ${bytes} }.`,
      );
    let last = buffers.at(-1);
    if (!last || (last.bytes > 0 && last.bytes + bytes > most))
      buffers.push((last = { bytes: 0, parameters: undefined, gradients: undefined }));
    const offset = last.bytes;
    last.bytes += Math.max(ALIGNMENT, up(bytes, ALIGNMENT));
    return { name, described, bytes, offset, into: last };
  });
  const make = (which: "parameters" | "gradients"): Record<string, Allocated<B>> =>
    Object.fromEntries(
      places.map(({ name, described, bytes, offset, into }) => {
        into[which] ??= device.createBuffer({
          label: `descent: ${which}`,
          size: into.bytes,
          usage: STORAGE | COPY_SRC | COPY_DST | usage,
          mappedAtCreation: false,
        });
        return [name, { ...described, buffer: into[which], offset, size: bytes }];
      }),
    );
  return { parameters: make("parameters"), gradients: make("gradients") } as Allocation<Name, B>; // one of each for every name
}
