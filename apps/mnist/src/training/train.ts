import type { StateDict } from "@descent/core";
import type { Digits, Mnist } from "../data/digits.ts";
import type { Batch, Learner } from "../engines/engine.ts";
import { hiddenUnits, model, type Weights } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { batchOf } from "./batches.ts";
import { breathe, type Evaluation, evaluate } from "./evaluation.ts";
import type { EpochLine, StepLine } from "./lines.ts";
import type { Observer } from "./observer.ts";
import type { Optimizer } from "./optimizer.ts";
import { order } from "./order.ts";
import { type Pace, Stopwatch } from "./pace.ts";
import { type Position, start } from "./position.ts";
import type { Recipe } from "./recipe.ts";

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

/** The epoch with the lowest loss on the images held out, with the weights to evaluate with. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly weights: Weights;
}

/** Everything training resumes from. */
export interface Saved {
  readonly position: Position;
  readonly weights: Weights;
  readonly state: StateDict;
  /** Where the run may stop early. */
  readonly best?: Best | undefined;
}

/** Callbacks of a run; any of them may throw to end it. */
export interface Listener {
  steps?(lines: readonly StepLine[]): void;
  standing?(at: Standing): void;
  epoch?(line: EpochLine): void;
  /** Called after every epoch, every `checkpointEvery` seconds, and when the run is asked to stop. */
  checkpoint?(saved: Saved): Promise<void>;
}

export interface Outcome {
  /** Undefined if the run was stopped early. */
  readonly evaluation: Evaluation | undefined;
  readonly weights: Weights;
  readonly position: Position;
  /** The last completed epoch since the program started. */
  readonly last: EpochLine | undefined;
  readonly pace: Pace | undefined;
  readonly best?: Best | undefined;
}

export const updatesOf = (count: number, { batchSize, epochs }: Pick<Recipe, "batchSize" | "epochs">): number =>
  Math.ceil(count / batchSize) * epochs;

/** Whether the loss has not fallen for as many epochs as the recipe allows. */
export const hasStalled = ({ earlyStop }: Recipe, best: Best | undefined, epoch: number): boolean =>
  earlyStop !== undefined && best !== undefined && epoch - best.epoch >= earlyStop;

const diverged = (what: string, value: number, where: string): UserError =>
  new UserError(
    `The ${what} is ${value} ${where}: training diverged. Try a lower --lr, a longer --warmup, or --clip 1.`,
  );

/** The training loop: epochs of shuffled batches, each followed by an evaluation on the test images. */
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
  const {
    learner,
    readEvery,
    recipe,
    optimizer,
    digits,
    test,
    held,
    listener = {},
    observer,
    stop = () => false,
  } = run;
  const { checkpointEvery = Number.POSITIVE_INFINITY } = run;
  const { epochs, batchSize, seed } = recipe;
  const { count } = digits;
  const units = hiddenUnits(model(recipe.model));
  let { epoch, place, step, loss, right, seconds, stepSeconds } = run.from ?? start;
  const begun = performance.now() - seconds * 1000;
  const position = (): Position => ({
    epoch,
    place,
    step,
    loss,
    right,
    seconds: (performance.now() - begun) / 1000,
    stepSeconds,
  });
  let { best } = run;
  const stalled = (): boolean => hasStalled(recipe, best, epoch);
  let saved = performance.now();
  const save = async (): Promise<void> => {
    await listener.checkpoint?.({
      position: position(),
      weights: await learner.weights(),
      state: await learner.state(),
      best,
    });
    saved = performance.now();
  };

  let waiting: { step: number; size: number; epoch: number }[] = [];
  const readSteps = async (shown?: Batch): Promise<void> => {
    const numbers = await learner.read();
    const lines = waiting.map(
      (one, i): StepLine => ({ step: one.step, epoch: one.epoch, lr: optimizer.rate(one.step - 1), ...numbers[i]! }),
    ); // one per step
    lines.forEach((line, i) => {
      loss += line.loss * waiting[i]!.size;
      right += line.accuracy * waiting[i]!.size;
    });
    waiting = [];
    listener.steps?.(lines);
    await observer?.see(lines, shown && learner.looked(), shown);
    // Before such an update can be saved: its weights may not be finite either.
    for (const { step, lr, loss, gradNorm, updateRatio } of lines)
      for (const [what, value] of Object.entries({
        loss,
        "gradient norm": gradNorm,
        "update-to-weight ratio": updateRatio,
      }))
        if (!Number.isFinite(value))
          throw diverged(what, value, `at update ${step}, with the rate ${lr.toPrecision(3)}`);
  };

  let evaluation: Evaluation | undefined;
  let last: EpochLine | undefined;
  const watch = new Stopwatch();
  const ended = async (found: Evaluation | undefined): Promise<Outcome> => ({
    evaluation: found,
    weights: await learner.weights(),
    position: position(),
    last,
    pace: watch.pace,
    best,
  });
  while (epoch < epochs && !stalled()) {
    const places = order(count, seed, epoch);
    while (place < count) {
      const before = performance.now();
      const these = places.subarray(place, place + batchSize);
      const { shown, kept } = batchOf(recipe, digits, these, step, units);
      const looks = observer?.wants(step + 1) === true;
      const updating = await learner.step(shown, kept, looks);
      step++;
      place += these.length;
      waiting.push({ step, size: these.length, epoch: epoch + place / count });
      const stopping = stop();
      const due = place < count && performance.now() - saved >= checkpointEvery * 1000;
      if (waiting.length >= readEvery || place >= count || stopping || due || looks)
        await readSteps(looks ? shown : undefined);
      const took = (performance.now() - before) / 1000;
      stepSeconds += took;
      watch.add(took, updating);
      if (waiting.length === 0) {
        const done = epoch * count + place;
        listener.standing?.({
          epoch: epoch + 1,
          epochs,
          done: place,
          of: count,
          loss: loss / place,
          accuracy: right / place,
          lr: optimizer.rate(step - 1),
          imagesPerSecond: done / stepSeconds,
          secondsLeft: watch.lately * (updatesOf(count, recipe) - step),
        });
      }
      if (stopping || due) await save();
      if (stopping) return ended(undefined);
      await breathe();
    }
    evaluation = await evaluate(learner, test);
    // Before it is saved: the last update may be the one that diverged.
    if (!Number.isFinite(evaluation.loss))
      throw diverged("loss", evaluation.loss, `over the test images after update ${step}`);
    const aside = held && (await evaluate(learner, held));
    epoch++;
    if (aside !== undefined && aside.loss < (best?.loss ?? Number.POSITIVE_INFINITY))
      best = { epoch, loss: aside.loss, weights: await learner.readout() };
    const means = { trainLoss: loss / count, trainAccuracy: right / count };
    [place, loss, right] = [0, 0, 0];
    last = {
      step,
      epoch,
      ...means,
      testLoss: evaluation.loss,
      testAccuracy: evaluation.accuracy,
      ...(aside === undefined ? {} : { heldLoss: aside.loss, heldAccuracy: aside.accuracy }),
      seconds: position().seconds,
    };
    listener.epoch?.(last);
    await observer?.epoch(last);
    await save();
    if (stop() && epoch < epochs && !stalled()) return ended(undefined);
  }
  return ended(evaluation ?? (await evaluate(learner, test)));
}
