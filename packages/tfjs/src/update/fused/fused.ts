import type { Precisions } from "@descent/arrays/engine";
import type { Job } from "@descent/core/adapter";
import type { KernelBackend, Tensor } from "@tensorflow/tfjs-core";
import { keptOf } from "../coded.ts";
import type { CodedRows } from "../rows.ts";

/** The codec of each slot; undefined where all are float32. */
export type CodecOf = Precisions["codecOf"];

/** How a tfjs backend runs a rule's equations as a few loops instead of one operator per operation. */
export interface Fused {
  /** Whether its loops draw random numbers themselves, instead of reading them from tensors. */
  readonly draws?: boolean;
  /** How rows of state in fewer bytes are decoded, where the backend's memory cannot be written. */
  readonly rows?: CodedRows;
  /** Whether it can run a job, given its tensors. Asked at every step; jobs it does not take are composed. */
  takes(job: Job<Tensor>): boolean;
  /**
   * Gives `p` and the slots of every job their new values; on an error no tensor has changed. Sums over the model run
   * over exactly these jobs. Called within a tidy. What a program changes are variables, which may be assigned to.
   */
  run(jobs: readonly Job<Tensor>[]): void;
}

/** Whether all tensors of a job hold float32 numbers, or the codes of such, and are still there. */
export function allFloats({ tensors, inputs }: Job<Tensor>): boolean {
  for (const name in tensors) {
    const tensor = tensors[name]!;
    if (tensor.isDisposed || (tensor.dtype !== "float32" && !keptOf(tensor))) return false;
  }
  for (const name in inputs) if (inputs[name]!.dtype !== "float32" || inputs[name]!.isDisposed) return false;
  return true;
}

/**
 * Fused updates for a backend, or undefined if it lacks anything they use: decided by the backend's members, not its name.
 * Called once per optimizer and backend. What is expensive to make is cached per backend.
 */
export type Detect = (backend: KernelBackend, codecOf: CodecOf) => Fused | undefined;
