import { OptimizerError } from "@descent/core";
import { type HyperValue, isCallback, isRecord, list, shown } from "@descent/core/adapter";
import type { Callback, Kept, Logs, Run, Saved, Told } from "./callbacks/callback.ts";
import type { hooks } from "./callbacks/check.ts";
import type { Drawing } from "./data/batches.ts";
import type { Measures } from "./measures.ts";
import { type Model, ratesOf, type StepResult, type Weights } from "./model.ts";
import { Sums } from "./sums.ts";

/** The part of an `AbortSignal` that is read; as a type of its own it needs no types of a platform. */
export interface StopSignal {
  /** Whether the run is to end. */
  readonly aborted: boolean;
  /** Why: the result's `reason` says it. */
  readonly reason?: unknown;
}

/** The settings of a run that its position is counted by. */
interface Settings<B> {
  readonly epochs: number;
  readonly batches: number | undefined;
  readonly validateEvery: number;
  readonly drawing: Drawing;
  readonly measures: Measures<B>;
  readonly callbacks: readonly Callback[];
  readonly signal: StopSignal | undefined;
}

type Hook = (typeof hooks)[number];

/** A run under way: where it stands, and the callbacks that follow it. */
export class Running<B> implements Run {
  readonly #model: Model<B>;
  readonly #settings: Settings<B>;
  readonly history: Logs[] = [];
  epoch = 0;
  /** Batches trained on in this epoch. */
  batch = 0;
  step = 0;
  last: Told | undefined;
  readonly #sums: Sums;
  status: "stopped" | "aborted" | undefined;
  reason: string | undefined;
  #saves: ((saved: Saved) => void | Promise<void>)[] = [];

  constructor(model: Model<B>, settings: Settings<B>) {
    this.#model = model;
    this.#settings = settings;
    this.#sums = new Sums((name) => settings.measures.has(name));
  }

  get means(): Logs {
    return this.#sums.means();
  }

  get ending(): boolean {
    return this.status !== undefined || this.#settings.signal?.aborted === true;
  }

