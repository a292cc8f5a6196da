import type { NativeReport } from "@descent/arrays";
import type { StateDict } from "@descent/core";
import type { HyperValue, Inspection, LoadOptions, LoadReport, RowGradient } from "@descent/core/adapter";
import type { Fed } from "../runtime/feeds.ts";

/** Where the update happens: on the host, as nodes of the training graph, or on the GPU device that ONNX Runtime shares. */
export type Plan = "host" | "graph" | "device";

/** Numbers that the model produced, with their element type and dimensions. */
export interface Output {
  /** The element type as ONNX Runtime names it: "float32", "int64" … */
  readonly type: string;
  /** The sizes, outermost first. */
  readonly dims: readonly number[];
  /** A typed array of `type`; strings come as an array. */
  readonly data: unknown;
}
/** The model's outputs by name. */
export type Outputs = Readonly<Record<string, Output>>;

/** The result of a forward pass, on the host. */
export interface Forward {
  /** The loss, a mean over the batch unless the loss says otherwise. */
  readonly loss: number;
  /** The model's outputs by name. */
  readonly outputs: Outputs;
}
/** The result of a training pass. */
export interface Stepped extends Forward {
  /** Why nothing was written: "The loss is NaN". */
  readonly fault: string | undefined;
  /** Whether ranks were lost meanwhile: what waited is gone, and the batch may not have counted. */
  readonly lost: boolean;
}
/** Float32 numbers by the name of their parameter. */
export type Gradients = Readonly<Record<string, Float32Array>>;
/** Gradients as a caller gives them: of whole weights, or of some rows of one. */
export type GivenGradients = Readonly<Record<string, Float32Array | RowGradient>>;
/** Weights and running statistics by name. */
export type Weights = Readonly<Record<string, Float32Array>>;
/** The inputs of rules besides gradients, by name: a number, or arrays by weight. */
export type StepInputs = Readonly<Record<string, number | Gradients>>;
/** Hyper-parameters by name: numbers or schedules. */
export type Hyper = Readonly<Record<string, HyperValue>>;

/** How a state is fitted to what is trained now. */
export type LoadHow = Pick<LoadOptions, "strict" | "resize">;

/** The optimizer's inspection, of a trainer. */
export interface TrainerInspection extends Inspection {
  /** The loops that run as machine code since the last update, and why others do not; only with the option `native`. */
  readonly native?: NativeReport;
}

/** Gradients that wait for an update. */
export interface Waiting {
  /** Sums of gradients by parameter. */
  readonly sums: Gradients;
  /** The number of batches in the sums. */
  readonly count: number;
}

/** Everything that training changes, as copies on the host. */
export interface Snapshot {
  readonly weights: Weights;
  readonly optimizer: StateDict;
  readonly waiting: Waiting | undefined;
}

/**
 * Training a model step by step, in this thread or in a worker: arguments and results are plain data, so that they can be
 * posted. With `guard`, a pass whose loss or gradients are not finite writes nothing and says so in `fault`.
 */
export interface Training {
  readonly plan: Plan;
  /** Updates done. */
  readonly step: number;
  /** Forward, backward and the update; `inputs` are what the rule reads besides gradients and the loss. */
  train(batch: readonly Fed[], guard: boolean, inputs?: StepInputs): Promise<Stepped>;
  /** Forward and backward; the gradients are added to those that wait. */
  accumulate(batch: readonly Fed[], guard: boolean): Promise<Stepped>;
  /** The update by the mean of the gradients that wait, in all phases of a round; says what was not finite, where it was not made. */
  applyAccumulated(guard: boolean): Promise<string | undefined>;
  /** Forward and backward; returns copies of the gradients and changes nothing. */
  gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Gradients }>;
  /** The Hessian of the loss times a vector, by parameter: the model differentiated twice. */
  hessianProduct(batch: readonly Fed[], vector: Gradients): Promise<Gradients>;
  /** The update by the caller's gradients; returns the fault, if there was one. */
  applyGradients(gradients: GivenGradients, guard: boolean, inputs?: StepInputs): Promise<string | undefined>;
  /** The means and variances that BatchNormalizations find in a batch under the weights to evaluate with, by running statistic. */
  batchStatistics(batch: readonly Fed[]): Promise<Weights>;
  evaluate(batch: readonly Fed[]): Promise<Forward>;
  predict(batch: readonly Fed[]): Promise<Outputs>;
  set(hyper: Hyper, group?: string): Promise<void>;
  /** The optimizer's inspection; `nonFinite` counts the passes and updates that were refused. */
  inspect(): Promise<TrainerInspection>;
  /** Copies of the weights and of the running statistics; with `readout`, of those to evaluate with. */
  weights(readout?: boolean): Promise<Weights>;
  setWeights(weights: Weights): Promise<void>;
  snapshot(): Promise<Snapshot>;
  /** Continues from a snapshot. On an error everything is as it was before. */
  restore(snapshot: Snapshot, options?: LoadHow): Promise<LoadReport>;
  dispose(): Promise<void>;
}
