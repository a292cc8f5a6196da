import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import {
  type BlockingWorld,
  checkConfigured,
  isCallback,
  isRecord,
  list,
  type NonFinite,
  nonFiniteOption,
  shown,
  suggestion,
  worldOf,
} from "@descent/core/adapter";
import type { FileUrl } from "@descent/files";
import type { BatchNorm, External, GradientRule, ImportOptions, Loss, LossFunction } from "@descent/onnx";
import { isUrl } from "./files/read.ts";
import type { FixedShapes } from "./graphs/model.ts";
import type { Plan } from "./plans/training.ts";
import type { ExecutionProvider, Runtime } from "./session/runtime.ts";
import type { TrainingWorker } from "./worker/launch.ts";

/** Options of `Trainer.open`: what a saved training graph contains cannot be chosen again. */
export interface OpenOptions {
  /** A rule with its options, such as `adamw({ lr: 1e-3 })`, or a partition of rules, with any transforms. */
  readonly optimizer: Configured;
  /** Providers, best first, as ONNX Runtime takes them. Default ["cpu"]. */
  readonly executionProviders?: readonly ExecutionProvider[] | undefined;
  /** `import * as ort from "onnxruntime-web"` (or -node), or the name of such a module. Default: onnxruntime-node. */
  readonly runtime?: Runtime | string | FileUrl | undefined;
  /** Further options of `InferenceSession.create`: threads, profiling … */
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
  /** Batches whose gradients are averaged for one update of `trainStep`. Default 1. */
  readonly accumulate?: number | undefined;
  /** The number that dropout is drawn from, together with the step. Default 0. */
  readonly seed?: number | undefined;
  /**
   * The processes that train together, `await mpi()` of @descent/mpi: every rank is given batches of its own, and the update is
   * by the mean of all gradients. Losses and running statistics are means over all ranks, dropout is each rank's own, and a
   * step that is refused on one is refused on all. For the host plan, without a worker.
   */
  readonly world?: BlockingWorld | undefined;
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
   * Groups of tensors to train as one, beside those that the file shows to be one weight stored twice; each is equal to the first
   * of its group or its transpose. `false` trains every tensor of the file by itself.
   */
  readonly tie?: readonly (readonly string[])[] | false | undefined;
  /**
   * Tensors of which every layer that reads them trains its own, beside those that the file shows to be several weights which were
   * equal when they were exported. `false` leaves them one.
   */
  readonly untie?: readonly string[] | false | undefined;
  /** The model's outputs that steps return. Default: all; an empty list saves copies that nobody reads. */
  readonly outputs?: readonly string[] | undefined;
  /** Sizes that the model leaves open: `{ input: ["batch", 3, 224, 224] }`. */
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
  /** Values by name that gradients do not pass. `detach()` of PyTorch is found where the file shows it. */
  readonly stopGradient?: readonly string[] | undefined;
  /**
   * Rows of embedding tables that lookups do not train, `{ "embed.weight": 0 }`. `padding_idx` of PyTorch is found where the file
   * shows it, and so is a table's one row of zeros; −1 trains all rows.
   */
  readonly paddingIdx?: Readonly<Record<string, number>> | undefined;
  /** Gradients for operators that lack one here, or other ones, by name ("Op" or "domain.Op"). */
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
   * otherwise; in Hugging Face's cache they lead to `blobs`, so that the folder of the model in the cache is what to give.
   */
  readonly externalRoot?: string | undefined;
}

interface Wanted {
  readonly want: string;
  fits(value: unknown): boolean;
}
const oneOf = (...values: readonly string[]): Wanted => ({
  want: `must be ${values.map((v) => `"${v}"`).join(" or ")}`,
  fits: (x) => typeof x === "string" && values.includes(x),
});
/** An object that is read by name, whoever made it: a session's options may be an instance. */
const isObject = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x) && !(x instanceof Promise);
const isNames = (x: unknown): boolean => Array.isArray(x) && x.every((name) => typeof name === "string");

const ofOpen: Readonly<Record<keyof OpenOptions, Wanted>> = {
  optimizer: { want: "", fits: () => true }, // core looks at it
  executionProviders: {
    want: 'must be a list of at least one provider, such as ["cpu"] or ["webgpu", "wasm"]',
    fits: (x) => Array.isArray(x) && x.length > 0 && x.every(isProvider),
  },
  runtime: {
    want: 'must be a module such as `import * as ort from "onnxruntime-web"`, or its name',
    fits: (x) => typeof x === "string" || isUrl(x) || isRuntime(x),
  },
  sessionOptions: { want: "must be an object of options of InferenceSession.create", fits: isRecord },
  worker: {
    want: "must be true, false or a function that returns a new Worker",
    fits: (x) => typeof x === "boolean" || typeof x === "function",
  },
  plan: oneOf("host", "graph", "device"),
  nonFinite: { want: "", fits: () => true }, // core looks at it
  accumulate: {
    want: "must be a whole number of batches, at least 1",
    fits: (x) => Number.isSafeInteger(x) && (x as number) >= 1, // which is a number
  },
  seed: { want: "must be a whole number", fits: Number.isSafeInteger },
  world: { want: "", fits: () => true }, // core looks at it
};

