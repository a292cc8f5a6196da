import {
  assign,
  type Configured,
  type HyperValue,
  type Inspection,
  type LoadReport,
  list,
  OptimizerError,
  type Parameter,
  type Shape,
  size,
} from "@descent/core";
import {
  type Differentiated,
  differentiate,
  type External,
  importModel,
  type LabelInput,
  type Loss,
  type LossFunction,
  trainables,
  updateInitializers,
  type Wanted,
} from "@descent/onnx";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { Compiler, targetOf } from "./compile.ts";
import { type Batch, check, type Expected, type Fed } from "./feeds.ts";
import { bytesOf, writeWhole } from "./files.ts";
import { GraphPlan } from "./graph-plan.ts";
import { HostPlan, type Weight } from "./host-plan.ts";
import type { Forward, Plan } from "./plan.ts";
import { type ExecutionProvider, nodeRuntime, providerName, type Runtime } from "./runtime.ts";
import { selfTest } from "./self-test.ts";

export interface TrainerOptions {
  /** A rule with its options, or a partition of them, with any transforms. */
  readonly optimizer: Configured;
  /** What is made small; by default the model's first output, which then is a scalar. */
  readonly loss?: Loss | LossFunction | undefined;
  /** Which weights are trained: names, a pattern or a choice; by default all. Others cost no gradient. */
  readonly trainable?: Wanted | undefined;
  /** Where it runs, best first, as ONNX Runtime takes it. Default ["cpu"]. */
  readonly executionProviders?: readonly ExecutionProvider[] | undefined;
  /** `import * as ort from "onnxruntime-web"` (or -node). Default: onnxruntime-node. */
  readonly runtime?: Runtime | undefined;
  /** Further options of `InferenceSession.create`: threads, profiling … */
  readonly sessionOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Where the update happens: `host` (default, but on webgpu) in WebAssembly memory, or `graph` on the device. */
  readonly plan?: "host" | "graph" | undefined;
  /** What happens when a loss is not finite: an error (default), or the step is skipped, or taken all the same. */
  readonly nonFinite?: "throw" | "skip" | "apply" | undefined;
  /** Batches whose gradients are averaged for one update of `trainStep`. Default 1. */
  readonly accumulate?: number | undefined;
  /** Reads the files that tensors of a large model lie in. */
  readonly external?: External | undefined;
}

/** Numbers that the model gave, with their dimensions. */
export interface Output {
  readonly data: unknown;
  readonly dims: readonly number[];
  readonly type: string;
}
export type Outputs = Readonly<Record<string, Output>>;

export interface StepResult {
  readonly loss: number;
  /** Whether weights moved: not while gradients accumulate, and not where a loss that is not finite was skipped. */
  readonly updated: boolean;
  readonly outputs: Outputs;
}

/**
 * Trains an ONNX model with stock ONNX Runtime: the gradient graph is made of standard operators, the update is any rule.
 * Calls may overlap; they are carried out one after the other.
 */
export class Trainer {
  readonly #bytes: Uint8Array;
  readonly #plan: Plan;
  readonly #options: TrainerOptions;
  readonly #inputs: ReadonlyMap<string, Expected>;
  readonly #labels: readonly LabelInput[];
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #trained: readonly Parameter[];
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #closed: string | undefined;

  private constructor(
    bytes: Uint8Array,
    plan: Plan,
    options: TrainerOptions,
    inputs: ReadonlyMap<string, Expected>,
    labels: readonly LabelInput[],
    weights: readonly Parameter[],
    trained: readonly Parameter[],
  ) {
    this.#bytes = bytes;
    this.#plan = plan;
    this.#options = options;
    this.#inputs = inputs;
    this.#labels = labels;
    this.#shapes = new Map(weights.map(({ name, shape }) => [name, shape]));
    this.#trained = trained;
  }

