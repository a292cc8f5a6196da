import {
  type Configured,
  type HyperValue,
  type Inspection,
  type LoadReport,
  OptimizerError,
  type Parameter,
} from "@descent/core";
import { assign, list, type Shape, size, suggestion } from "@descent/core/adapter";
import type { External, GradientRule, Loss, LossFunction } from "@descent/onnx";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { type Engine, LocalEngine, type Opening, type Started, type Starting } from "./engine.ts";
import { type Batch, check, type Fed } from "./feeds.ts";
import { baseName, bytesOf, writeWhole } from "./files.ts";
import { LostError } from "./lost.ts";
import type { Forward, Gradients, Outputs, Plan, PlanName, Stepped, Weights } from "./plan.ts";
import { RemoteEngine, type TrainingWorker } from "./remote.ts";
import type { ExecutionProvider, Runtime } from "./runtime.ts";
import type { Candidates, FixedShapes } from "./source.ts";

/** How a training graph that was saved is opened: what it has in it cannot be chosen again. */
export interface OpenOptions {
  /** A rule with its options, or a partition of them, with any transforms. */
  readonly optimizer: Configured;
  /** Where it runs, best first, as ONNX Runtime takes it. Default ["cpu"]. */
  readonly executionProviders?: readonly ExecutionProvider[] | undefined;
  /** `import * as ort from "onnxruntime-web"` (or -node), or the name of such a module. Default: onnxruntime-node. */
  readonly runtime?: Runtime | string | URL | undefined;
  /** Further options of `InferenceSession.create`: threads, profiling … */
  readonly sessionOptions?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Runs in a worker, so that this thread stays free: ONNX Runtime blocks its thread for a whole step. In a browser, a
   * function that makes the worker, whose file calls `serve`.
   */
  readonly worker?: boolean | (() => TrainingWorker) | undefined;
  /**
   * Where the update happens: `host` (default, but on webgpu) in WebAssembly memory; `device` (default on webgpu where
   * ONNX Runtime shares its device) in one submission after the graph's; or `graph`, as nodes of it.
   */
  readonly plan?: PlanName | undefined;
  /** What happens when a loss is not finite: an error (default), or the step is skipped, or taken all the same. */
  readonly nonFinite?: "throw" | "skip" | "apply" | undefined;
  /** Batches whose gradients are averaged for one update of `trainStep`. Default 1. */
  readonly accumulate?: number | undefined;
  /** From which dropout is drawn, together with the step. Default 0. */
  readonly seed?: number | undefined;
}

export interface TrainerOptions extends OpenOptions {
  /** What is made small; by default the model's first output, which then is a scalar. */
  readonly loss?: Loss | LossFunction | undefined;
  /**
   * Which weights are trained: names, a pattern or a choice; by default all, which leaves out statistics, masks and what `Constant`
   * nodes make. Others cost no gradient.
   */
  readonly trainable?: readonly string[] | RegExp | ((parameter: Parameter) => boolean) | undefined;
  /** The model's outputs that steps give back; by default all. None saves copying what nobody reads. */
  readonly outputs?: readonly string[] | undefined;
  /** Sizes that the model leaves open: `{ input: ["batch", 3, 224, 224] }`. */
  readonly shapes?: FixedShapes | undefined;
  /** Gradients of operators that have none here, or other ones, by name ("Op" or "domain.Op"). */
  readonly gradients?: Readonly<Record<string, GradientRule>> | undefined;
  /** What is done about a weight that the loss does not depend on. Default "error". */
  readonly unreached?: "error" | "zeros" | undefined;
  /** Reads the files that tensors of a large model lie in; by default those beside it, if the model is a file. */
  readonly external?: External | undefined;
}

export interface StepResult extends Forward {
  /** Whether weights moved: not while gradients accumulate, and not where a loss that is not finite was skipped. */
  readonly updated: boolean;
}

export interface ExportOptions {
  /** Takes BatchNormalization and Dropout out of training mode. Default false. */
  readonly inference?: boolean | undefined;
}

/**
 * Trains an ONNX model with stock ONNX Runtime: the gradient graph is made of standard operators, the update is any rule.
 * Calls may overlap; they are carried out one after the other.
 */