const ofCreate: Readonly<Record<keyof TrainerOptions, Wanted>> = {
  ...ofOpen,
  loss: {
    want: "must be a loss such as crossEntropy(), or a function (graph, outputs) => name",
    fits: (x) => isCallback(x) || (isObject(x) && isCallback(x.build)),
  },
  trainable: {
    want: "must be a list of names, a pattern such as /^head/, or a function (parameter) => boolean",
    fits: (x) => isNames(x) || x instanceof RegExp || isCallback(x),
  },
  tie: {
    want: 'must be false or groups of names: [["embed.weight", "head.weight"]]',
    fits: (x) => x === false || (Array.isArray(x) && x.every(isNames)),
  },
  untie: { want: "must be false or a list of names", fits: (x) => x === false || isNames(x) },
  outputs: { want: "must be a list of the model's outputs by name", fits: isNames },
  shapes: {
    want: 'must give sizes by input: { input: ["batch", 3, 224, 224] }',
    fits: (x) => isRecord(x) && Object.values(x).every(Array.isArray),
  },
  batchNorm: {
    want: 'must be "batch", "frozen" or one of them by the name of a scale: { "bn1.weight": "batch" }',
    fits: (x) => isBatchNormMode(x) || (isRecord(x) && Object.values(x).every(isBatchNormMode)),
  },
  fixed: { want: "must give values by input: { sr: 16000n }", fits: isRecord },
  stopGradient: { want: "must be a list of values by name", fits: isNames },
  paddingIdx: {
    want: 'must give a row by table: { "embed.weight": 0 }',
    fits: (x) => isRecord(x) && Object.values(x).every((row) => Number.isSafeInteger(row) && Number(row) >= -1),
  },
  gradients: {
    want: "must give functions by operator",
    fits: (x) => isRecord(x) && Object.values(x).every((rule) => typeof rule === "function"),
  },
  unreached: oneOf("error", "zeros", "leave"),
  external: { want: "must be a function (location, offset, length) => bytes", fits: (x) => typeof x === "function" },
  externalRoot: { want: "must be the path of a folder", fits: (x) => typeof x === "string" && x !== "" },
};

const isBatchNormMode = (x: unknown): boolean => x === "batch" || x === "frozen";
const isProvider = (x: unknown): boolean => typeof x === "string" || (isRecord(x) && typeof x.name === "string");
const isRuntime = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "InferenceSession" in x && "Tensor" in x;

/** Refuses options that do not exist and values of the wrong kind, so that a typing mistake is not a default. */
function checkOptions(
  where: string,
  options: unknown,
  wanted: Readonly<Record<string, Wanted>>,
  example: string,
): void {
  const names = Object.keys(wanted);
  if (!isRecord(options))
    throw new OptimizerError(`${where} takes its options by name, such as ${example}; got ${shown(options)}.`);
  for (const name of Object.keys(options))
    if (!Object.hasOwn(wanted, name))
      throw new OptimizerError(
        `${where} has no option \`${name}\`; it takes ${list(names, names.length)}.${suggestion(name, names)}`,
      );
  for (const [name, value] of Object.entries(options)) {
    const { want, fits } = wanted[name]!; // refused otherwise
    if (value !== undefined && !fits(value))
      throw new OptimizerError(`\`${name}\` of ${where} ${want}; got ${shown(value)}.`);
  }
}

function checked(where: string, options: unknown, wanted: Readonly<Record<string, Wanted>>): void {
  checkOptions(where, options, wanted, "{ optimizer: adamw(), loss: crossEntropy() }");
  if (!isRecord(options)) return; // refused above
  checkConfigured(options.optimizer, where);
  if (worldOf(options.world)) checkExchange(where, options);
  nonFiniteOption(where, options.nonFinite, "throw");
}

export const checkInspect = (options: unknown): void => {
  const { tie, untie, fixed, stopGradient, paddingIdx, external, externalRoot } = ofCreate;
  checkOptions(
    "inspectModel",
    options,
    { tie, untie, fixed, stopGradient, paddingIdx, external, externalRoot },
    "{ untie: false }",
  );
};

/** Throws where gradients cannot be exchanged. */
function checkExchange(where: string, { plan = "host", worker = false }: Readonly<Record<string, unknown>>): void {
  if (plan !== "host")
    throw new OptimizerError(
      `${where}: \`world\` needs plan: "host"; the plan ${shown(plan)} keeps gradients where no other process reaches them.`,
    );
  if (worker !== false)
    throw new OptimizerError(
      `${where}: \`world\` cannot be used in a worker, since MPI belongs to the thread that started it. Leave \`worker\` out.`,
    );
}

export const checkCreate = (options: unknown): void => checked("Trainer.create", options, ofCreate);
export const checkOpen = (options: unknown): void => checked("Trainer.open", options, ofOpen);

const methods = {
  load: ["strict"],
  exportModel: ["inference"],
  saveModel: ["inference"],
} as const;

/** Refuses options of a method that it does not have, or that are not true or false. */
export function checkSwitches(method: keyof typeof methods, options: unknown): void {
  const names: readonly string[] = methods[method];
  const form = `{ ${names.map((name) => `${name}: true`).join(", ")} }`;
  if (!isRecord(options))
    throw new OptimizerError(`\`${method}\` takes its options by name, such as ${form}; got ${shown(options)}.`);
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name))
      throw new OptimizerError(
        `\`${method}\` has no option \`${name}\`; it takes ${list(names)}.${suggestion(name, names)}`,
      );
    if (value !== undefined && typeof value !== "boolean")
      throw new OptimizerError(`\`${name}\` of \`${method}\` must be true or false; got ${shown(value)}.`);
  }
}