  /**
   * A trainer for a model given as bytes, a path or a URL. Throws where the model cannot be trained, the runtime is not
   * there, or the provider computes wrongly.
   */
  static async create(model: string | URL | Uint8Array | ArrayBuffer, options: TrainerOptions): Promise<Trainer> {
    const { accumulate = 1, executionProviders = ["cpu"], optimizer, external, loss } = options;
    if (!Number.isInteger(accumulate) || accumulate < 1)
      throw new OptimizerError(`accumulate is ${accumulate}. It is a whole number of batches, at least 1.`);
    if (executionProviders.length === 0)
      throw new OptimizerError('executionProviders is empty. Name at least one, such as "cpu".');
    const [bytes, runtime] = await Promise.all([bytesOf(model, "model"), options.runtime ?? nodeRuntime()]);
    const source = importModel(bytes, external ? { external } : {});
    const chosen = trainedOf(source, options);
    const target = targetOf(executionProviders);
    const d = differentiate(source, { loss, wrt: chosen.map((p) => p.name), target });
    for (const { name, elem } of d.parameters)
      if (elem !== "float32")
        throw new OptimizerError(
          `\`${name}\` is ${elem}, and weights are trained in float32. Convert the model, or leave it out of \`trainable\`.`,
        );
    await selfTest(runtime, executionProviders);
    const data = new Map([...source.inputs].map(([name, type]) => [name, type as Expected] as const));
    for (const { name, type } of d.labels) data.set(name, type);
    const compile = {
      runtime,
      model: bytes,
      external,
      loss,
      trained: chosen.map((p) => p.name),
      executionProviders,
      sessionOptions: options.sessionOptions ?? {},
    };
    const weights = d.parameters.map(weight);
    const statistics = d.statistics.map(weight);
    const kind = options.plan ?? (providerName(executionProviders[0]!) === "webgpu" ? "graph" : "host");
    const compiler = new Compiler(compile);
    compiler.learn(d);
    const Chosen = kind === "host" ? HostPlan : GraphPlan;
    const plan = new Chosen(compiler, optimizer, weights, statistics);
    return new Trainer(bytes, plan, options, data, d.labels, [...weights, ...statistics], weights);
  }

  /** Updates done. */
  get step(): number {
    return this.#plan.step;
  }

  /** Where the update happens. */
  get plan(): "host" | "graph" {
    return this.#plan.name;
  }

  /** The weights that are trained. */
  get parameters(): readonly Parameter[] {
    return this.#trained.map(({ name, shape, role, axes }) => ({ name, shape, role, axes }));
  }

  /** How many numbers are trained. */
  get size(): number {
    return this.#trained.reduce((n, p) => n + size(p.shape), 0);
  }

  /** One batch: forward, backward, and the update, or every `accumulate`-th time the update by the mean of the gradients. */
  trainStep(batch: Batch): Promise<StepResult> {
    return this.#next(async () => {
      const { accumulate = 1 } = this.#options;
      const fed = this.#fed(batch);
      const fit = (loss: number): boolean => this.#fit(loss);
      if (accumulate === 1) {
        const { loss, outputs, applied } = await this.#plan.train(fed, fit);
        return { loss, outputs, updated: applied };
      }
      const { loss, outputs, applied } = await this.#plan.accumulate(fed, fit);
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
  evalStep(batch: Batch): Promise<{ readonly loss: number; readonly outputs: Outputs }> {
    return this.#next(() => this.#plan.evaluate(this.#fed(batch)));
  }

  /** The model's outputs for inputs without labels. */
  predict(inputs: Batch): Promise<Outputs> {
    return this.#next(() => this.#plan.predict(this.#fed(inputs, false)));
  }

  /** The loss and a copy of every gradient, for a loop of one's own; nothing moves. */
  gradients(batch: Batch): Promise<Forward & { readonly gradients: Readonly<Record<string, Float32Array>> }> {
    return this.#next(() => this.#plan.gradients(this.#fed(batch)));
  }

  /** One update by gradients of one's own. Weights without one are not touched. */
  applyGradients(gradients: Readonly<Record<string, Float32Array>>): Promise<void> {
    return this.#next(() => this.#plan.applyGradients(gradients));
  }

  /** Changes hyper-parameters from the next update on: `trainer.set({ lr: 1e-4 })`. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.#open();
    this.#plan.set(hyper, group);
  }

  /** Rates, groups, who decays, how often each weight was updated. */
  inspect(): Inspection {
    this.#open();
    return this.#plan.inspect();
  }

  /** Copies of the weights, and of the running statistics of normalisation, by name. */
  weights(): Promise<Readonly<Record<string, Float32Array>>> {
    return this.#next(() => this.#plan.weights());
  }

  /** Sets some or all weights. Throws, and sets none, for an unknown name or another length. */
  setWeights(weights: Readonly<Record<string, Float32Array>>): Promise<void> {
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
    for (const { name } of this.#trained) {
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
      Object.fromEntries(this.#trained.map(({ name, shape }) => [name, all.subarray(at, (at += size(shape)))])),
    );
  }

  /** Everything there is to continue from. */
  checkpoint(): Promise<Checkpoint> {
    return this.#next(async () => {
      const weights = await this.#plan.weights();
      const parameters = Object.entries(weights).map(
        ([name, data]) => [name, { shape: this.#shapes.get(name)!, data }] as const, // by the same names
      );
      return { parameters: Object.fromEntries(parameters), optimizer: await this.#plan.state() };
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
    const { parameters, optimizer } =
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
      const problems = [
        ...(missing.length > 0 ? [`it lacks ${list(missing)}`] : []),
        ...(others.length > 0 ? [`it has ${list(others)}, which this trainer does not train`] : []),
        ...misfits.map(
          (n) => `\`${n}\` was saved with shape [${parameters[n]!.shape}] and has [${this.#shapes.get(n)!}]`,
        ),
      ];
      if (strict && problems.length > 0)
        throw new OptimizerError(`The checkpoint is of another model: ${problems.join("; ")}. Nothing was loaded.`);
      const report = await this.#plan.load(optimizer, { strict }); // first, for it may still refuse
      const fits = names.filter((name) => !missing.includes(name) && !misfits.includes(name));
      await this.#plan.setWeights(Object.fromEntries(fits.map((name) => [name, parameters[name]!.data])));
      return report;
    });
  }

  /** The original model with the weights as they are now, all else untouched: for any ONNX runtime. */
  async exportModel(): Promise<Uint8Array> {
    const weights = await this.weights();
    return updateInitializers(this.#bytes, weights);
  }

  /** Writes the trained model to a file, whole or not at all. */
  async saveModel(path: string): Promise<void> {
    await writeWhole(path, await this.exportModel());
  }

  /** Releases sessions, memory and device tensors. */
  dispose(): Promise<void> {
    return this.#next(async () => {
      this.#closed = "was disposed of";
      await this.#plan.dispose();
    });
  }

  /** One call after the other: a session must not run twice at once, and a step must be whole before it is saved. */
  #next<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => {
      this.#open();
      return task();
    });
    this.#tail = result.catch(() => {});
    return result;
  }

  #open(): void {
    if (this.#closed !== undefined) throw new OptimizerError(`This trainer ${this.#closed}. Make a new one.`);
  }

  #fed(batch: Batch, withLabels = true): Fed[] {
    const labels = new Map(this.#labels.map((l) => [l.name, l]));
    const expected = withLabels ? this.#inputs : new Map([...this.#inputs].filter(([name]) => !labels.has(name)));
    const fed = check(batch, expected);
    for (const { name, data } of fed) {
      const label = labels.get(name);
      if (label?.classes !== undefined)
        checkLabels(name, data as ArrayLike<number | bigint>, label.classes, label.ignoreIndex); // numbers of any kind
    }
    return fed;
  }

  #fit(loss: number): boolean {
    const { nonFinite = "throw" } = this.#options;
    if (Number.isFinite(loss) || nonFinite === "apply") return true;
    if (nonFinite === "skip") return false;
    throw new OptimizerError(
      `The loss is ${loss} at step ${this.step}, and the step was not applied. Lower the rate, clip the gradients, or skip such batches with nonFinite: "skip".`,
    );
  }

  #check(name: string, length: number): void {
    const shape = this.#shapes.get(name);
    if (!shape)
      throw new OptimizerError(`There is no trained weight \`${name}\`; there are ${list([...this.#shapes.keys()])}.`);
    if (length !== size(shape))
      throw new OptimizerError(`\`${name}\` of shape [${shape}] is ${size(shape)} numbers, and ${length} were given.`);
  }
}

