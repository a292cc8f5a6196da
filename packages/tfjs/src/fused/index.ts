import type { KernelBackend } from "@tensorflow/tfjs-core";
import { cpu } from "./cpu.ts";
import type { Detect, Fused } from "./fused.ts";

const detectors: readonly Detect[] = [cpu];

const known = new WeakMap<KernelBackend, Fused | "none">();

/** The fused updates of a backend, if there are any for it. */
export function fusedOn(backend: KernelBackend): Fused | undefined {
  let found = known.get(backend);
  if (!found) {
    for (const detect of detectors) found ??= detect(backend);
    known.set(backend, (found ??= "none"));
  }
  return found === "none" ? undefined : found;
}
