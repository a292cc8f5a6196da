import type { HyperValue } from "@descent/core/adapter";

/** The result of a training step or an evaluation. */
export interface StepResult {
  /** The mean loss of the batch. */
  readonly loss: number;
  /** Other numbers of the step by name, each a mean over its samples: they are in the logs of the batch, and their means in the epoch's. */
  readonly logs?: Readonly<Record<string, number>> | undefined;
  /** The model's outputs by name, for metrics: arrays, or objects with `data`. */
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  /** The gradients by parameter, for diagnostics; the next step may overwrite them. */
  readonly gradients?: Readonly<Record<string, Float32Array | undefined>> | undefined;
  /** The outputs of layers by name, for diagnostics: dead and saturated units. */
  readonly activations?: Readonly<Record<string, LayerOutput>> | undefined;
}

/** The outputs of a layer for a batch. */
export interface LayerOutput {
  readonly data: Float32Array;
  /** The samples first. */
  readonly shape: readonly number[];
  /** The dimension that counts units; by default the last, and 1 for four dimensions and more, as ONNX has channels. */
  readonly axis?: number | undefined;
}

/** The parts of a step that are wanted besides its loss. */
export interface StepAsk {
  /** Whether a callback reads the gradients. A model that has them anyway may always return them. */
  readonly gradients: boolean;
}

/** Copies of a model's weights by name. */
export type Weights = Readonly<Record<string, Float32Array>>;

/**
 * A model as `fit` trains it: whatever has `trainStep`. A `Trainer` of `@descent/onnxruntime` is one as it is, `arraysModel` makes one of
 * plain arrays, and three lines of your own make one of any framework. The other members are asked for where they are needed:
 * `evalStep` to validate, `weights` and `setWeights` to restore the best ones, `checkpoint` and `load` to save and resume.
 */
export interface Model<B> {
  /** One batch: forward, backward, update. A model that queues its work may return nothing, and tell in a later `read`. */
  trainStep(batch: B, ask?: StepAsk): StepResult | undefined | Promise<StepResult | undefined>;
  /** The results of all steps since the last call, the oldest first, where `trainStep` returns nothing: reading a GPU waits for it. */
  read?(): readonly StepResult[] | Promise<readonly StepResult[]>;
  /** Loss and outputs of a batch in the mode of use; nothing changes. */
  evalStep?(batch: B): StepResult | Promise<StepResult>;
  /** Changes hyper-parameters from the next update on. */
  set?(hyper: Readonly<Record<string, HyperValue>>, group?: string): unknown;
  /** The groups with their current hyper-parameters. */
  inspect?(): Inspected | Promise<Inspected>;
  /** Copies of the weights. */
  weights?(): Weights | Promise<Weights>;
  /** Sets weights. */
  setWeights?(weights: Weights): unknown;
  /** Everything to continue from. */
  checkpoint?(): unknown;
  /** Continues from a checkpoint. */
  load?(checkpoint: never): unknown;
  /** Calls `use` while the weights are those to evaluate with. Models whose `evalStep` sees to that by itself have none. */
  withReadout?<R>(use: () => R): R;
}

/** The part of an inspection that callbacks read. */
export interface Inspected {
  /** Hyper-parameters by group; the label is empty where there is one group. */
  readonly groups: Readonly<Record<string, { readonly hyper: Readonly<Record<string, number>> }>>;
}

/** The rates of groups by label. */
export const ratesOf = ({ groups }: Inspected): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([label, { hyper }]) => (hyper.lr === undefined ? [] : [[label, hyper.lr]])),
  );