  get hasWeights(): boolean {
    return isCallback(this.#model.weights);
  }

  get epochs(): number {
    return this.#settings.epochs;
  }

  get batches(): number | undefined {
    return this.#settings.batches;
  }

  get validateEvery(): number {
    return this.#settings.validateEvery;
  }

  stop(reason: string): void {
    if (typeof reason !== "string")
      throw new OptimizerError(`\`stop\` takes the reason as text; got ${shown(reason)}.`);
    this.status ??= "stopped";
    this.reason ??= reason;
  }

  abort(reason: unknown): void {
    this.status ??= "aborted";
    this.reason ??= reason instanceof Error ? reason.message : String(reason);
  }

  async set(hyper: Readonly<Record<string, HyperValue>>, group?: string): Promise<void> {
    await this.#ask("set", "changes hyper-parameters", (model) => model.set!(hyper, group));
  }

  async rates(): Promise<Logs | undefined> {
    return this.#model.inspect && ratesOf(await this.#model.inspect());
  }

  async weights(): Promise<Weights> {
    return this.#ask("weights", "copies the weights", (model) => model.weights!());
  }

  async setWeights(weights: Weights): Promise<void> {
    await this.#ask("setWeights", "sets weights", (model) => model.setWeights!(weights));
  }

  async keep(): Promise<Kept> {
    const { checkpoint, load } = this.#model;
    if (isCallback(checkpoint) && isCallback(load)) return { checkpoint: await this.#model.checkpoint!() };
    return { weights: await this.weights() };
  }

  async putBack({ checkpoint, weights }: Kept): Promise<void> {
    if (checkpoint === undefined)
      await this.setWeights(weights!); // one of both
    else await this.#ask("load", "puts the model back", (model) => model.load!(checkpoint as never)); // its own
  }

  save(write: (saved: Saved) => void | Promise<void>): void {
    if (!isCallback(write)) throw new OptimizerError(`\`save\` takes a function of what to save; got ${shown(write)}.`);
    this.#saves.push(write);
  }

  async #ask<R>(name: keyof Model<B>, does: string, use: (model: Model<B>) => R): Promise<Awaited<R>> {
    if (!isCallback(this.#model[name]))
      throw new OptimizerError(
        `A callback ${does} by \`${name}\`, which this model does not have. Give it one, or leave the callback out.`,
      );
    return await use(this.#model);
  }

  /** Calls every callback that has this function, in their order. */
  async each(hook: Hook, ...args: readonly unknown[]): Promise<void> {
    for (const callback of this.#settings.callbacks)
      if (callback[hook]) await (callback[hook] as (...all: unknown[]) => unknown).call(callback, ...args, this);
  }

  /** Counts a batch and tells callbacks; `check` may end the run before it is saved. */
  async stepped(result: StepResult, samples: number, told: Told, check: () => void): Promise<void> {
    this.last = told;
    this.#sums.add(result, samples);
    this.batch++;
    this.step++;
    await this.each("onBatchEnd", this.batch - 1, { loss: result.loss, ...result.logs });
    check();
  }

  /** Counts an epoch and tells callbacks. */
  async epochEnded(validation: Logs): Promise<void> {
    const { measures } = this.#settings;
    const logs = { ...this.#sums.means(), ...measures.values("training"), ...validation };
    measures.reset("training");
    const { epoch } = this;
    this.#sums.reset();
    this.batch = 0;
    this.epoch++;
    this.history.push(logs);
    await this.each("onEpochEnd", epoch, logs);
    await this.saved();
  }

  /** Saves the run where callbacks asked for it. */
  async saved(): Promise<void> {
    if (this.#saves.length === 0) return;
    const writes = this.#saves;
    this.#saves = [];
    const { callbacks, drawing, measures } = this.#settings;
    const states = callbacks.flatMap(({ name, state }) => (state ? [[name, state()] as const] : []));
    const saved: Saved = {
      version: 1,
      epoch: this.epoch,
      batch: this.batch,
      step: this.step,
      drawing: { batchSize: drawing.batchSize, seed: drawing.seed ?? null },
      sums: { ...this.#sums.state(), metrics: measures.state() },
      history: [...this.history],
      callbacks: Object.fromEntries(states),
      model: await this.#ask("checkpoint", "saves the run", (model) => model.checkpoint!()),
    };
    for (const write of writes) await write(saved);
  }

  /** Goes on from where a run was saved. Throws before anything has changed where it was drawn otherwise. */
  async resume(saved: Saved): Promise<void> {
    if (!isRecord(saved) || saved.version !== 1 || !isRecord(saved.drawing) || !isRecord(saved.sums))
      throw new OptimizerError(
        `\`fit\`: \`from\` takes what a checkpoint was given, or decodeSaved(bytes); got ${shown(saved)}.`,
      );
    const { drawing, callbacks, measures } = this.#settings;
    const now = { batchSize: drawing.batchSize, seed: drawing.seed ?? null };
    for (const name of ["batchSize", "seed"] as const)
      if (saved.drawing[name] !== now[name])
        throw new OptimizerError(
          `\`fit\`: the run was saved with ${name} ${saved.drawing[name] ?? "none (not shuffled)"}, and goes on with ${now[name] ?? "none"}. Its batches would be others; give the same.`,
        );
    const strange = Object.keys(saved.callbacks).filter((name) => !callbacks.some((one) => one.name === name));
    if (strange.length > 0)
      throw new OptimizerError(
        `\`fit\`: the run was saved with the callback ${list(strange)}. Give the same callbacks, or delete its state: saved.callbacks.`,
      );
    if (!isCallback(this.#model.load))
      throw new OptimizerError("`fit` resumes by `load`, which this model does not have.");
    measures.load(saved.sums.metrics);
    await this.#model.load(saved.model as never); // its own
    for (const one of callbacks)
      if (Object.hasOwn(saved.callbacks, one.name)) one.load?.(saved.callbacks[one.name] as never);
    this.epoch = saved.epoch;
    this.batch = saved.batch;
    this.step = saved.step;
    this.#sums.load(saved.sums);
    this.history.push(...saved.history);
  }

  /** Closes what callbacks have open. */
  async dispose(): Promise<void> {
    for (const callback of this.#settings.callbacks) await callback.dispose?.();
  }
}
