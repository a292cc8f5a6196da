import type { Job } from "@descent/core/adapter";
import type { KernelBackend, Tensor } from "@tensorflow/tfjs-core";

/** How one of tfjs's backends runs a rule's equations as a few loops instead of an operator each. */
export interface Fused {
  /** Whether it can run a job, tensors included: asked at every step. What it does not take is composed. */
  takes(job: Job<Tensor>): boolean;
  /**
   * Gives `p` and the slots of every job their new values; on an error no tensor has changed. Sums over the model run
   * over exactly these jobs. Called within a tidy. What a program changes are variables, which may be assigned to.
   */
  run(jobs: readonly Job<Tensor>[]): void;
}

/**
 * Fused updates on a backend, or nothing where it lacks any of what they use: told by what the backend has, not by its
 * name alone. Asked once by every optimizer, so what they keep goes with it; what is dear to make is kept by backend.
 */
export type Detect = (backend: KernelBackend) => Fused | undefined;
