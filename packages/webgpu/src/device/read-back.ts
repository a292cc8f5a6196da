import { COPY_DST, type GpuBuffer, type GpuDevice, MAP_READ, READ, type View } from "./gpu.ts";

/** Copies of some floats of buffers, as they are after all that was submitted before. */
export async function readBack(device: GpuDevice, views: readonly View[]): Promise<Float32Array<ArrayBuffer>[]> {
  const encoder = device.createCommandEncoder({ label: "descent" });
  const copies = views.map(({ buffer, offset, length }): GpuBuffer | undefined => {
    const size = 4 * length;
    if (size === 0) return undefined;
    const copy = device.createBuffer({
      label: "descent: copy",
      size,
      usage: COPY_DST | MAP_READ,
      mappedAtCreation: false,
    });
    encoder.copyBufferToBuffer(buffer, offset, copy, 0, size);
    return copy;
  });
  device.queue.submit([encoder.finish()]);
  try {
    await Promise.all(copies.map((copy) => copy?.mapAsync(READ)));
    return copies.map((copy) => (copy ? new Float32Array(copy.getMappedRange()).slice() : new Float32Array(0)));
  } finally {
    for (const copy of copies) copy?.destroy();
  }
}
