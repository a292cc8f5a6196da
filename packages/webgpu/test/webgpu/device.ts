import { create } from "webgpu";
import { DAWN, pauseWhileWaiting } from "../../../../tests/software-gpu.ts";
import type { GpuBuffer, GpuComputePass, GpuDevice } from "../../src/index.ts";

pauseWhileWaiting();
const gpu = create([DAWN]);

/** A new device on Dawn, with all that WebGPU has. */
export async function whole(): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error("Dawn finds no adapter.");
  return adapter.requestDevice();
}

/** A new device on Dawn, as the package sees it. */
export const device = (): Promise<GpuDevice & { destroy(): void }> => whole();

interface Counts {
  submissions: number;
  dispatches: number;
  pipelines: number;
  /** Buffers made and not destroyed. */
  buffers: number;
  /** Workgroups along y, at most. */
  tall: number;
}

/** A device that counts what is asked of it, and says that it has these limits. */
export function watched(
  of: GpuDevice,
  limits: Partial<GpuDevice["limits"]> = {},
): { readonly device: GpuDevice; readonly counts: Counts } {
  const counts: Counts = { submissions: 0, dispatches: 0, pipelines: 0, buffers: 0, tall: 0 };
  const alive = new Set<GpuBuffer>();
  const { maxBufferSize, maxStorageBufferBindingSize } = of.limits;
  const { maxStorageBuffersPerShaderStage, maxComputeWorkgroupsPerDimension } = of.limits;
  const pass = (real: GpuComputePass): GpuComputePass => ({
    setPipeline: (x) => real.setPipeline(x),
    setBindGroup: (i, x) => real.setBindGroup(i, x),
    dispatchWorkgroups(x, y) {
      counts.dispatches++;
      counts.tall = Math.max(counts.tall, y);
      real.dispatchWorkgroups(x, y);
    },
    end: () => real.end(),
  });
  const device: GpuDevice = {
    limits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupsPerDimension,
      ...limits,
    },
    lost: of.lost,
    queue: {
      submit(commands) {
        counts.submissions++;
        of.queue.submit(commands);
      },
      writeBuffer: (...args) => of.queue.writeBuffer(...args),
    },
    createBuffer(descriptor) {
      const buffer = of.createBuffer(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      alive.add(buffer);
      counts.buffers = alive.size;
      buffer.destroy = () => {
        alive.delete(buffer);
        counts.buffers = alive.size;
        destroy();
      };
      return buffer;
    },
    createShaderModule: (x) => of.createShaderModule(x),
    createBindGroupLayout: (x) => of.createBindGroupLayout(x),
    createPipelineLayout: (x) => of.createPipelineLayout(x),
    createComputePipeline(x) {
      counts.pipelines++;
      return of.createComputePipeline(x);
    },
    createBindGroup: (x) => of.createBindGroup(x),
    createCommandEncoder(x) {
      const encoder = of.createCommandEncoder(x);
      return {
        beginComputePass: () => pass(encoder.beginComputePass()),
        copyBufferToBuffer: (...args) => encoder.copyBufferToBuffer(...args),
        clearBuffer: (...args) => encoder.clearBuffer(...args),
        finish: () => encoder.finish(),
      };
    },
    pushErrorScope: (x) => of.pushErrorScope(x),
    popErrorScope: () => of.popErrorScope(),
  };
  return { device, counts };
}
