/** The engine itself, for adapters that hold buffers and command encoders of their own. */
export type { GpuBuffer, GpuComputePass, GpuDevice, View } from "./gpu.ts";
export { type Dispatch, encode, Stepper } from "./stepper.ts";
