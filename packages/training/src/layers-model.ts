import { OptimizerError } from "@descent/core";
import { type HyperValue, isCallback, isRecord, takes } from "@descent/core/adapter";
import type { Callback, Kept, Logs, Run, Told } from "./callbacks/callback.ts";
import { checkCallbacks } from "./callbacks/check.ts";
import { type Inspected, ratesOf, type Weights } from "./model.ts";
import { Sums } from "./sums.ts";

/** A variable of a layer, by structure. */
interface LayerVariable {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  read(): { dataSync(): ArrayLike<number> };
  write(tensor: never): unknown;
}

/** A `tf.LayersModel`, by structure. */
export interface LayersModel {
  readonly weights: readonly LayerVariable[];
  stopTraining: boolean;
  readonly optimizer?: unknown;
}

/** The part of tfjs that makes tensors. */
export interface TensorMaker {
  tensor(data: Float32Array, shape: number[]): { dispose(): void };
}

/** Functions for the `callbacks` of `model.fit`. */
export interface LayersCallbacks {
  onTrainBegin(logs?: unknown): Promise<void>;
  onTrainEnd(logs?: unknown): Promise<void>;
  onEpochBegin(epoch: number, logs?: unknown): Promise<void>;
  onEpochEnd(epoch: number, logs?: unknown): Promise<void>;
  onBatchEnd(batch: number, logs?: unknown): Promise<void>;
}

/**
 * Callbacks of this package for TensorFlow.js: `model.fit(xs, ys, { callbacks: forLayersModel(tf, model, [earlyStopping()]) })`. The
 * names in the logs are those of tfjs (`val_acc`). Callbacks that save need `fit` of this package, and throw here.
 */
export function forLayersModel(tf: TensorMaker, model: LayersModel, callbacks: readonly Callback[]): LayersCallbacks {
  takes("forLayersModel", 'tfjs itself: import * as tf from "@tensorflow/tfjs"', tf, isCallback(tf?.tensor));
  takes("forLayersModel", "a tf.LayersModel", model, Array.isArray(model?.weights));
  checkCallbacks("forLayersModel", callbacks);
  const run = new LayersRun(tf, model, (step) => callbacks.some((one) => one.reads?.(step)));
  const numbers = (logs: unknown): Logs =>
    Object.fromEntries(
      Object.entries(isRecord(logs) ? logs : {}).filter(
        (entry): entry is [string, number] => typeof entry[1] === "number",
      ),
    );
  return {
    async onTrainBegin() {
      run.epoch = 0;
      run.step = 0;
      run.sums.reset();
      run.watch();
      for (const one of callbacks) await one.onTrainBegin?.({}, run);
    },
    async onEpochBegin(epoch) {
      run.sums.reset();
      for (const one of callbacks) await one.onEpochBegin?.(epoch, {}, run);
    },
    async onBatchEnd(batch, logs) {
      run.step++;
      const { loss = Number.NaN, batch: _, size = 1, ...more } = numbers(logs); // `size` is of the batch
      run.sums.add({ loss, logs: more }, size);
      for (const one of callbacks) await one.onBatchEnd?.(batch, numbers(logs), run);
    },
    async onEpochEnd(epoch, logs) {
      run.epoch = epoch + 1;
      for (const one of callbacks) await one.onEpochEnd?.(epoch, numbers(logs), run);
    },
    async onTrainEnd(logs) {
      try {
        for (const one of callbacks) await one.onTrainEnd?.(numbers(logs), run);
      } finally {
        run.unwatch();
        for (const one of callbacks) await one.dispose?.();
      }
    },
  };
}

/** Copies of gradients as TensorFlow.js hands them to an optimizer: a list of { name, tensor }, or tensors by name. */
function gradientsIn(given: unknown): Readonly<Record<string, Float32Array>> {
  const all: readonly (readonly [string, unknown])[] = Array.isArray(given)
    ? given.map(({ name, tensor }: { readonly name: string; readonly tensor: unknown }) => [name, tensor])
    : Object.entries(isRecord(given) ? given : {});
  return Object.fromEntries(
    all.flatMap(([name, tensor]) => {
      const read = (tensor as { dataSync?: () => ArrayLike<number> } | null | undefined)?.dataSync;
      return isCallback(read) ? [[name, Float32Array.from(read.call(tensor) as ArrayLike<number>)]] : [];
    }),
  );
}

