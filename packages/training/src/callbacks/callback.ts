import type { HyperValue } from "@descent/core/adapter";
import type { StepResult, Weights } from "../model.ts";

/** Numbers by name: `loss`, a metric's, and `val_` and its name for those of the validation. */
export type Logs = Readonly<Record<string, number>>;

/** A number of some steps: the sum over their samples. */
export interface Sum {
  /** The number of each step times its samples, added up. */
  readonly sum: number;
  /** The samples of those steps. */
  readonly samples: number;
}

/** Numbers of steps, added up by samples. */
export interface SumsState {
  /** The loss of each step times its samples, added up. */
  readonly loss: number;
  /** The samples of all steps. */
  readonly samples: number;
  /** Those that the model logs besides, by name. */
  readonly logs?: Readonly<Record<string, Sum>> | undefined;
}

/** Everything that a run goes on from: JSON, but for the checkpoint of the model. `encodeSaved` makes a file of it. */
export interface Saved {
  readonly version: 1;
  /** Epochs completed, and batches trained on in the one under way. */
  readonly epoch: number;
  /** Batches trained on in the epoch under way. */
  readonly batch: number;
  /** Batches trained on in all. */
  readonly step: number;
  /** The way batches were drawn, which must be the same when the run goes on. */
  readonly drawing: { readonly batchSize: number; readonly seed: number | null };
  /** Of the epoch under way: losses added up by samples, the samples, and the metrics. */
  readonly sums: SumsState & {
    readonly metrics: { readonly trained: boolean; readonly metrics: Readonly<Record<string, unknown>> };
  };
  /** The numbers of each epoch so far. */
  readonly history: readonly Logs[];
  /** The states of callbacks, by name. */
  readonly callbacks: Readonly<Record<string, unknown>>;
  /** The model's own checkpoint. */
  readonly model: unknown;
}

/** All that a model is, to put back later: one of both. */
export interface Kept {
  /** The model's own. */
  readonly checkpoint?: unknown;
  /** Copies by name, of a model without checkpoints. */
  readonly weights?: Weights | undefined;
}

/** A batch, and what the model told of its step. */
export interface Told extends Omit<StepResult, "loss"> {
  /** As the dataset gave it. */
  readonly batch: unknown;
}

/** A run under way, as callbacks see and steer it. */
export interface Run {
  /** Epochs completed. */
  readonly epoch: number;
  /** Epochs that were asked for. */
  readonly epochs: number;
  /** Batches trained on in all. */
  readonly step: number;
  /** Batches per epoch; undefined where only the end of one will tell. */
  readonly batches: number | undefined;
  /** How many epochs pass between validations; 0 where nothing is validated, undefined where the loop does not tell. */
  readonly validateEvery: number | undefined;
  /** The last step; undefined before the first. TensorFlow.js's own loop tells its gradients alone. */
  readonly last: Told | undefined;
  /** Means over the samples of this epoch so far: the loss, and what the model logs besides. */
  readonly means: Logs;
  /** Whether the run ends after this batch or epoch. */
  readonly ending: boolean;
  /** Whether the model gives copies of its weights. */
  readonly hasWeights: boolean;
  /** Ends the run after this batch; `reason` is in its result. */
  stop(reason: string): void;
  /** Changes hyper-parameters from the next update on. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): Promise<void>;
  /** The rates of the next update by the label of their group; undefined where the model does not tell. */
  rates(): Promise<Logs | undefined>;
  /** Copies of the weights. */
  weights(): Promise<Weights>;
  /** Sets the weights. */
  setWeights(weights: Weights): Promise<void>;
  /** Copies of all that the model is: its checkpoint, or its weights alone where it has none. */
  keep(): Promise<Kept>;
  /** Makes the model again what it was when it was kept. */
  putBack(kept: Kept): Promise<void>;
  /** Gives everything to go on from to `write`, once all callbacks have seen this batch or epoch. */
  save(write: (saved: Saved) => void | Promise<void>): void;
}

/**
 * Something to do in the course of training. Functions may return promises, which are awaited; an error ends the run. The names and
 * first arguments are those of Keras and TensorFlow.js.
 */
export interface Callback {
  /** Tells its state apart in a checkpoint. Two callbacks of one run must not share a name. */
  readonly name: string;
  /** Whether it reads the gradients of this update (1 is the first); models that must copy them do so only then. */
  reads?(step: number): boolean;
  /**
   * Whether it must be told of this update now. Asked after each one; where a model queues its work and `readEvery` lets some updates pass
   * before any is told, this does not.
   */
  due?(step: number): boolean;
  /** Before the first epoch. */
  onTrainBegin?(logs: Logs, run: Run): void | Promise<void>;
  /** `epoch` counts from 0. */
  onEpochBegin?(epoch: number, logs: Logs, run: Run): void | Promise<void>;
  /** After an update; `batch` counts from 0 in each epoch, and `logs` are of this batch. */
  onBatchEnd?(batch: number, logs: Logs, run: Run): void | Promise<void>;
  /** `logs` are means over the epoch, and the validation's. */
  onEpochEnd?(epoch: number, logs: Logs, run: Run): void | Promise<void>;
  /** After the last epoch, or a stop. */
  onTrainEnd?(logs: Logs, run: Run): void | Promise<void>;
  /** Called last, after errors too: closes files. */
  dispose?(): void | Promise<void>;
  /** Everything to go on from, as JSON can hold it or arrays of numbers. */
  state?(): unknown;
  /** Goes on from a state. */
  load?(state: never): void;
}
