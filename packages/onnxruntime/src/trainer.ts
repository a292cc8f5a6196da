/// <reference lib="esnext.disposable" preserve="true" />

import { OptimizerError, type Parameter } from "@descent/core";
import {
  ASYNC_DISPOSE,
  DISPOSE,
  flag,
  goneNames,
  type HyperValue,
  isFloat32Array,
  isRecord,
  knownOptions,
  type LoadReport,
  list,
  refuseNone,
  type Shape,
  shown,
  size,
} from "@descent/core/adapter";
import type { FileUrl } from "@descent/files";
import type { FitOptions, Fitted } from "@descent/training";
import { fedBatch, withoutLabels } from "./batch.ts";
import type { Calls } from "./calls.ts";
import { checkSwitches } from "./check-options.ts";
import {
  type Checkpoint,
  checkpointOf,
  encodeCheckpoint,
  fit,
  fitting,
  padded,
  renamedCheckpoint,
} from "./checkpoint.ts";
import type { Engine, Started } from "./engine/engine.ts";
import { baseName, type FileSource, type ModelInput } from "./files/read.ts";
import { checkPath, Writes } from "./files/writes.ts";
import type { Candidates } from "./graphs/model.ts";
import { type Begun, created, reopened } from "./opening.ts";
import type { ExportOptions, LoadOptions, OpenOptions, TrainerOptions } from "./options.ts";
import { meanStatistics } from "./plans/statistics.ts";
import type {
  Forward,
  GivenGradients,
  Gradients,
  Hyper,
  Outputs,
  Plan,
  StepInputs,
  TrainerInspection,
  Training,
  Weights,
} from "./plans/training.ts";
import { type Report, reportOf } from "./report.ts";
import type { Batch, Fed } from "./runtime/feeds.ts";
import { trainedOf } from "./trainable.ts";

/** The result of `trainStep`. */
export interface StepResult extends Forward {
  /**
   * Whether weights moved: not while gradients accumulate, not where a step that is not finite was skipped, and in an elastic world not
   * where a rank was lost before any had taken the step.
   */
  readonly updated: boolean;
}

/** Options of `trainStep`. */
export interface StepOptions {
  /** The inputs of the rule besides gradients and the loss, by name. */
  readonly inputs?: StepInputs | undefined;
  /** Asked by `fit` of `@descent/training` of every model; a Trainer's steps do not return gradients (`withGradients` there does). */
  readonly gradients?: boolean | undefined;
}

/**
 * Trains an ONNX model with stock ONNX Runtime: the gradient graph is made of standard operators, the update is any rule.
 * Calls may overlap; they are carried out one after the other.
 */
export class Trainer {
  /** `await using trainer = await Trainer.create(…)` calls `dispose` at the end of the block and waits for it. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** `using trainer = …` calls `dispose` at the end of the block and does not wait. */
  declare readonly [Symbol.dispose]: () => void;
  readonly #engine: Engine;
  readonly #options: OpenOptions;
  readonly #candidates: Candidates;
  #started: Started;
  #report: Report;
  /** Weights that were trained and are not any more. */
  #held: readonly string[] = [];
  /** The hyper-parameters that were set, for weights that are added. */
  readonly #set: (readonly [hyper: Hyper, group: string | undefined])[] = [];
  readonly #calls: Calls;
  readonly #writes: Writes = new Writes();
  #waiting = 0;

  private constructor(options: OpenOptions, { engine, started, candidates, report, calls }: Begun) {
    this.#engine = engine;
    this.#report = report;
    this.#options = options;
    this.#started = started;
    this.#candidates = candidates;
    this.#calls = calls;
    Object.defineProperty(this, ASYNC_DISPOSE, { value: () => this.dispose() });
    Object.defineProperty(this, DISPOSE, { value: () => void this.dispose() });
  }

  /**
   * A trainer for a model given as bytes, a `File` or `Blob`, a path, a URL, or what `decodeModel()` returns. Throws where the model cannot be trained, the
   * runtime is missing, or the provider computes wrongly.
   */
  static async create(model: ModelInput, options: TrainerOptions): Promise<Trainer> {
    return new Trainer(options, await created(model, options));
  }