export class Trainer {
  readonly #engine: Engine;
  readonly #options: OpenOptions;
  readonly #started: Started;
  /** Of everything that is kept: weights and statistics. */
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #labels: ReadonlyMap<string, Started["labels"][number]>;
  readonly #plan: Plan;
  /** Shared with the engine, which may find that all is lost at a time when nothing was asked. */
  readonly #closing: Closing;
  #waiting = 0;
  #disposed: Promise<void> | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(engine: Engine, options: OpenOptions, started: Started, closing: Closing) {
    this.#engine = engine;
    this.#options = options;
    this.#started = started;
    this.#shapes = new Map([...started.parameters, ...started.statistics].map(({ name, shape }) => [name, shape]));
    this.#labels = new Map(started.labels.map((l) => [l.name, l]));
    this.#plan = engine.plan;
    this.#closing = closing;
  }

  /**
   * A trainer for a model given as bytes, a path or a URL. Throws where the model cannot be trained, the runtime is not
   * there, or the provider computes wrongly.
   */
  static create(model: string | URL | Uint8Array | ArrayBuffer, options: TrainerOptions): Promise<Trainer> {
    return Trainer.#make({ model, artifact: false, external: options.external }, options, (candidates) => {
      const { loss, outputs, shapes, gradients, unreached } = options;
      return { trained: trainedOf(candidates, options), loss, outputs, shapes, gradients, unreached };
    });
  }

  /** A trainer for a training graph that `saveTrainingGraph` wrote: nothing is differentiated again. */
  static open(graph: string | URL | Uint8Array | ArrayBuffer, options: OpenOptions): Promise<Trainer> {
    return Trainer.#make({ model: graph, artifact: true, external: undefined }, options, (candidates) => {
      const none = {
        loss: undefined,
        outputs: undefined,
        shapes: undefined,
        gradients: undefined,
        unreached: undefined,
      };
      return { ...none, trained: trainedOf(candidates, options) };
    });
  }

  static async #make(
    what: Pick<Opening, "model" | "artifact" | "external">,
    options: OpenOptions,
    choose: (candidates: Candidates) => Omit<Starting, "optimizer" | "plan" | "seed">,
  ): Promise<Trainer> {
    const { accumulate = 1, executionProviders = ["cpu"], optimizer, worker = false, seed = 0 } = options;
    if (!Number.isInteger(accumulate) || accumulate < 1)
      throw new OptimizerError(`accumulate is ${accumulate}. It is a whole number of batches, at least 1.`);
    if (executionProviders.length === 0)
      throw new OptimizerError('executionProviders is empty. Name at least one, such as "cpu".');
    if (!Number.isSafeInteger(seed)) throw new OptimizerError(`seed is ${seed}. It is a whole number.`);
    const closing: Closing = { why: undefined };
    const lost = ({ message }: LostError): void => {
      closing.why ??= message;
    };
    const engine: Engine = worker === false ? new LocalEngine(lost) : await RemoteEngine.start(worker, lost);
    try {
      const { runtime, sessionOptions = {}, plan } = options;
      const candidates = await engine.open({ ...what, runtime, executionProviders, sessionOptions });
      const started = await engine.start({ ...choose(candidates), optimizer, plan, seed });
      return new Trainer(engine, options, started, closing);
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  /** Updates done. */
  get step(): number {
    return this.#plan.step;
  }

  /** Where the update happens. */
  get plan(): PlanName {
    return this.#started.plan;
  }

  /** The weights that are trained. */
  get parameters(): readonly Parameter[] {
    return this.#started.parameters;
  }

  /** How many numbers are trained. */
  get size(): number {
    return this.parameters.reduce((n, p) => n + size(p.shape), 0);
  }

  /** What a batch holds: the model's inputs and the labels, with their types, sizes by name where a batch decides. */
  get inputs(): Started["inputs"] {
    return this.#started.inputs;
  }

  /**
   * One batch: forward, backward, and the update, or every `accumulate`-th time the update by the mean of the gradients.
   * Its arrays are read when its turn comes, so they must not change before the step has ended.
   */
  trainStep(batch: Batch): Promise<StepResult> {
    return this.#next(async () => {
      const { accumulate = 1, nonFinite } = this.#options;
      const fed = this.#fed(batch);
      const always = nonFinite === "apply";
      if (accumulate === 1) {
        const { loss, outputs, applied } = this.#checked(await this.#plan.train(fed, always));
        return { loss, outputs, updated: applied };
      }
      const { loss, outputs, applied } = this.#checked(await this.#plan.accumulate(fed, always));
      if (applied) this.#waiting++;
      const updated = this.#waiting >= accumulate;
      if (updated) {
        await this.#plan.applyAccumulated();
        this.#waiting = 0;
      }
      return { loss, outputs, updated };
    });
  }

  /** The loss and the outputs of a batch as the model is in use: no dropout, normalisation by the running statistics. */
  evalStep(batch: Batch): Promise<Forward> {
    return this.#next(() => this.#plan.evaluate(this.#fed(batch)));
  }

  /** The model's outputs for inputs without labels. */
  predict(inputs: Batch): Promise<Outputs> {
    return this.#next(() => this.#plan.predict(this.#fed(inputs, false)));
  }

  /** The loss and a copy of every gradient, for a loop of one's own; nothing moves. */
  gradients(batch: Batch): Promise<Forward & { readonly gradients: Gradients }> {
    return this.#next(() => this.#plan.gradients(this.#fed(batch)));
  }

  /** One update by gradients of one's own. Weights without one are not touched. */
  applyGradients(gradients: Gradients): Promise<void> {
    return this.#next(() => this.#plan.applyGradients(gradients));
  }

  /** Changes hyper-parameters from the next update on: `await trainer.set({ lr: 1e-4 })`. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): Promise<void> {
    return this.#next(() => this.#plan.set(hyper, group));
  }

  /** Rates, groups, who decays, how often each weight was updated. */
  inspect(): Promise<Inspection> {
    return this.#next(() => this.#plan.inspect());
  }

  /** Copies of the weights, and of the running statistics of normalisation, by name. */
  weights(): Promise<Weights> {
    return this.#next(() => this.#plan.weights());
  }

  /** Sets some or all weights. Throws, and sets none, for an unknown name or another length. */
  setWeights(weights: Weights): Promise<void> {
    return this.#next(async () => {
      for (const [name, data] of Object.entries(weights)) this.#check(name, data.length);
      await this.#plan.setWeights(weights);
    });
  }

  /** All trained weights in one array, in the order of `parameters`. */
  async contiguousWeights(): Promise<Float32Array> {
    const weights = await this.weights();
    const all = new Float32Array(this.size);
    let at = 0;
    for (const { name } of this.parameters) {
      all.set(weights[name]!, at); // every trained weight is among them
      at += weights[name]!.length;
    }
    return all;
  }

  /** Sets all trained weights from one array, in the order of `parameters`. */
  async setContiguousWeights(all: Float32Array): Promise<void> {
    if (all.length !== this.size)
      throw new OptimizerError(`The weights are ${this.size} numbers, and ${all.length} were given.`);
    let at = 0;
    await this.setWeights(
      Object.fromEntries(this.parameters.map(({ name, shape }) => [name, all.subarray(at, (at += size(shape)))])),
    );
  }

  /** Everything there is to continue from. */
  checkpoint(): Promise<Checkpoint> {
    return this.#next(async () => {
      const weights = await this.#plan.weights();
      const parameters = Object.entries(weights).map(
        ([name, data]) => [name, { shape: this.#shapes.get(name)!, data }] as const, // by the same names
      );
      const waiting = await this.#plan.waiting();
      return {
        parameters: Object.fromEntries(parameters),
        optimizer: await this.#plan.state(),
        ...(waiting ? { waiting } : {}),
      };
    });
  }

  /** Writes a checkpoint to a file, whole or not at all. */
  async save(path: string): Promise<void> {
    await writeWhole(path, encodeCheckpoint(await this.checkpoint()));
  }

  /**
   * Continues from a checkpoint: a file, its bytes, or what `checkpoint()` gave. Strict unless told otherwise: a
   * checkpoint of another model or rule is refused whole.
   */
  async load(
    source: string | URL | Uint8Array | Checkpoint,
    options: { readonly strict?: boolean | undefined } = {},
  ): Promise<LoadReport> {
    const { parameters, optimizer, waiting } =
      typeof source === "object" && "optimizer" in source
        ? source
        : decodeCheckpoint(await bytesOf(source as string | URL | Uint8Array, "checkpoint")); // the other forms
    const { strict = true } = options;
    return this.#next(async () => {
      const names = [...this.#shapes.keys()];
      const missing = names.filter((name) => !Object.hasOwn(parameters, name));
      const others = Object.keys(parameters).filter((name) => !this.#shapes.has(name));
      const misfits = names.filter(
        (name) => Object.hasOwn(parameters, name) && parameters[name]!.shape.join() !== this.#shapes.get(name)!.join(),
      );
      const sums = waiting?.sums ?? {};
      const unfit = this.parameters.filter(({ name, shape }) => sums[name]?.length !== size(shape));
      const problems = [
        ...(missing.length > 0 ? [`it lacks ${list(missing)}`] : []),
        ...(others.length > 0 ? [`it has ${list(others)}, which this trainer does not train`] : []),
        ...misfits.map(
          (n) => `\`${n}\` was saved with shape [${parameters[n]!.shape}] and has [${this.#shapes.get(n)!}]`,
        ),
        ...(waiting && unfit.length > 0 ? [`gradients wait in it, but not for ${list(unfit.map((p) => p.name))}`] : []),
      ];
      if (strict && problems.length > 0)
        throw new OptimizerError(`The checkpoint is of another model: ${problems.join("; ")}. Nothing was loaded.`);
      const fits = names.filter((name) => !missing.includes(name) && !misfits.includes(name));
      for (const name of fits) this.#check(name, parameters[name]!.data.length);
      const report = await this.#plan.load(optimizer, { strict }); // before the weights, for it may still refuse
      await this.#plan.setWeights(Object.fromEntries(fits.map((name) => [name, parameters[name]!.data])));
      const kept = unfit.length > 0 ? undefined : waiting;
      await this.#plan.setWaiting(kept);
      this.#waiting = kept?.count ?? 0;
      return report;
    });
  }

  /**
   * The original model with the weights as they are now, all else untouched: for any ONNX runtime. A model that was
   * exported to train, with BatchNormalization or Dropout in training mode, leaves that mode with `inference: true`.
   */
  async exportModel({ inference = false }: ExportOptions = {}): Promise<Uint8Array> {
    return (await this.#next(() => this.#engine.exportModel(inference))).model;
  }

  /**
   * Writes the trained model to a file, whole or not at all. Where the original kept tensors in a file beside it, so does
   * this one, under its own name and `.data`.
   */
  async saveModel(path: string, { inference = false }: ExportOptions = {}): Promise<void> {
    const beside = `${path}.data`;
    const location = await baseName(beside);
    const { model, data } = await this.#next(() => this.#engine.exportModel(inference, location));
    if (data) await writeWhole(beside, ...data);
    await writeWhole(path, model);
  }

  /**
   * Writes the graph that computes the loss and the gradients, with the weights of now, as an ONNX file of standard
   * operators: `Trainer.open` trains it further, and any runtime runs it.
   */
  async saveTrainingGraph(path: string): Promise<void> {
    await writeWhole(path, await this.trainingGraph());
  }

  /** The bytes of the file that `saveTrainingGraph` writes. */
  trainingGraph(): Promise<Uint8Array> {
    return this.#next(() => this.#engine.trainingGraph());
  }

  /** Releases sessions, memory and device tensors, and ends the worker. A second call does nothing. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#tail.then(async () => {
      const lost = this.#closing.why !== undefined;
      this.#closing.why ??= "was disposed of";
      try {
        await this.#engine.dispose();
      } catch (error) {
        if (!lost) throw error; // what is lost cannot be released
      }
    });
    return this.#disposed;
  }

  /** One call after the other: a session must not run twice at once, and a step must be whole before it is saved. */
  #next<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(async () => {
      this.#open();
      try {
        return await task();
      } catch (error) {
        if (!(error instanceof LostError)) throw error;
        this.#closing.why ??= error.message;
        throw closed(this.#closing.why, error);
      }
    });
    this.#tail = result.catch(() => {});
    return result;
  }

  #open(): void {
    if (this.#disposed && this.#closing.why === undefined) throw closed("was disposed of");
    if (this.#closing.why !== undefined) throw closed(this.#closing.why);
  }

  #fed(batch: Batch, withLabels = true): Fed[] {
    const { inputs } = this.#started;
    const expected = withLabels ? inputs : new Map([...inputs].filter(([name]) => !this.#labels.has(name)));
    const fed = check(batch, expected);
    for (const { name, data } of fed) {
      const label = this.#labels.get(name);
      if (label?.classes !== undefined)
        checkLabels(name, data as ArrayLike<number | bigint>, label.classes, label.ignoreIndex); // numbers of any kind
    }
    return fed;
  }

  #checked(stepped: Stepped): Stepped {
    if (!stepped.applied && (this.#options.nonFinite ?? "throw") === "throw")
      throw new OptimizerError(
        `The loss is ${stepped.loss} at step ${this.step}, and the step was not applied. Lower the rate, clip the gradients, or skip such batches with nonFinite: "skip".`,
      );
    return stepped;
  }

  #check(name: string, length: number): void {
    const shape = this.#shapes.get(name);
    if (!shape)
      throw new OptimizerError(`There is no trained weight \`${name}\`; there are ${list([...this.#shapes.keys()])}.`);
    if (length !== size(shape))
      throw new OptimizerError(`\`${name}\` of shape [${shape}] is ${size(shape)} numbers, and ${length} were given.`);
  }
}

/** Why a trainer cannot be used any more, if it cannot. */
interface Closing {
  why: string | undefined;
}

const closed = (why: string, cause?: unknown): OptimizerError =>
  new OptimizerError(
    `This trainer ${why}. Make a new one${why.startsWith("lost") ? ", and load the last checkpoint" : ""}.`,
    { cause },
  );

/** The names of the weights to train: those chosen, without those the optimizer freezes. */
function trainedOf(
  { weights: all, quantized }: Candidates,
  { trainable, optimizer }: Pick<TrainerOptions, "trainable" | "optimizer">,
): string[] {
  const names = all.map((p) => p.name);
  if (quantized.length > 0 && (trainable === undefined || all.length === 0))
    throw new OptimizerError(
      `${list(quantized)} ${quantized.length > 1 ? "are" : "is"} quantized, and whole numbers cannot be trained. Train the model it was quantized from${all.length > 0 ? ", or only such weights as are not: name them in `trainable`" : ""}.`,
    );
  if (all.length === 0)
    throw new OptimizerError(
      "The model has no floating weights, so there is nothing to train. Was it exported with its parameters?",
    );
  const known = Array.isArray(trainable) ? (trainable as readonly string[]) : undefined; // the other forms are no arrays
  for (const name of known ?? [])
    if (!names.includes(name))
      throw new OptimizerError(
        `\`trainable\` names \`${name}\`, which is no floating weight of the model; they are ${list(names)}.${suggestion(name, names)}`,
      );
  const chosen = all.filter((p) =>
    known
      ? known.includes(p.name)
      : trainable instanceof RegExp
        ? new RegExp(trainable.source, trainable.flags.replace(/[gy]/g, "")).test(p.name)
        : trainable
          ? (trainable as (p: Parameter) => boolean)(p) // no array and no pattern
          : true,
  );
  const groups = assign(optimizer, chosen);
  const trained = chosen.filter((_, i) => groups[i]!.leaf !== undefined); // one group each
  if (trained.length === 0)
    throw new OptimizerError(
      `No weight is left to train: ${chosen.length === 0 ? "`trainable` chooses none" : "all are frozen"} of ${list(names)}.`,
    );
  const wrong = trained.filter((p) => p.elem !== "float32");
  if (wrong.length > 0)
    throw new OptimizerError(
      `${list(wrong.map((p) => p.name))} ${wrong.length > 1 ? "are" : "is"} ${wrong[0]!.elem}, and weights are trained in float32. Convert the model, or leave such weights out of \`trainable\`.`,
    );
  return trained.map((p) => p.name);
}

function checkLabels(
  name: string,
  data: ArrayLike<number | bigint>,
  classes: number,
  ignoreIndex: number | undefined,
): void {
  for (let i = 0; i < data.length; i++) {
    const label = Number(data[i]);
    if (label === ignoreIndex) continue;
    if (!(label >= 0 && label < classes && Number.isInteger(label)))
      throw new OptimizerError(
        `\`${name}\` holds ${label} at place ${i}. Labels are whole numbers from 0 to ${classes - 1}.`,
      );
  }
}