/** The weights to train: those chosen, without those the optimizer freezes. */
function trainedOf(source: Parameters<typeof trainables>[0], { trainable, optimizer }: TrainerOptions): Parameter[] {
  const all = trainables(source);
  if (all.length === 0)
    throw new OptimizerError(
      "The model has no floating weights, so there is nothing to train. Was it exported with its parameters?",
    );
  const known = Array.isArray(trainable) ? (trainable as readonly string[]) : undefined; // the other forms of Wanted are no arrays
  for (const name of known ?? [])
    if (!all.some((p) => p.name === name))
      throw new OptimizerError(
        `\`trainable\` names \`${name}\`, which is no floating weight of the model; they are ${list(all.map((p) => p.name))}.`,
      );
  const chosen = all.filter((p) =>
    known
      ? known.includes(p.name)
      : trainable instanceof RegExp
        ? new RegExp(trainable.source, trainable.flags.replace(/[gy]/g, "")).test(p.name)
        : trainable
          ? (trainable as (p: (typeof all)[number]) => boolean)(p)
          : true,
  );
  const groups = assign(optimizer, chosen);
  const trained = chosen.filter((_, i) => groups[i]!.leaf !== undefined); // one group each
  if (trained.length === 0)
    throw new OptimizerError(
      `No weight is left to train: ${chosen.length === 0 ? "`trainable` chooses none" : "all are frozen"} of ${list(all.map((p) => p.name))}.`,
    );
  return trained;
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

function weight({
  name,
  shape,
  initial,
  ...rest
}: Differentiated["parameters"][number] | Differentiated["statistics"][number]): Weight {
  const { role, axes } = rest as Partial<Parameter>; // statistics have neither
  return { name, shape, role, axes, initial: initial.data as Float32Array }; // float32, checked by the caller
}
