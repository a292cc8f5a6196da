export type { Description } from "@descent/core/adapter";
export { type Allocated, type Allocation, allocate } from "./allocate.ts";
export type { GpuBuffer, GpuCommandEncoder, GpuComputePass, GpuDevice } from "./gpu.ts";
export { type Described, type Gradient, type Gradients, type Optimizer, optimizer } from "./optimizer.ts";
