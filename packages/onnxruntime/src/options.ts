import type { Native, Precision, Shard } from "@descent/arrays";
import type { Configured, Parameter } from "@descent/core";
import type { BlockingWorld, NonFinite, Rename } from "@descent/core/adapter";
import type { FileUrl } from "@descent/files";
import type { External, ImportOptions, Loss } from "@descent/onnx";
import type { GradientRule, LossFunction } from "@descent/onnx/autodiff";
import type { BatchNorm } from "@descent/onnx/graph";
import type { FixedShapes } from "./graphs/model.ts";
import type { Plan } from "./plans/training.ts";
import type { ExecutionProvider, Runtime } from "./runtime/runtime.ts";
import type { TrainingWorker } from "./worker/launch.ts";

/** Options of `Trainer.open`: what a saved training graph contains cannot be chosen again. */
export interface OpenOptions {
  /** A rule with its options, such as `adamw({ lr: 1e-3 })`, or a partition of rules, with any transforms. */
  readonly optimizer: Configured;
  /** Providers, best first, as ONNX Runtime takes them. Default ["cpu"]. */
  readonly executionProviders?: readonly ExecutionProvider[] | undefined;
  /** `import * as ort from "onnxruntime-web"` (or -node), or the name of such a module. Default: onnxruntime-node. */
  readonly runtime?: Runtime | string | FileUrl | undefined;
  /** Other options of `InferenceSession.create`: threads, profiling … */
  readonly sessionOptions?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Runs in a worker, so that this thread stays free: ONNX Runtime blocks its thread for a whole step. In a browser, give a
   * function that makes the worker; the worker's file calls `serve`.
   */
  readonly worker?: boolean | (() => TrainingWorker) | undefined;
  /**
   * Where the update happens: `host` (default, except on webgpu) in WebAssembly memory; `device` (default on webgpu where
   * ONNX Runtime shares its device) in one submission after the graph's; or `graph`, as nodes of it.
   */
  readonly plan?: Plan | undefined;
  /**
   * The treatment of a step whose loss or gradients are not finite: `throw` (default) refuses it with an error, `skip` leaves
   * it out and goes on, and `apply` takes it unchecked. Refused and skipped steps write nothing; `inspect()` counts them.
   */
  readonly nonFinite?: NonFinite | undefined;
  /**
   * Steps the update in machine code of this computer's processor, to the same bits: `await native()` of `@descent/native`, or
   * `await native({ threads })` to divide it among threads, as ONNX Runtime divides the rest of a step. Where there is no C compiler WebAssembly runs, and `(await trainer.inspect()).native` says why. For the host plan, without a worker.
   */
  readonly native?: Native | undefined;
  /** Batches whose gradients are averaged for one update of `trainStep`. Default 1. */
  readonly accumulate?: number | undefined;
  /** The number that dropout is drawn from, together with the step and the rank. A whole number, 0 or above. Default 0. */
  readonly seed?: number | undefined;
  /**
   * How many random directions estimate the Hessian's diagonal for rules that read `h` (AdaHessian, Sophia): `trainStep` gives
   * them the mean of u ⊙ Hu over so many u of −1 and 1 (Hutchinson, 1990), in the steps that read it, from the model
   * differentiated twice. Each direction costs about three passes forward and backward. Default: none, and whoever steps gives `h`.
   */
  readonly hutchinson?: number | undefined;
  /**
   * The processes that train together, `await mpi()` of `@descent/mpi`: every rank gets batches of its own, and the update
   * uses the mean of all gradients, in which a batch counts by its examples: the first dimension of its first array. Losses and running statistics are means over all ranks, dropout is each rank's own, and
   * a step that is refused on one is refused on all. For the host plan, without a worker. In an elastic world a step during which a
   * rank is lost returns on the others without `updated`, or with the step that another rank had taken, and gradients that waited are
   * gone: loop by `trainer.step`.
   */
  readonly world?: BlockingWorld | undefined;
  /**
   * Divides the optimizer's state among ranks: `"state"`, or `"gradients"`, which sends a third less, as in `@descent/arrays`. Neither
   * lowers the memory of gradients. All ranks must then call `checkpoint` and `save`, of which rank 0's writes the file.
   */
  readonly shard?: Shard | undefined;
  /**
   * How the optimizer's state is kept: `"bfloat16"` takes half, `"float8"` a quarter of the bytes of `"float32"`, the default. One for every
   * slot, or one by name: `{ m: "float8" }`. Checkpoints have float32. For the plans `host` and `device`.
   */
  readonly state?: Precision | Readonly<Record<string, Precision>> | undefined;
}

