import type { Gradients, Session, Target } from "@descent/conformance";
import { allocate, type GpuBuffer, type GpuDevice, optimizer } from "../src/index.ts";

const [STORAGE, COPY_SRC, COPY_DST, MAP_READ, READ] = [0x80, 0x4, 0x8, 0x1, 0x1] as const;

/** A buffer with these numbers, and as long as they are. */
export function bufferOf<B extends GpuBuffer>(device: GpuDevice<B>, data: Float32Array): B {
  const usage = STORAGE | COPY_SRC | COPY_DST;
  const buffer = device.createBuffer({
    label: "test",
    size: Math.max(4, data.byteLength),
    usage,
    mappedAtCreation: true,
  });
  new Float32Array(buffer.getMappedRange()).set(data);
  buffer.unmap();
  return buffer;
}

/** A copy of the numbers of a buffer, after what was submitted so far. */
export async function numbers(device: GpuDevice, from: GpuBuffer, offset = 0, length = 0): Promise<Float32Array> {
  if (length === 0) return new Float32Array(0);
  const usage = COPY_DST | MAP_READ;
  const copy = device.createBuffer({ label: "test", size: 4 * length, usage, mappedAtCreation: false });
  const encoder = device.createCommandEncoder({ label: "test" });
  encoder.copyBufferToBuffer(from, offset, copy, 0, 4 * length);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(READ);
  const out = new Float32Array(copy.getMappedRange()).slice();
  copy.destroy();
  return out;
}

/** @descent/webgpu for the kit: each tensor in a buffer of its own, or all parameters in one and all gradients in another. */
export const webgpu = (device: GpuDevice, name: string, where: "together" | "apart"): Target => ({
  name,
  start(starts, configured): Session {
    const parameters =
      where === "together"
        ? allocate(device, starts).parameters
        : Object.fromEntries(
            Object.entries(starts).map(([n, { data, ...s }]) => [
              n,
              { ...s, buffer: bufferOf(device, data), offset: 0 },
            ]),
          );
    if (where === "together")
      for (const [n, { buffer, offset }] of Object.entries(parameters))
        device.queue.writeBuffer(buffer, offset, Float32Array.from(starts[n]!.data)); // one for each start
    const opt = optimizer(device, parameters, configured);
    const buffers = (of: Readonly<Record<string, { readonly buffer: GpuBuffer }>>): ReadonlySet<GpuBuffer> =>
      new Set(Object.values(of).map(({ buffer }) => buffer));
    return {
      update(gradients, inputs = {}) {
        const made: GpuBuffer[] = [];
        const given = (arrays: Gradients): Record<string, { buffer: GpuBuffer }> =>
          Object.fromEntries(
            Object.entries(arrays).map(([n, x]) => {
              const buffer = bufferOf(device, x);
              made.push(buffer);
              return [n, { buffer }];
            }),
          );
        try {
          const others = Object.entries(inputs).map(([n, x]) => [n, typeof x === "number" ? x : given(x)] as const);
          opt.update(given(gradients), Object.fromEntries(others));
        } finally {
          for (const buffer of made) buffer.destroy();
        }
      },
      read: (n) => numbers(device, parameters[n]!.buffer, parameters[n]!.offset, starts[n]!.data.length), // as above
      set: (hyper) => opt.set(hyper),
      state: () => opt.state(),
      load: (state, options) => opt.load(state, options),
      inspect: () => opt.inspect(),
      dispose() {
        opt.dispose();
        for (const buffer of buffers(parameters)) buffer.destroy();
      },
    };
  },
});