  /**
   * A trainer for a training graph that `saveTrainingGraph` wrote: nothing is differentiated again. The graph knows only the
   * weights that it trains, so a group of the optimizer may be empty.
   */
  static async open(graph: FileSource, options: OpenOptions): Promise<Trainer> {
    return new Trainer(options, await reopened(graph, options));
  }

  get #training(): Training {
    return this.#engine.training;
  }

  /** The shapes of everything that is kept: weights and statistics. */
  get #shapes(): ReadonlyMap<string, Shape> {
    const { parameters, statistics } = this.#started;
    return new Map([...parameters, ...statistics].map(({ name, shape }) => [name, shape]));
  }

  /** Updates done. */
  get step(): number {
    return this.#training.step;
  }

  /** Where the update happens. */
  get plan(): Plan {
    return this.#started.plan;
  }

  /** The names of the providers in use: those asked for, without the first ones where they cannot be had here. */
  get executionProviders(): readonly string[] {
    return this.#started.executionProviders;
  }

  /** The weights that are trained. */
  get parameters(): readonly Parameter[] {
    return this.#started.parameters;
  }

  /**
   * Every floating tensor of the model: whether it is trained and why, its role, group and decay, its name and module in Python, and
   * what the file does not show. `String(trainer.report)` is a table.
   */
  get report(): Report {
    return this.#report;
  }

  /** The count of trained numbers. */
  get size(): number {
    return this.parameters.reduce((n, p) => n + size(p.shape), 0);
  }

  /** The tensors of a batch: the model's inputs and the labels, with their types; sizes by name where a batch decides. */
  get inputs(): Started["inputs"] {
    return this.#started.inputs;
  }

  /**
   * One batch: forward, backward and the update, or every `accumulate`-th time the update by the mean of the gradients. Its
   * arrays are read when its turn comes, so they must not change before the step has ended. `inputs` are what the rule reads
   * besides gradients, `{ inputs: { h: { w: … } } }` by weight; the loss it is given anyway.
   */
  trainStep(batch: Batch, options: StepOptions = {}): Promise<StepResult> {
    return this.#calls.next(async () => {
      const { inputs = {} } = knownOptions("trainStep", options, ["inputs", "gradients"]);
      const { accumulate = 1 } = this.#options;
      checkRecord("trainStep", "what the rule reads besides gradients by name as `inputs`", inputs);
      if (Object.hasOwn(inputs, "loss"))
        throw new OptimizerError("`trainStep` gives a rule the batch's loss by itself. Leave `loss` out.");
      if (accumulate > 1 && Object.keys(inputs).length > 0)
        throw new OptimizerError(
          "A step of a trainer that accumulates is a part of an update, and inputs are the update's. Give them to applyGradients(gradients, inputs).",
        );
      const fed = fedBatch(batch, this.#started);
      const before = this.step;
      const { loss, outputs, fault, lost } = await (accumulate === 1
        ? this.#training.train(fed, this.#guard, inputs)
        : this.#training.accumulate(fed, this.#guard));
      this.#refuse(fault, fed);
      if (lost) this.#waiting = 0;
      // Where a rank was lost, another may have given this one the step that it had taken.
      if (lost || fault !== undefined || accumulate === 1) return { loss, outputs, updated: this.step > before };
      this.#waiting++;
      if (this.#waiting < accumulate) return { loss, outputs, updated: false };
      const later = await this.#training.applyAccumulated(this.#guard);
      this.#waiting = 0;
      this.#refuse(later, fed);
      return { loss, outputs, updated: this.step > before };
    });
  }

  /**
   * Trains for some epochs, with validation, metrics and callbacks: `fit(trainer, options)` of `@descent/training`, which is loaded when this is
   * first called.
   */
  async fit<B extends Batch>(options: FitOptions<B>): Promise<Fitted> {
    const { fit } = await import("@descent/training");
    return fit(this, options);
  }

  /** The loss and the outputs of a batch in the mode of use: no dropout, normalisation by the running statistics. */
  evalStep(batch: Batch): Promise<Forward> {
    return this.#calls.next(() => this.#training.evaluate(fedBatch(batch, this.#started)));
  }

  /** The model's outputs for inputs without labels. */
  predict(inputs: Batch): Promise<Outputs> {
    return this.#calls.next(() => this.#training.predict(fedBatch(inputs, this.#started, { labels: false })));
  }

  /** The loss and a copy of every gradient, for a loop of your own; nothing changes. */
  gradients(batch: Batch): Promise<Forward & { readonly gradients: Gradients }> {
    return this.#calls.next(() => this.#training.gradients(fedBatch(batch, this.#started)));
  }

  /**
   * The Hessian of a batch's loss times a vector, by weight: the model is differentiated twice, at the price of about three passes
   * forward and backward. `curvature(await trainer.weights(), (v) => trainer.hessianProduct(batch, v))` of `@descent/training`
   * finds trace and largest eigenvalue by it. Throws unless the vector has as many numbers as each weight that is trained.
   */
  hessianProduct(batch: Batch, vector: Gradients): Promise<Gradients> {
    return this.#calls.next(() => this.#training.hessianProduct(fedBatch(batch, this.#started), vector));
  }

  /**
   * One update by your own gradients: whole ones, or `{ rows, data }` of some rows of a table on the host plan. Weights without one
   * are not touched. `inputs` are what the rule reads besides: `{ loss }`, or `{ h: { w: … } }` by weight.
   */
  applyGradients(gradients: GivenGradients, inputs: StepInputs = {}): Promise<void> {
    return this.#calls.next(async () => {
      checkRecord("applyGradients", "gradients by name", gradients);
      refuseNone(
        "applyGradients",
        Object.keys(gradients),
        this.parameters.map(({ name }) => name),
      );
      checkRecord("applyGradients", "what the rule reads besides gradients by name as its second argument", inputs);
      this.#refuse(await this.#training.applyGradients(gradients, this.#guard, inputs));
    });
  }

  /** Changes hyper-parameters from the next update on: `await trainer.set({ lr: 1e-4 })`. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): Promise<void> {
    return this.#calls.next(async () => {
      checkRecord("set", "hyper-parameters by name, such as { lr: 1e-4 }", hyper);
      if (group !== undefined && typeof group !== "string")
        throw new OptimizerError(`\`set\` takes the name of a group as its second argument; got ${shown(group)}.`);
      await this.#training.set(hyper, group);
      this.#set.push([hyper, group]);
    });
  }

  /**
   * Trains more weights of the model from the next step on, such as those of another layer: `await trainer.add("fc1.weight")`. They
   * start without state; the others go on as they were. The gradient graph is made again. Throws, and adds none, for a name
   * that the model does not have or that is trained already.
   */
  add(...names: readonly string[]): Promise<void> {
    return this.#calls.next(async () => {
      const before = this.parameters.map(({ name }) => name);
      if (names.length === 0) return;
      for (const name of names)
        if (typeof name !== "string")
          throw new OptimizerError(`\`add\` takes names of weights: add("fc1.weight"); got ${shown(name)}.`);
      const already = names.filter((name, i) => before.includes(name) || names.indexOf(name) < i);
      if (already.length > 0)
        throw new OptimizerError(`\`add\`: ${list(already)} ${already.length > 1 ? "are" : "is"} trained already.`);
      const { optimizer } = this.#options;
      const trained = trainedOf(this.#candidates, { trainable: [...before, ...names], optimizer });
      const frozen = names.filter((name) => !trained.includes(name));
      if (frozen.length > 0)
        throw new OptimizerError(
          `\`add\`: the optimizer freezes ${list(frozen)}. Give such weights a rule of their own.`,
        );
      await this.#retrain(trained);
    });
  }

  /**
   * Trains weights no longer: they keep their values, cost no gradient any more, and their state is freed. The others go on as
   * they were. The gradient graph is made again.
   */
  remove(...names: readonly string[]): Promise<void> {
    return this.#calls.next(async () => {
      const before = new Map(this.parameters.map(({ name }) => [name, name]));
      const gone = goneNames(names, before);
      if (gone.size === 0) return;
      await this.#retrain([...before.keys()].filter((name) => !gone.has(name)));
    });
  }

  /** Trains these weights from now on, and holds the values of those that were trained before. */
  async #retrain(trained: readonly string[]): Promise<void> {
    if (this.#waiting > 0)
      throw new OptimizerError(
        `The gradients of ${this.#waiting} batches wait for an update. Change what is trained after a step that has \`updated\`.`,
      );
    const before = [...this.#held, ...this.parameters.map(({ name }) => name)];
    const held = before.filter((name) => !trained.includes(name));
    this.#started = await this.#engine.retrain({ trained, held });
    this.#held = held;
    for (const [hyper, group] of this.#set) await this.#training.set(hyper, group);
    this.#report = reportOf(this.#candidates, this.parameters, await this.#training.inspect());
  }

  /** Rates, groups, which weights decay, how often each was updated, and how many batches were not finite. */
  inspect(): Promise<TrainerInspection> {
    return this.#calls.next(() => this.#training.inspect());
  }

  /** Copies of the weights, and of the running statistics of normalisation, by name. */
  weights(): Promise<Weights> {
    return this.#calls.next(() => this.#training.weights());
  }

  /**
   * Sets the running statistics of BatchNormalization to the means of what it finds in these batches, each counted alike, under the weights to evaluate
   * with. An average of weights (`swa`, `ema`) has never run through the model, so call it once after training, as
   * `torch.optim.swa_utils.update_bn` is. Batches may come without labels; other calls wait until all are read. Throws, and sets none, where there is
   * no batch, one is not finite, or no BatchNormalization trains by the batch.
   */
  updateBatchNorm(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<void> {
    return this.#calls.next(async () => {
      if (this.#options.world?.survives)
        throw new OptimizerError(
          "`updateBatchNorm` exchanges statistics after every batch, and in an elastic world ranks could lose their place among them. Save the model, and call it in a process without `elastic`.",
        );
      const means = await meanStatistics(batches, (batch) =>
        this.#training.batchStatistics(fedBatch(withoutLabels(batch, this.#started), this.#started, { labels: false })),
      );
      await this.#training.setWeights(means);
    });
  }

  /** Sets some or all weights. Throws, and sets none, for an unknown name or another length. */
  setWeights(weights: Weights): Promise<void> {
    return this.#calls.next(async () => {
      checkRecord("setWeights", "weights by name", weights);
      if (Object.keys(weights).length === 0)
        throw new OptimizerError(
          `\`setWeights\` got no weights, so there is nothing to set. Give them by name, { ${this.parameters[0]!.name}: weights }.`, // it trains one at least
        );
      for (const [name, data] of Object.entries(weights)) fit(name, data, this.#shapes);
      await this.#training.setWeights(weights);
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
    if (!isFloat32Array(all))
      throw new OptimizerError(`\`setContiguousWeights\` takes one Float32Array; got ${shown(all)}.`);
    if (all.length !== this.size) throw new OptimizerError(`The weights are ${this.size} numbers; got ${all.length}.`);
    let at = 0;
    await this.setWeights(
      Object.fromEntries(this.parameters.map(({ name, shape }) => [name, all.subarray(at, (at += size(shape)))])),
    );
  }

  /** Everything needed to continue. */
  checkpoint(): Promise<Checkpoint> {
    return this.#calls.next(async () => {
      const { weights, optimizer, waiting } = await this.#training.snapshot();
      const parameters = Object.entries(weights).map(
        ([name, data]) => [name, { shape: this.#shapes.get(name)!, data }] as const, // by the same names
      );
      return { parameters: Object.fromEntries(parameters), optimizer, ...(waiting ? { waiting } : {}) };
    });
  }

  /**
   * Writes a checkpoint to a file, whole or not at all. In a browser's page the file is downloaded. Where ranks divide the state
   * (`shard`) all must call it, and rank 0 writes.
   */
  async save(path: string | FileUrl): Promise<void> {
    const { shard, world } = this.#options;
    if (shard !== undefined && world !== undefined && world.rank > 0) {
      checkPath(path);
      await this.checkpoint();
      return;
    }
    let step = 0;
    await this.#writes.write(path, async () => {
      const checkpoint = await this.checkpoint();
      step = checkpoint.optimizer.meta.step;
      return [encodeCheckpoint(checkpoint)];
    });
    world?.saved?.(step, String(path));
  }

  /**
   * Continues from a checkpoint: a file, its bytes, or the result of `checkpoint()`. Strict by default: a checkpoint of
   * another model or rule is refused as a whole. On an error the trainer is as it was.
   */
  async load(source: FileSource | Checkpoint, options: LoadOptions = {}): Promise<LoadReport> {
    const { strict = true, rename, resize } = knownOptions("load", options, ["strict", "rename", "resize"]);
    flag("load", { strict });
    if (resize !== undefined && resize !== "pad")
      throw new OptimizerError(`\`load\`: resize must be "pad", or be left out; got ${shown(resize)}.`);
    const saved = await checkpointOf(source);
    const checkpoint = rename === undefined ? saved : renamedCheckpoint(saved, rename);
    return this.#calls.next(async () => {
      const grown = resize && padded(checkpoint, this.#shapes, await this.#training.weights());
      const snapshot = fitting(grown ?? checkpoint, this.#shapes, this.parameters, strict);
      const report = await this.#training.restore(snapshot, { strict, resize });
      this.#waiting = snapshot.waiting?.count ?? 0;
      return report;
    });
  }

  /**
   * The original model with the current weights, all else untouched: for any ONNX runtime. A model that was exported to
   * train, with BatchNormalization or Dropout in training mode, leaves that mode with `inference: true`.
   */
  async exportModel(options: ExportOptions = {}): Promise<Uint8Array> {
    checkSwitches("exportModel", options, ["inference"]);
    return (await this.#calls.next(() => this.#engine.exportModel(options.inference ?? false))).model;
  }

  /**
   * Writes the trained model to a file, whole or not at all; in a browser's page the file is downloaded. Where the original
   * kept tensors in a file beside it, so does this one, under its own name and `.data`.
   */
  async saveModel(path: string | FileUrl, options: ExportOptions = {}): Promise<void> {
    checkSwitches("saveModel", options, ["inference"]);
    checkPath(path);
    const beside = `${path}.data`;
    const exported = this.#calls.next(() => this.#engine.exportModel(options.inference ?? false, baseName(beside)));
    exported.catch(() => {}); // the first write waits for it, and throws
    await this.#writes.write(beside, async () => (await exported).data);
    await this.#writes.write(path, async () => [(await exported).model]);
  }

  /**
   * Writes the graph that computes the loss and the gradients, with the current weights, as an ONNX file of standard
   * operators: `Trainer.open` trains it further, and any runtime runs it. In a browser's page the file is downloaded.
   */
  saveTrainingGraph(path: string | FileUrl): Promise<void> {
    return this.#writes.write(path, async () => [await this.trainingGraph()]);
  }

  /** The bytes of the file that `saveTrainingGraph` writes. */
  trainingGraph(): Promise<Uint8Array> {
    return this.#calls.next(() => this.#engine.trainingGraph());
  }

  /** Releases sessions, memory and device tensors, and ends the worker. A second call does nothing. */
  dispose(): Promise<void> {
    return this.#calls.dispose(() => this.#engine.dispose());
  }

  /** Whether a step that is not finite is refused or skipped. */
  get #guard(): boolean {
    return this.#options.nonFinite !== "apply";
  }

  #refuse(fault: string | undefined, batch: readonly Fed[] = []): void {
    if (fault === undefined || this.#options.nonFinite === "skip") return;
    const odd = oddNumber(batch);
    throw new OptimizerError(
      odd === undefined
        ? `${fault} at step ${this.step}, and the step was not applied. Lower the rate, clip the gradients, or leave out such steps with nonFinite: "skip".`
        : `${fault} at step ${this.step}, and the step was not applied. The batch is the cause: ${odd}. Mend the data, or leave out such steps with nonFinite: "skip".`,
    );
  }
}

/** The first number of a batch that is not finite, in words. */
function oddNumber(batch: readonly Fed[]): string | undefined {
  for (const { name, data, elem } of batch) {
    if (!elem.startsWith("float")) continue;
    for (let i = 0; i < data.length; i++) {
      const x = Number(data[i]);
      if (!Number.isFinite(Math.fround(x))) return `\`${name}\` holds ${x} at place ${i}`;
    }
  }
  return undefined;
}

function checkRecord(method: string, what: string, given: unknown): void {
  if (!isRecord(given)) throw new OptimizerError(`\`${method}\` takes ${what}; got ${shown(given)}.`);
}