/** Options of `Trainer.create`. */
export interface TrainerOptions extends OpenOptions {
  /** The quantity to minimise; by default the model's first output, which must then be a scalar. */
  readonly loss?: Loss | LossFunction | undefined;
  /**
   * The weights to train: names, a pattern, or a function that chooses among those trained by default. By default those that
   * were parameters in Python, as far as the file tells; `trainer.report` says why each is trained or not. A list may name any
   * floating tensor, also in a `Constant` node. Weights that are not trained cost no gradient.
   */
  readonly trainable?: readonly string[] | RegExp | ((parameter: Parameter) => boolean) | undefined;
  /**
   * Groups of tensors to train as one, in addition to those that the file shows to be one weight stored twice; each is equal
   * to the first of its group or its transpose. `false` trains every tensor of the file by itself.
   */
  readonly tie?: readonly (readonly string[])[] | false | undefined;
  /**
   * Tensors to split, so that each layer that reads one trains a copy of its own, in addition to those that the file shows
   * to be several weights that were equal when exported. `false` splits none.
   */
  readonly untie?: readonly string[] | false | undefined;
  /** The model's outputs that steps return. Default: all; an empty list saves copies that nobody reads. */
  readonly outputs?: readonly string[] | undefined;
  /**
   * Sizes that the model leaves open: `{ input: ["batch", 3, 224, 224] }`; also those of a value inside it, where not even the number of
   * dimensions is known.
   */
  readonly shapes?: FixedShapes | undefined;
  /**
   * The statistics that BatchNormalizations normalise by in training steps: "batch", those of the batch, and their running statistics move as in
   * PyTorch, are read by `evalStep` and `predict`, and are exported; "frozen", by the running statistics as they are; or one of
   * the two by the name of a layer's scale, `{ "bn1.weight": "batch" }`. Default: as in Python where PyTorch's default
   * exporter recorded it (it writes all of them frozen, also from a model in training mode), else as the file has them.
   */
  readonly batchNorm?: BatchNorm | undefined;
  /** Values of inputs that are always the same, `{ sr: 16000n, use_cache_branch: false }`: batches do not have them. */
  readonly fixed?: ImportOptions["fixed"];
  /** Names of values that gradients do not pass through. PyTorch's `detach()` is found where the file shows it. */
  readonly stopGradient?: readonly string[] | undefined;
  /**
   * Rows of embedding tables that lookups do not train, `{ "embed.weight": 0 }`. `padding_idx` of PyTorch is found where the file
   * shows it, and so is a table's one row of zeros; −1 trains all rows.
   */
  readonly paddingIdx?: Readonly<Record<string, number>> | undefined;
  /**
   * Embedding tables whose gradients are of the rows that a batch looks up, as with `sparse=True` in PyTorch: a step costs what
   * those rows cost, and leaves the others as they are, state and decay included. Each row counts its own updates. For tables
   * that nothing else reads, rules without sums over rows, and the host plan.
   */
  readonly rows?: readonly string[] | undefined;
  /**
   * "blocks": gradient checkpointing. The backward pass computes blocks of the model again, each from the one value that it begins with
   * (in a transformer, the sum that layers add to), instead of keeping what the forward pass made in them: about one more forward
   * pass in a step, less memory, and the same numbers up to rounding. Default: everything is kept.
   */
  readonly checkpoint?: "blocks" | undefined;
  /** Gradients of operators that have none here, or replacements for those that do, by name ("Op" or "domain.Op"). */
  readonly gradients?: Readonly<Record<string, GradientRule>> | undefined;
  /**
   * The treatment of a weight that the loss does not depend on: "leave" (default where `trainable` is not given) leaves it as it is,
   * as PyTorch does, "zeros" trains it with a gradient of zeros, and "error" (default otherwise) refuses it.
   */
  readonly unreached?: "error" | "zeros" | "leave" | undefined;
  /** Reads the files that hold tensors of a large model; by default those beside it, if the model is a file. */
  readonly external?: External | undefined;
  /**
   * A folder besides the model's own that files of tensors may lie in. Links that lead out of the model's folder are refused
   * otherwise; in Hugging Face's cache they lead to `blobs`, so give the model's folder in the cache.
   */
  readonly externalRoot?: string | undefined;
}

/** Options of `exportModel` and `saveModel`. */
export interface ExportOptions {
  /** Takes BatchNormalization and Dropout out of training mode. Default false. */
  readonly inference?: boolean | undefined;
}

/** Options of `load`. */
export interface LoadOptions {
  /** Refuses a checkpoint that does not fit in every part. Default true. */
  readonly strict?: boolean | undefined;
  /** Today's names of weights by their saved names, or a function that tells them. Others keep theirs. */
  readonly rename?: Rename | undefined;
  /**
   * `"pad"` lets weights have grown: saved numbers and state lie in the corner where they were; new elements keep the numbers that
   * the trainer has, and have the state of weights that start.
   */
  readonly resize?: "pad" | undefined;
}
