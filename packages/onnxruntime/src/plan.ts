import type { HyperValue, Inspection, LoadReport, StateDict } from "@descent/core";
import type { Fed } from "./feeds.ts";
import type { RuntimeTensor } from "./runtime.ts";

/** What a forward pass gave. */
export interface Forward {
  readonly loss: number;
  /** The model's outputs, on the host. */
  readonly outputs: Readonly<Record<string, RuntimeTensor>>;
}

/**
 * Where the update happens: on the host in WebAssembly memory, or in the graph with parameters and state staying on the
 * device. A trainer does not know which it has.
 */
export interface Plan {
  readonly name: "host" | "graph";
  readonly step: number;
  /** Forward, backward, and the update if `apply` finds the loss fit. */
  train(batch: readonly Fed[], apply: (loss: number) => boolean): Promise<Forward & { readonly applied: boolean }>;
  /** Forward and backward, the gradients added to those that wait. */
  accumulate(batch: readonly Fed[], apply: (loss: number) => boolean): Promise<Forward & { readonly applied: boolean }>;
  /** The update by the mean of the gradients that wait. */
  applyAccumulated(): Promise<void>;
  /** Forward and backward: copies of the gradients. */
  gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Readonly<Record<string, Float32Array>> }>;
  applyGradients(gradients: Readonly<Record<string, Float32Array>>): Promise<void>;
  evaluate(batch: readonly Fed[]): Promise<Forward>;
  predict(batch: readonly Fed[]): Promise<Forward["outputs"]>;
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void;
  inspect(): Inspection;
  /** Copies of the weights, and of what the forward pass keeps (running means). */
  weights(): Promise<Readonly<Record<string, Float32Array>>>;
  setWeights(weights: Readonly<Record<string, Float32Array>>): Promise<void>;
  state(): Promise<StateDict>;
  load(state: StateDict, options?: { readonly strict?: boolean | undefined }): Promise<LoadReport>;
  dispose(): Promise<void>;
}
