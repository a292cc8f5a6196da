import { OptimizerError } from "@descent/core";
import { flag, isCallback, knownOptions, list, oneOf, shown, takes, whole } from "@descent/core/adapter";
import { breathing } from "./breath.ts";
import type { Callback, Logs, Saved } from "./callbacks/callback.ts";
import { checkCallbacks } from "./callbacks/check.ts";
import { batches, checkRepeatable, countOf, type Data, type Drawing, prefetched } from "./data/batches.ts";
import { isDataset } from "./data/dataset.ts";
import { type Measured, Measures } from "./measures.ts";
import type { Model } from "./model.ts";
import { Running, type StopSignal } from "./running.ts";
import { Steps } from "./steps.ts";
import { Sums } from "./sums.ts";

/** Options of `fit`. */
export interface FitOptions<B> {
  /** Batches to train on: a dataset, a list, or a function that returns the batches of an epoch. */
  readonly data: Data<B>;
  /** Default 1. */
  readonly epochs?: number | undefined;
  /** Samples per batch of a dataset; default 32. */
  readonly batchSize?: number | undefined;
  /** Shuffles a dataset anew in every epoch; default true. */
  readonly shuffle?: boolean | undefined;
  /** The seed of the shuffling; default 0. */
  readonly seed?: number | undefined;
  /** How many batches to load ahead, while one is trained on; default 1. */
  readonly prefetch?: number | undefined;
  /**
   * How many updates may pass before their results are read together and callbacks are told of each, where the model queues its work and has
   * `read`; default 1. Before an epoch ends, the run is saved or a callback needs to be told, all are read.
   */
  readonly readEvery?: number | undefined;
  /** Batches to validate on after every epoch, in their order. */
  readonly validate?: Data<B> | undefined;
  /** How many epochs pass between validations; the last epoch is always validated; default 1. */
  readonly validateEvery?: number | undefined;
  /** Metrics by the name that they have in the logs; those of the validation are called `val_` and their name. */
  readonly metrics?: Readonly<Record<string, Measured<B>>> | undefined;
  /** Called in this order. */
  readonly callbacks?: readonly Callback[] | undefined;
  /** An `AbortSignal` that ends the run after the batch under way, which `checkpoints` saves. */
  readonly signal?: StopSignal | undefined;
  /** Goes on from here, exactly; all other options must be as they were. */
  readonly from?: Saved | undefined;
  /** A loss that is NaN or infinite throws (the default), stops the run, or is ignored. */
  readonly nonFinite?: "throw" | "stop" | "ignore" | undefined;
}

/** The end of a run. */
export interface Fitted {
  /** Whether all epochs were trained, or a callback or the signal ended it before. */
  readonly status: "done" | "stopped" | "aborted";
  /** Why it ended before. */
  readonly reason: string | undefined;
  /** The numbers of every epoch, those before a resumption too. */
  readonly history: readonly Logs[];
  /** Epochs completed, and batches trained on in all. */
  readonly epoch: number;
  /** Batches trained on in all. */
  readonly step: number;
}

const NAMES = [
  "data",
  "epochs",
  "batchSize",
  "shuffle",
  "seed",
  "prefetch",
  "readEvery",
  "validate",
  "validateEvery",
  "metrics",
  "callbacks",
  "signal",
  "from",
  "nonFinite",
] as const;

/**
 * Trains a model for some epochs: batches in an order that depends on the seed alone, validation, metrics and callbacks after each
 * epoch. With the same options and a deterministic model it does the same every time, and `from` goes on as if nothing had
 * interrupted it.
 *
 * Throws an OptimizerError for wrong options before anything is trained, and for a loss that is not finite.
 */
export async function fit<B>(model: Model<NoInfer<B>>, options: FitOptions<B>): Promise<Fitted> {
  takes("fit", "a model: { trainStep(batch) }, such as a Trainer", model, typeof model === "object" && model !== null);
  takes("fit", "a model with a function `trainStep`", model, isCallback(model.trainStep));
  const known = knownOptions("fit", options, NAMES);
  const {
    epochs = 1,
    prefetch = 1,
    readEvery = 1,
    validateEvery = 1,
    callbacks = [],
    nonFinite = "throw",
    signal,
  } = known;
  const drawing = drawingOf("fit", known);
  whole("fit", { epochs, prefetch, readEvery, validateEvery });
  for (const [name, every] of Object.entries({ readEvery, validateEvery }))
    if (every < 1) throw new OptimizerError(`\`fit\`: \`${name}\` must be 1 or above; got 0.`);
  oneOf("fit", { nonFinite }, ["throw", "stop", "ignore"]);
  const { data, validate } = known;
  if (data === undefined)
    throw new OptimizerError("`fit` needs `data`: a dataset, or a function that returns batches.");
  checkRepeatable("data", data, epochs);
  if (validate !== undefined) {
    checkRepeatable("validate", validate, epochs);
    if (!isCallback(model.evalStep))
      throw new OptimizerError("`fit` validates by `evalStep`, which this model does not have. Leave out `validate`.");
  }
  checkCallbacks("fit", callbacks);
  const stops = signal === undefined || typeof signal?.aborted === "boolean";
  takes("fit", "as `signal` that of an AbortController: controller.signal", signal, stops);
  const measures = new Measures(known.metrics ?? {});
  const run = new Running(model, {
    epochs,
    batches: countOf(data, drawing),
    validateEvery: validate === undefined ? 0 : validateEvery,
    drawing,
    measures,
    callbacks,
    signal,
  });
  const check = (loss: number): void => checkLoss(run, loss, nonFinite);
  const steps = new Steps({ model, run, callbacks, measures, readEvery, check });
  const breathe = breathing();
  try {
    if (known.from !== undefined) await run.resume(known.from);
    await run.each("onTrainBegin", {});
    while (run.epoch < epochs && run.status === undefined) {
      if (run.batch === 0) await run.each("onEpochBegin", run.epoch, {});
      const source = prefetched(batches("data", data, run.epoch, run.batch, drawing), prefetch);
      let any = run.batch > 0;
      for await (const counted of source) {
        if (aborted(run, signal)) break;
        any = true;
        await steps.take(counted);
        await breathe();
        if (aborted(run, signal)) break;
      }
      await steps.flush();
      if (aborted(run, signal)) break;
      if (!any) throw new OptimizerError(`\`fit\`: epoch ${run.epoch + 1} has no batches.`);
      const due = validate !== undefined && ((run.epoch + 1) % validateEvery === 0 || run.epoch + 1 === epochs);
      const found = due ? await validated(model, validate, drawing, measures) : {};
      await run.epochEnded(found);
      aborted(run, signal);
    }
    await run.each("onTrainEnd", run.history.at(-1) ?? {});
    const { status = "done", reason, history, epoch, step } = run;
    return { status, reason, history, epoch, step };
  } finally {
    await run.dispose();
  }
}

