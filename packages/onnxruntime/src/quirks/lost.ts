import { OptimizerError } from "@descent/core";
import type { Runtime } from "../runtime/runtime.ts";

/** The device or worker of a trainer is gone, and with it the weights since the last checkpoint. The trainer stays closed. */
export class LostError extends OptimizerError {}

// Dawn and browsers say that a device is lost; CUDA goes on refusing after these.
const signs =
  /device\b.{0,80}\blost\b|\blost\b.{0,40}\bdevice\b|CUDA_ERROR_(ILLEGAL_ADDRESS|LAUNCH_FAILED|ECC_UNCORRECTABLE)|CUDA failure (700|719|214)/i;

/** The error for what failed, and with what; one that closes the trainer, where its words say that the device is lost. */
export function failedBy(cause: unknown, what: string): OptimizerError {
  if (cause instanceof OptimizerError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return signs.test(message)
    ? new LostError(`lost its device: ${message.split("\n")[0]}`, { cause })
    : new OptimizerError(`${what}: ${message}`, { cause });
}

/** In a browser, calls back when the WebGPU device that ONNX Runtime uses is lost. */
export async function watchDevice({ env }: Runtime, lost: (error: LostError) => void): Promise<void> {
  const device = await (env?.webgpu as { readonly device?: Promise<GPUDeviceLike> | GPUDeviceLike } | undefined)
    ?.device; // onnxruntime-web has it, onnxruntime-node has not
  const info = await device?.lost;
  if (info && info.reason !== "destroyed") lost(new LostError(`lost its device: ${info.message || info.reason}`));
}
interface GPUDeviceLike {
  readonly lost?: Promise<{ readonly reason: string; readonly message: string }>;
}
