import type { Native, OptimizerOptions, Shard } from "@descent/arrays";
import type { Configured, Parameter } from "@descent/core";
import type { BlockingWorld } from "@descent/core/adapter";
import type { FileUrl } from "@descent/files";
import type { External, Loss, MendOptions } from "@descent/onnx";
import type { GradientRule, LabelInput, LossFunction } from "@descent/onnx/autodiff";
import type { BatchNorm } from "@descent/onnx/graph";
import type { ModelInput } from "../files/read.ts";
import type { Candidates, FixedShapes, Reading } from "../graphs/model.ts";
import type { Plan, Training } from "../plans/training.ts";
import type { Expected } from "../runtime/feeds.ts";
import type { ExecutionProvider, Runtime } from "../runtime/runtime.ts";

/** Which model, and what runs it. */
export interface Opening {
  readonly model: ModelInput;
  /** Whether the model is a training graph that was saved. */
  readonly trainingGraph: boolean;
  readonly runtime: Runtime | string | FileUrl | undefined;
  readonly executionProviders: readonly ExecutionProvider[];
  readonly sessionOptions: Readonly<Record<string, unknown>>;
  readonly external: External | undefined;
  /** A folder besides the model's that files of tensors may lie in. */
  readonly externalRoot: string | undefined;
  /** Which tensors are one weight, and which are several. */
  readonly mending: Mending;
  readonly reading: Reading;
}

/** The caller's choice of which tensors are one weight. */
export type Mending = Pick<MendOptions, "tie" | "untie" | "lift">;

/** How it is trained. */
export interface Starting {
  readonly optimizer: Configured;
  /** Names. */
  readonly trained: readonly string[];
  /** Names of weights that were trained and are not any more. */
  readonly held?: readonly string[] | undefined;
  readonly loss: Loss | LossFunction | undefined;
  readonly plan: Plan | undefined;
  readonly seed: number;
  readonly hutchinson: number | undefined;
  /** Undefined where there is one process. */
  readonly world: BlockingWorld | undefined;
  readonly shard: Shard | undefined;
  /** How the optimizer's state is kept. */
  readonly state: OptimizerOptions["state"];
  /** Compiles the update on the host. */
  readonly native: Native | undefined;
  readonly outputs: readonly string[] | undefined;
  readonly shapes: FixedShapes | undefined;
  readonly batchNorm: BatchNorm | undefined;
  readonly gradients: Readonly<Record<string, GradientRule>> | undefined;
  readonly unreached: "error" | "zeros" | "leave" | undefined;
  readonly checkpoint: "blocks" | undefined;
  /** Tables whose gradients are of the rows looked up. */
  readonly rows: readonly string[] | undefined;
}

/** Other weights to train. */
export interface Retraining {
  /** Names. */
  readonly trained: readonly string[];
  /** Names of weights that are not among them and were. */
  readonly held: readonly string[];
}

/** The facts that a trainer knows about what it trains. */
export interface Started {
  readonly plan: Plan;
  /** The providers in use, by name. */
  readonly executionProviders: readonly string[];
  readonly inputs: ReadonlyMap<string, Expected>;
  readonly labels: readonly LabelInput[];
  readonly parameters: readonly Parameter[];
  /** Tensors that are kept but not trained: running statistics. */
  readonly statistics: readonly Parameter[];
}

/** A model in the original format, with the file beside it where there is one. */
export interface Exported {
  readonly model: Uint8Array;
  /** The file beside it, in parts. */
  readonly data: readonly Uint8Array[] | undefined;
}

/** Does a trainer's work: in its own thread, or in a worker. */
export interface Engine {
  /** Reads the model; returns the weights that may be trained. */
  open(opening: Opening): Promise<Candidates>;
  start(starting: Starting): Promise<Started>;
  /**
   * Trains other weights from now on: those that stay keep their state, others start without, and those that go keep their
   * values. On an error everything is as it was before.
   */
  retrain(change: Retraining): Promise<Started>;
  /** Available once the engine was started. */
  readonly training: Training;
  /**
   * The original model with the current weights. If it kept tensors in files beside it, they move into the model or, where
   * a name is given, into one file of that name. With `inference`, nodes leave training mode.
   */
  exportModel(inference: boolean, location?: string): Promise<Exported>;
  trainingGraph(): Promise<Uint8Array>;
  dispose(): Promise<void>;
}
