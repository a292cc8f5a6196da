/** Optimizers of tensors in WebGPU buffers. */
export type { Precision } from "@descent/arrays/engine";
export type { Description, Inspection, LoadReport } from "@descent/core/adapter";
export type { GpuBuffer, GpuCommandEncoder, GpuComputePass, GpuDevice } from "./device/gpu.ts";
export { type Allocated, type AllocateOptions, type Allocation, allocate } from "./memory/allocate.ts";
export { type Gradients, type Optimizer, optimizer, type ParametersOf, type PlacesOf } from "./optimizer.ts";
export type { Described, Gradient, OptimizerOptions, Place } from "./parameters.ts";
