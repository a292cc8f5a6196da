import { type Callback, checkpoints, earlyStopping, fit } from "@descent/training";
import type { Digits, Mnist } from "../data/digits.ts";
import type { Learner } from "../engines/engine.ts";
import type { Weights } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { type Evaluation, evaluate } from "./evaluation.ts";
import { datasetOf, Learning, type Trained } from "./learning.ts";
import type { EpochLine, StepLine } from "./lines.ts";
import type { Observer } from "./observer.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Pace } from "./pace.ts";
import { type Position, start } from "./position.ts";
import type { Recipe } from "./recipe.ts";
import { type Best, bestOf, hasStalled, positionOf, savedOf } from "./resume.ts";

/** Progress of a run, for the progress line. */
export interface Standing {
  readonly epoch: number;
  readonly epochs: number;
  /** Images processed in this epoch, and how many it has. */
  readonly done: number;
  readonly of: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly lr: number;
  readonly imagesPerSecond: number;
  /** NaN after only one update. */
  readonly secondsLeft: number;
}

/** Everything training resumes from. */
export interface Saved extends Omit<Trained, "readout"> {
  readonly position: Position;
  /** Where the run may stop early. */
  readonly best?: Best | undefined;
}

/** Told of a run; any of these may throw to end it. */
export interface Listener {
  step?(line: StepLine): void;
  standing?(at: Standing): void;
  epoch?(line: EpochLine): void;
  /** Called after every epoch, every `checkpointEvery` seconds, and when the run is asked to stop. */
  checkpoint?(saved: Saved): Promise<void>;
}

export interface Outcome {
  /** Undefined if the run was stopped early. */
  readonly evaluation: Evaluation | undefined;
  readonly weights: Weights;
  readonly position: Pick<Position, "epoch" | "step" | "seconds" | "stepSeconds">;
  /** The last completed epoch since the program started. */
  readonly last: EpochLine | undefined;
  readonly pace: Pace | undefined;
  readonly best?: Best | undefined;
}

export const updatesOf = (count: number, { batchSize, epochs }: Pick<Recipe, "batchSize" | "epochs">): number =>
  Math.ceil(count / batchSize) * epochs;

const diverged = (what: string, value: number, where: string): UserError =>
  new UserError(
    `The ${what} is ${value} ${where}: training diverged. Try a lower --lr, a longer --warmup, or --clip 1.`,
  );

/** Trains by `fit` of `@descent/training`, and evaluates on the test images after each epoch. */
export async function train(run: {
  readonly learner: Learner;
  readonly readEvery: number;
  readonly recipe: Recipe;
  readonly optimizer: Optimizer;
  readonly digits: Digits;
  readonly test: Mnist["test"];
  /** Images that are not trained on, whose loss decides where a run that may stop early does. */
  readonly held?: Digits | undefined;
  readonly from?: Position | undefined;
  /** The best epoch before this resume. */
  readonly best?: Best | undefined;
  readonly listener?: Listener | undefined;
  /** Looks at some updates, and is told of all. */
  readonly observer?: Observer | undefined;
  /** Seconds between checkpoints within an epoch; 0 saves after every update. */
  readonly checkpointEvery?: number | undefined;
  /** Polled after every update. */
  readonly stop?: (() => boolean) | undefined;
}): Promise<Outcome> {
  const { learner, recipe, digits, test, held, from = start, listener = {}, stop = () => false } = run;
  const { epochs, batchSize, seed } = recipe;
  const learning = new Learning(learner, recipe, from);
  const begun = performance.now() - from.seconds * 1000;
  const times = () => ({ seconds: (performance.now() - begun) / 1000, stepSeconds: learning.seconds });
  const early = recipe.earlyStop === undefined || !held ? undefined : earlyStopping({ patience: recipe.earlyStop - 1 });
  const best = (): Best | undefined => bestOf(early);
  const follower = following(run, learning, times);

  let asked = false;
  const stopping: Callback = {
    name: "stop",
    due() {
      asked = stop();
      return asked;
    },
    onBatchEnd(_, __, run) {
      if (asked) run.stop("asked to");
    },
    onEpochEnd(_, __, run) {
      if (stop()) run.stop("asked to");
    },
  };
  const { checkpoint } = listener;
  const saving =
    checkpoint &&
    checkpoints({
      seconds: run.checkpointEvery,
      save: (saved) => {
        const position = { ...positionOf(saved, recipe, digits.count), ...times() };
        const { weights, state } = saved.model as Trained; // the model's own
        return checkpoint({ position, weights, state, best: best() });
      },
    });
  const { epoch, step } = await fit(learning, {
    data: datasetOf(digits),
    epochs,
    batchSize,
    seed,
    prefetch: 0, // batches are places, and nothing to wait for
    readEvery: run.readEvery,
    validate: held && [{ digits: held, places: new Uint32Array() }],
    callbacks: [follower.callback, stopping, ...(early ? [early] : []), ...(saving ? [saving] : [])],
    from: run.from && savedOf(run.from, recipe, early && run.best),
    nonFinite: "ignore", // the follower says more
  });
  const done = epoch >= epochs || hasStalled(recipe, best(), epoch);
  const { evaluation, last } = follower.found();
  return {
    evaluation: done ? (evaluation ?? (await evaluate(learner, test))) : undefined,
    weights: await learner.weights(),
    position: { epoch, step, ...times() },
    last,
    pace: learning.watch.pace,
    best: best(),
  };
}

