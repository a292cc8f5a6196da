import type { KernelBackend } from "@tensorflow/tfjs-core";
import { cpu } from "./cpu.ts";
import type { CodecOf, Detect, Fused } from "./fused.ts";
import { wasm } from "./wasm.ts";
import { webgl } from "./webgl.ts";
import { webgpu } from "./webgpu.ts";

const detectors: readonly Detect[] = [wasm, cpu, webgl, webgpu];

/** The fused updates for a backend, if it has any, of state that these codecs keep. */
export function fusedOn(backend: KernelBackend, codecOf: CodecOf): Fused | undefined {
  for (const detect of detectors) {
    const found = detect(backend, codecOf);
    if (found) return found;
  }
  return undefined;
}
