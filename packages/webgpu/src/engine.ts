/** The engine itself, for adapters that hold buffers and command encoders of their own. */
export {
  COPY_DST,
  COPY_SRC,
  type GpuBuffer,
  type GpuComputePass,
  type GpuDevice,
  STORAGE,
  type View,
} from "./device/gpu.ts";
export { readBack } from "./device/read-back.ts";
export { type CodedRows, decodeRows, encodeRows } from "./step/coded-rows.ts";
export { type Dispatch, encode, Stepper } from "./step/stepper.ts";
