import type { Drawing } from "@descent/core/adapter";
import { COMPUTE, type GpuBuffer, type GpuDevice } from "../device/gpu.ts";
import { DRAWERS, drawShader } from "../shaders/draw.ts";
import { ALIGNED } from "./batch.ts";
import type { Dispatch } from "./stepper.ts";

type Distribution = Drawing["distribution"];
interface Drawer {
  readonly pipeline: unknown;
  readonly layout: unknown;
}

const drawers = new WeakMap<object, Map<Distribution, Drawer>>();

/** The pipeline that draws on a device, compiled once. */
function drawerOf(device: GpuDevice, distribution: Distribution): Drawer {
  let known = drawers.get(device);
  if (!known) drawers.set(device, (known = new Map()));
  let found = known.get(distribution);
  if (!found) {
    const label = `descent: ${distribution} numbers`;
    const layout = device.createBindGroupLayout({
      label,
      entries: ["read-only-storage", "storage"].map((type, binding) => ({
        binding,
        visibility: COMPUTE,
        buffer: { type },
      })),
    });
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label, code: drawShader(distribution) }), entryPoint: "main" },
    });
    known.set(distribution, (found = { pipeline, layout }));
  }
  return found;
}

/** The dispatches that fill a buffer with random numbers, as many as the device's bindings need; `words` puts numbers into a buffer of one step. */
export function drawInto(
  device: GpuDevice,
  { distribution, length, key, t, site, parameter }: Drawing,
  buffer: GpuBuffer,
  words: (numbers: ArrayBuffer) => GpuBuffer,
): readonly Dispatch[] {
  const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = device.limits;
  const { pipeline, layout } = drawerOf(device, distribution);
  const piece = (maxStorageBufferBindingSize - (maxStorageBufferBindingSize % ALIGNED)) / 4;
  const dispatches: Dispatch[] = [];
  for (let first = 0; first < length; first += piece) {
    const count = Math.min(piece, length - first);
    const of = words(Int32Array.of(...key, t, site, parameter, first / 4, count).buffer);
    const group = device.createBindGroup({
      label: "descent: random numbers",
      layout,
      entries: [
        { binding: 0, resource: { buffer: of } },
        { binding: 1, resource: { buffer, offset: 4 * first, size: 4 * count } },
      ],
    });
    const groups = Math.ceil(count / (4 * DRAWERS));
    const x = Math.min(groups, maxComputeWorkgroupsPerDimension);
    dispatches.push({ pipeline, group, x, y: Math.ceil(groups / x) });
  }
  return dispatches;
}
