import { COMPUTE, type GpuDevice } from "../device/gpu.ts";
import type { DeviceKernel } from "../shaders/kernel.ts";

export interface Pipeline {
  readonly pipeline: unknown;
  readonly layout: unknown;
}

/** The pipelines of a device, by kernel and by shader: rules of one shape, and products of all sizes, share one. */
interface Pipelines {
  readonly byKernel: WeakMap<DeviceKernel, Map<string, Pipeline>>;
  readonly byCode: Map<string, Pipeline>;
}
const pipelines = new WeakMap<object, Pipelines>();

/** The pipeline of a kernel for tensors in these bindings, compiled once. `asking` is called before anything is asked of the device that it could refuse. */
export function pipelineOf(
  device: GpuDevice,
  kernel: DeviceKernel,
  bindings: readonly number[],
  writable: readonly boolean[],
  asking: () => void,
): Pipeline {
  let made = pipelines.get(device);
  if (!made) pipelines.set(device, (made = { byKernel: new WeakMap(), byCode: new Map() }));
  let known = made.byKernel.get(kernel);
  if (!known) made.byKernel.set(kernel, (known = new Map()));
  const key = `${bindings.join()} ${writable.join()}`;
  let found = known.get(key);
  if (found) return found;
  const code = kernel.code(bindings, writable);
  found = made.byCode.get(code);
  if (!found) {
    asking();
    found = compile(device, kernel.title, writable, code);
    made.byCode.set(code, found);
  }
  known.set(key, found);
  return found;
}

function compile(device: GpuDevice, title: string, writable: readonly boolean[], code: string): Pipeline {
  const label = `descent: ${title}`;
  const types = ["read-only-storage", "storage", ...writable.map((w) => (w ? "storage" : "read-only-storage"))];
  const layout = device.createBindGroupLayout({
    label,
    entries: types.map((type, binding) => ({ binding, visibility: COMPUTE, buffer: { type } })),
  });
  const pipeline = device.createComputePipeline({
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ label, code }), entryPoint: "main" },
  });
  return { pipeline, layout };
}
