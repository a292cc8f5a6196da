import { OptimizerError } from "@descent/core";
import { isCallback, shown } from "@descent/core/adapter";
import type { Callback } from "./callbacks/callback.ts";
import type { Counted } from "./data/batches.ts";
import type { Measures } from "./measures.ts";
import type { Model, StepResult } from "./model.ts";
import type { Running } from "./running.ts";

/** The settings of a run's steps. */
interface Settings<B> {
  readonly model: Model<B>;
  readonly run: Running<B>;
  readonly callbacks: readonly Callback[];
  readonly measures: Measures<B>;
  /** How many steps a model that queues its work may be ahead of what was read of it. */
  readonly readEvery: number;
  /** Throws or stops where a loss is not finite. */
  readonly check: (loss: number) => void;
}

/** Takes a run's steps. Where the model queues its work, some pass before their results are read, and then callbacks are told of each. */
export class Steps<B> {
  readonly #settings: Settings<B>;
  #unread: Counted<B>[] = [];

  constructor(settings: Settings<B>) {
    this.#settings = settings;
  }

  async take(counted: Counted<B>): Promise<void> {
    const { model, run, callbacks, readEvery } = this.#settings;
    const step = run.step + this.#unread.length + 1;
    const gradients = callbacks.some((one) => one.reads?.(step));
    const result = await model.trainStep(counted.batch, { gradients });
    this.#unread.push(counted);
    let due = gradients || run.ending || this.#unread.length >= readEvery;
    for (const one of callbacks) if (one.due?.(step)) due = true; // each is asked
    if (result === undefined && isCallback(model.read)) {
      if (due) await this.flush();
      return;
    }
    const before = this.#unread.length > 1 ? await model.read!() : []; // only models with `read` leave some
    await this.#tell([...before, result]);
  }

  /** Reads what was not read yet. */
  async flush(): Promise<void> {
    if (this.#unread.length > 0) await this.#tell(await this.#settings.model.read!()); // only models with `read` leave some
  }

  async #tell(results: readonly (StepResult | undefined)[]): Promise<void> {
    const { run, measures, check } = this.#settings;
    const steps = this.#unread;
    this.#unread = [];
    if (!Array.isArray(results) || results.length !== steps.length)
      throw new OptimizerError(
        `\`read\` must tell the results of the ${steps.length} steps that returned none; got ${Array.isArray(results) ? results.length : shown(results)}.`,
      );
    for (const [i, { batch, samples }] of steps.entries()) {
      const result = results[i];
      if (typeof result?.loss !== "number")
        throw new OptimizerError(`\`trainStep\` must return { loss }, a number; got ${shown(result?.loss)}.`);
      const { loss, outputs, gradients, activations } = result;
      if (outputs && Number.isFinite(loss)) measures.train(outputs, batch);
      await run.stepped(result, samples, { batch, outputs, gradients, activations }, () => check(loss));
    }
    await run.saved();
  }
}