/** Loss and metrics of a model over data, in the mode of use, with the weights to evaluate with where its rule has such. */
export async function evaluate<B>(
  model: Model<NoInfer<B>>,
  options: Pick<FitOptions<B>, "data" | "batchSize" | "metrics">,
): Promise<Logs> {
  const known = knownOptions("evaluate", options, ["data", "batchSize", "metrics"]);
  takes("evaluate", "a model with a function `evalStep`", model, isCallback(model?.evalStep));
  if (known.data === undefined) throw new OptimizerError("`evaluate` needs `data`: a dataset, or a list of batches.");
  const logs = await validated(model, known.data, drawingOf("evaluate", known), new Measures(known.metrics ?? {}));
  return Object.fromEntries(Object.entries(logs).map(([name, x]) => [name.slice("val_".length), x]));
}

function drawingOf<B>(
  where: string,
  given: Pick<FitOptions<B>, "batchSize" | "shuffle" | "seed" | "data" | "validate">,
): Drawing {
  const { batchSize = 32, shuffle = true, seed = 0, data, validate } = given;
  whole(where, { batchSize, seed });
  flag(where, { shuffle });
  if (batchSize < 1) throw new OptimizerError(`\`${where}\`: \`batchSize\` must be 1 or above; got 0.`);
  const drawn = isDataset(data);
  const idle = [
    ...(given.batchSize === undefined || drawn || isDataset(validate) ? [] : ["batchSize"]),
    ...(given.shuffle === true && !drawn ? ["shuffle"] : []),
    ...(given.seed === undefined || drawn ? [] : ["seed"]),
  ];
  if (idle.length > 0)
    throw new OptimizerError(
      `\`${where}\`: ${list(idle)} would do nothing, because \`data\` comes in batches already. Give a dataset, such as columns({ x, labels }), or leave that out.`,
    );
  return { batchSize, seed: shuffle && drawn ? seed : undefined };
}

function checkLoss<B>(run: Running<B>, loss: number, policy: NonNullable<FitOptions<unknown>["nonFinite"]>): void {
  if (Number.isFinite(loss) || policy === "ignore") return;
  const what = `the loss is ${loss} in batch ${run.batch} of epoch ${run.epoch + 1}`;
  if (policy === "stop") run.stop(what);
  else
    throw new OptimizerError(
      `\`fit\`: ${what}. Lower the rate, clip gradients by their norm, or warm the rate up; nonFinite: "stop" ends the run instead.`,
    );
}

function aborted<B>(run: Running<B>, signal: StopSignal | undefined): boolean {
  if (signal?.aborted) run.abort(signal.reason);
  return run.status !== undefined;
}

async function validated<B>(model: Model<B>, data: Data<B>, drawing: Drawing, measures: Measures<B>): Promise<Logs> {
  const go = async (): Promise<Logs> => {
    measures.reset("validation");
    const sums = new Sums((name) => measures.has(name));
    const breathe = breathing();
    for await (const { batch, samples } of batches("validate", data, 0, 0, { ...drawing, seed: undefined })) {
      const result = await model.evalStep!(batch); // checked by the caller
      if (typeof result?.loss !== "number")
        throw new OptimizerError(`\`evalStep\` must return { loss }, a number; got ${shown(result?.loss)}.`);
      sums.add(result, samples);
      measures.validate(result.outputs, batch);
      await breathe();
    }
    if (sums.samples === 0) throw new OptimizerError("`fit`: there are no batches to validate on.");
    const means = Object.entries(sums.means()).map(([name, x]) => [`val_${name}`, x] as const);
    return { ...Object.fromEntries(means), ...measures.values("validation") };
  };
  return model.withReadout ? model.withReadout(go) : go();
}
