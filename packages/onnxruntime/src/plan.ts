import {
  type HyperValue,
  type Inspection,
  type LoadReport,
  OptimizerError,
  type Parameter,
  type StateDict,
} from "@descent/core";
import { refuseUnknown, type Shape, size } from "@descent/core/adapter";
import type { Fed } from "./feeds.ts";

/** A tensor that training starts from. */
export interface Weight extends Parameter {
  readonly initial: Float32Array;
}

/** Numbers that the model gave, with their dimensions. */
export interface Output {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}
export type Outputs = Readonly<Record<string, Output>>;

/** What a forward pass gave, on the host. */
export interface Forward {
  readonly loss: number;
  readonly outputs: Outputs;
}
/** What a step gave, and whether it was taken. */
export interface Stepped extends Forward {
  readonly applied: boolean;
}
export type Gradients = Readonly<Record<string, Float32Array>>;
export type Weights = Readonly<Record<string, Float32Array>>;

export type Hyper = Readonly<Record<string, HyperValue>>;

/** Gradients that wait for an update: their sums, and of how many batches. */
export interface Waiting {
  readonly sums: Gradients;
  readonly count: number;
}

/**
 * Where the update happens: on the host in WebAssembly memory; in the graph, parameters and state staying on the device;
 * or on the device that ONNX Runtime shares, by one submission after the graph's.
 */
export type PlanName = "host" | "graph" | "device";

/**
 * A model's training, step by step, wherever the update happens. A trainer does not know which it has, nor in which thread: arguments and results are data.
 */
export interface Plan {
  readonly name: PlanName;
  readonly step: number;
  /** Forward, backward, and the update; with a loss that is not finite only if `always`. */
  train(batch: readonly Fed[], always: boolean): Promise<Stepped>;
  /** Forward and backward, the gradients added to those that wait; with a loss that is not finite only if `always`. */
  accumulate(batch: readonly Fed[], always: boolean): Promise<Stepped>;
  /** The update by the mean of the gradients that wait. */
  applyAccumulated(): Promise<void>;
  /** A copy of the gradients that wait, if any do. */
  waiting(): Promise<Waiting | undefined>;
  /** Makes these the gradients that wait. */
  setWaiting(waiting: Waiting | undefined): Promise<void>;
  /** Forward and backward: copies of the gradients. */
  gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Gradients }>;
  applyGradients(gradients: Gradients): Promise<void>;
  evaluate(batch: readonly Fed[]): Promise<Forward>;
  predict(batch: readonly Fed[]): Promise<Outputs>;
  set(hyper: Hyper, group?: string): Promise<void>;
  inspect(): Promise<Inspection>;
  /** Copies of the weights, and of what the forward pass keeps (running means). */
  weights(): Promise<Weights>;
  setWeights(weights: Weights): Promise<void>;
  state(): Promise<StateDict>;
  load(state: StateDict, options?: { readonly strict?: boolean | undefined }): Promise<LoadReport>;
  dispose(): Promise<void>;
}

/** Throws for a gradient of no parameter, or of another length. */
export function checkGradients(gradients: Gradients, parameters: ReadonlyMap<string, { readonly shape: Shape }>): void {
  refuseUnknown(gradients, parameters);
  for (const [name, { length }] of Object.entries(gradients)) {
    const wanted = size(parameters.get(name)!.shape); // refused otherwise
    if (length !== wanted) throw new OptimizerError(`\`${name}\` has ${length} gradients for ${wanted} parameters.`);
  }
}