/** Makes lines of a run's numbers and tells them, evaluates after each epoch, and ends a run that has diverged. */
function following(
  { learner, recipe, optimizer, digits: { count }, test, listener = {}, observer }: Parameters<typeof train>[0],
  learning: Learning,
  times: () => Pick<Position, "seconds" | "stepSeconds">,
) {
  const { epochs, batchSize } = recipe;
  let evaluation: Evaluation | undefined;
  let last: EpochLine | undefined;
  const callback: Callback = {
    name: "follow",
    reads: (step) => observer?.wants(step) === true,
    async onBatchEnd(batch, { loss, accuracy, gradNorm, updateRatio }, { step, epoch, means }) {
      const place = Math.min((batch + 1) * batchSize, count);
      const lr = optimizer.rate(step - 1);
      const numbers = { loss: loss!, accuracy: accuracy!, gradNorm: gradNorm!, updateRatio: updateRatio! }; // as `Learning` tells
      const line: StepLine = { step, epoch: epoch + place / count, lr, ...numbers };
      listener.step?.(line);
      await observer?.see(line, observer.wants(step) ? learning.seen : undefined);
      // Before such an update can be saved: its weights may not be finite either.
      for (const [what, value] of Object.entries({
        loss,
        "gradient norm": gradNorm,
        "update-to-weight ratio": updateRatio,
      }))
        if (!Number.isFinite(value))
          throw diverged(what, value!, `at update ${step}, with the rate ${lr.toPrecision(3)}`);
      listener.standing?.({
        epoch: epoch + 1,
        epochs,
        done: place,
        of: count,
        loss: means.loss!,
        accuracy: means.accuracy!,
        lr,
        imagesPerSecond: (epoch * count + place) / learning.seconds,
        secondsLeft: learning.watch.lately * (updatesOf(count, recipe) - step),
      });
    },
    async onEpochEnd(epoch, { loss, accuracy, val_loss: heldLoss, val_accuracy: heldAccuracy }, { step }) {
      evaluation = await evaluate(learner, test);
      // Before it is saved: the last update may be the one that diverged.
      if (!Number.isFinite(evaluation.loss))
        throw diverged("loss", evaluation.loss, `over the test images after update ${step}`);
      last = {
        step,
        epoch: epoch + 1,
        trainLoss: loss!, // every epoch has both
        trainAccuracy: accuracy!,
        testLoss: evaluation.loss,
        testAccuracy: evaluation.accuracy,
        ...(heldLoss === undefined || heldAccuracy === undefined ? {} : { heldLoss, heldAccuracy }),
        seconds: times().seconds,
      };
      listener.epoch?.(last);
      await observer?.epoch(last);
    },
  };
  return { callback, found: () => ({ evaluation, last }) };
}