class LayersRun implements Run {
  readonly #tf: TensorMaker;
  readonly #model: LayersModel;
  readonly epochs: number = Number.POSITIVE_INFINITY; // tfjs does not tell
  readonly batches = undefined;
  readonly validateEvery = undefined;
  readonly hasWeights = true;
  readonly #reads: (step: number) => boolean;
  #unwatch: (() => void) | undefined;
  readonly sums: Sums = new Sums(() => false);
  epoch = 0;
  step = 0;
  last: Told | undefined;

  constructor(tf: TensorMaker, model: LayersModel, reads: (step: number) => boolean) {
    this.#tf = tf;
    this.#model = model;
    this.#reads = reads;
  }

  /** Reads the gradients on their way to the optimizer, in those updates whose gradients a callback wants. */
  watch(): void {
    this.unwatch();
    const optimizer = this.#model.optimizer as { applyGradients?: unknown } | undefined;
    if (!optimizer || !isCallback(optimizer.applyGradients)) return;
    const own = Object.getOwnPropertyDescriptor(optimizer, "applyGradients");
    const apply = optimizer.applyGradients as (...all: unknown[]) => unknown;
    let seen = 0;
    optimizer.applyGradients = (gradients: unknown, ...rest: unknown[]) => {
      // Only the first gradient of a round is one of the weights before it.
      if (seen <= this.step && this.#reads(this.step + 1)) {
        this.last = { batch: undefined, gradients: gradientsIn(gradients) };
        seen = this.step + 1;
      } else if (seen <= this.step) this.last = undefined;
      return apply.call(optimizer, gradients, ...rest);
    };
    this.#unwatch = () => {
      if (own) Object.defineProperty(optimizer, "applyGradients", own);
      else delete optimizer.applyGradients;
    };
  }

  unwatch(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  get means(): Logs {
    return this.sums.means();
  }

  get ending(): boolean {
    return this.#model.stopTraining;
  }

  stop(): void {
    this.#model.stopTraining = true;
  }

  async set(hyper: Readonly<Record<string, HyperValue>>, group?: string): Promise<void> {
    const optimizer = this.#optimizer;
    if (isCallback(optimizer.set)) (optimizer.set as Run["set"]).call(this.#model.optimizer, hyper, group);
    else if (Object.keys(hyper).join() === "lr" && "learningRate" in optimizer)
      Reflect.set(this.#model.optimizer as object, "learningRate", hyper.lr);
    else
      throw new OptimizerError(
        "This optimizer of TensorFlow.js can change its learning rate alone. Compile the model with one of @descent/tfjs.",
      );
  }

  async rates(): Promise<Logs | undefined> {
    const optimizer = this.#optimizer;
    if (isCallback(optimizer.inspect))
      return ratesOf((optimizer.inspect as () => Inspected).call(this.#model.optimizer));
    return typeof optimizer.learningRate === "number" ? { "": optimizer.learningRate } : undefined;
  }

  get #optimizer(): Readonly<Record<string, unknown>> {
    const { optimizer } = this.#model;
    if (typeof optimizer !== "object" || optimizer === null)
      throw new OptimizerError("The model has no optimizer. Call model.compile() before model.fit().");
    return optimizer as Readonly<Record<string, unknown>>; // an object
  }

  async weights(): Promise<Weights> {
    return Object.fromEntries(this.#model.weights.map((one) => [one.name, Float32Array.from(one.read().dataSync())]));
  }

  async setWeights(weights: Weights): Promise<void> {
    for (const one of this.#model.weights) {
      const data = Object.hasOwn(weights, one.name) ? weights[one.name] : undefined;
      if (data === undefined) continue;
      const tensor = this.#tf.tensor(data, one.shape as number[]); // a built variable has sizes
      one.write(tensor as never); // one of tfjs
      tensor.dispose();
    }
  }

  async keep(): Promise<Kept> {
    return { weights: await this.weights() };
  }

  async putBack({ weights = {} }: Kept): Promise<void> {
    await this.setWeights(weights);
  }

  save(): void {
    throw new OptimizerError(
      "TensorFlow.js's own loop cannot be resumed, so it saves no runs. Train with fit() of @descent/training, or keep the model alone, by model.save().",
    );
  }
}
