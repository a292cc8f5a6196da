import type { GpuBuffer, GpuCommandEncoder, GpuDevice } from "../src/index.ts";

export const buffer = (size = 12): GpuBuffer => ({
  size,
  usage: 0x80 | 0x4 | 0x8,
  destroy: () => {},
  mapAsync: async () => {},
  getMappedRange: () => new ArrayBuffer(size),
  unmap: () => {},
});

export const encoder = (): GpuCommandEncoder => ({
  beginComputePass: () => ({ setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} }),
  copyBufferToBuffer() {},
  clearBuffer() {},
  finish: () => ({}),
});

/** A device that does nothing and refuses nothing, for what is settled before it is reached. */
export const device = (): GpuDevice => ({
  limits: {
    maxBufferSize: 2 ** 28,
    maxStorageBufferBindingSize: 2 ** 27,
    maxStorageBuffersPerShaderStage: 8,
    maxComputeWorkgroupsPerDimension: 65535,
  },
  lost: new Promise(() => {}),
  queue: { submit() {}, writeBuffer() {} },
  createBuffer: ({ size }) => buffer(size),
  createShaderModule: () => ({}),
  createBindGroupLayout: () => ({}),
  createPipelineLayout: () => ({}),
  createComputePipeline: () => ({}),
  createBindGroup: () => ({}),
  createCommandEncoder: encoder,
  pushErrorScope() {},
  popErrorScope: async () => null,
});
