import type { KernelBackend } from "@tensorflow/tfjs-core";
import { cpu } from "./cpu.ts";
import type { Detect, Fused } from "./fused.ts";
import { wasm } from "./wasm.ts";
import { webgl } from "./webgl.ts";
import { webgpu } from "./webgpu.ts";

const detectors: readonly Detect[] = [wasm, cpu, webgl, webgpu];

/** The fused updates for a backend, if it has any. */
export function fusedOn(backend: KernelBackend): Fused | undefined {
  for (const detect of detectors) {
    const found = detect(backend);
    if (found) return found;
  }
  return undefined;
}
