import type { StateDict } from "@descent/core";
import type { Dataset, Model, StepAsk, StepResult } from "@descent/training";
import type { Digits } from "../data/digits.ts";
import type { Batch, Learner, Look } from "../engines/engine.ts";
import type { Weights } from "../engines/model.ts";
import { batchOf } from "./batches.ts";
import { evaluate } from "./evaluation.ts";
import { order } from "./order.ts";
import { Stopwatch } from "./pace.ts";
import type { Recipe } from "./recipe.ts";

/** Some of the digits, by their places. */
interface Places {
  readonly digits: Digits;
  readonly places: Uint32Array;
}

/** Digits as `fit` draws batches of them. */
export const datasetOf = (digits: Digits): Dataset<Places> => ({
  length: digits.count,
  batch: (places) => ({ digits, places }),
  order: (seed, epoch) => order(digits.count, seed, epoch),
});

/** The network and its optimizer, to go on from. */
export interface Trained {
  readonly weights: Weights;
  /** The weights to evaluate with. */
  readonly readout: Weights;
  readonly state: StateDict;
}

/** A learner as the model that `fit` trains. It makes the images of each update, and takes the time. */
export class Learning implements Model<Places> {
  readonly #learner: Learner;
  readonly #recipe: Recipe;
  readonly #watch = new Stopwatch();
  #step: number;
  #unread: { readonly seconds: number; readonly optimizer: number | undefined }[] = [];
  #shown: Batch | undefined;
  /** Spent on updates so far. */
  seconds: number;

  /** `step` updates were done before, in `stepSeconds`. */
  constructor(learner: Learner, recipe: Recipe, { step, stepSeconds }: { step: number; stepSeconds: number }) {
    this.#learner = learner;
    this.#recipe = recipe;
    this.#step = step;
    this.seconds = stepSeconds;
  }

  get watch(): Stopwatch {
    return this.#watch;
  }

  /** The batch, weights and gradients of the last update, if it was looked at. */
  get seen(): { readonly batch: Batch; readonly look: Look } | undefined {
    const look = this.#learner.looked();
    return this.#shown && look && { batch: this.#shown, look };
  }

  async trainStep({ digits, places }: Places, { gradients }: StepAsk): Promise<undefined> {
    const begun = performance.now();
    const { shown, kept } = batchOf(this.#recipe, digits, places, this.#step, this.#learner.model);
    const optimizer = await this.#learner.step(shown, kept, gradients);
    this.#step++;
    this.#shown = gradients ? shown : undefined;
    this.#unread.push({ seconds: (performance.now() - begun) / 1000, optimizer });
  }

  async read(): Promise<StepResult[]> {
    const begun = performance.now();
    const all = await this.#learner.read();
    const reading = (performance.now() - begun) / 1000;
    for (const [i, { seconds, optimizer }] of this.#unread.entries()) {
      const whole = seconds + (i === this.#unread.length - 1 ? reading : 0);
      this.#watch.add(whole, optimizer);
      this.seconds += whole;
    }
    this.#unread = [];
    return all.map(({ loss, ...logs }) => ({ loss, logs }));
  }

  /** All of the digits. */
  async evalStep({ digits }: Places): Promise<StepResult> {
    const { loss, accuracy } = await evaluate(this.#learner, digits);
    return { loss, logs: { accuracy } };
  }

  async checkpoint(): Promise<Trained> {
    const { weights, readout, state } = this.#learner;
    return { weights: await weights(), readout: await readout(), state: await state() };
  }

  /** Leaves it to the caller, because engines take weights and state at the start only: a resumed learner has its own, and the best network is tested by itself. */
  load(): void {}
}
