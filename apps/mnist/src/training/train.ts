import { batch, type Digits, type Mnist } from "../data/data.ts";
import type { Learner, Weights } from "../engines/engine.ts";
import { UserError } from "../errors.ts";
import type { Checkpoint, Position } from "../run/checkpoint.ts";
import type { EpochLine, StepLine } from "../run/metrics.ts";
import type { Standing } from "../terminal/progress.ts";
import { breathe, type Evaluation, evaluate } from "./evaluation.ts";
import { order } from "./order.ts";
import type { Optimizer, Recipe } from "./recipe.ts";

export const start: Position = { epoch: 0, place: 0, step: 0, loss: 0, right: 0, seconds: 0, stepSeconds: 0 };

/** What a run tells while it goes on; each may throw to end it. */
export interface Listener {
  steps?(lines: readonly StepLine[]): void;
  standing?(at: Standing): void;
  epoch?(line: EpochLine): void;
  /** After every epoch, and when the run is asked to stop. */
  checkpoint?(saved: Pick<Checkpoint, "position" | "weights" | "state">): void;
}

export interface Outcome {
  /** Nothing where the run was stopped before its end. */
  readonly evaluation: Evaluation | undefined;
  readonly weights: Weights;
  readonly position: Position;
  /** The last full epoch's. */
  readonly last: EpochLine | undefined;
  readonly pace: Pace | undefined;
}

/** Mean seconds since the program started, but for its first update, which compiles kernels: what none can be told of is left out. */
export interface Pace {
  /** Of a whole update: its batch, both passes through the network, the optimizer, and the reading of its numbers. */
  readonly step: number;
  /** Of the optimizer's part of it. */
  readonly optimizer: number;
}

export const updatesOf = (count: number, { batchSize, epochs }: Pick<Recipe, "batchSize" | "epochs">): number =>
  Math.ceil(count / batchSize) * epochs;

const diverged = (loss: number, where: string): UserError =>
  new UserError(
    `The loss is ${loss} ${where}: training has diverged. Try a lower --lr, a longer --warmup, or --clip 1.`,
  );

/** The loop: epochs of shuffled batches from `from` on, each epoch closed by the test images. */
export async function train(run: {
  readonly learner: Learner;
  readonly readEvery: number;
  readonly recipe: Recipe;
  readonly optimizer: Optimizer;
  readonly digits: Digits;
  readonly test: Mnist["test"];
  readonly from?: Position | undefined;
  readonly listener?: Listener | undefined;
  /** Asked after every update. */
  readonly stop?: (() => boolean) | undefined;
}): Promise<Outcome> {
  const { learner, readEvery, recipe, optimizer, digits, test, listener = {}, stop = () => false } = run;
  const { epochs, batchSize, seed } = recipe;
  const { count } = digits;
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
  const save = async (): Promise<void> => {
    if (listener.checkpoint === undefined) return;
    listener.checkpoint({ position: position(), weights: await learner.weights(), state: await learner.state() });
  };

  let waiting: { step: number; size: number; epoch: number }[] = [];
  const readSteps = async (): Promise<void> => {
    const numbers = await learner.read();
    const lines = waiting.map(
      (one, i): StepLine => ({ step: one.step, epoch: one.epoch, lr: optimizer.rate(one.step - 1), ...numbers[i]! }),
    ); // one for each step
    lines.forEach((line, i) => {
      loss += line.loss * waiting[i]!.size;
      right += line.accuracy * waiting[i]!.size;
    });
    waiting = [];
    listener.steps?.(lines);
    const wild = lines.find((line) => !Number.isFinite(line.loss));
    if (wild !== undefined)
      throw diverged(wild.loss, `at update ${wild.step}, with the rate ${wild.lr.toPrecision(3)}`);
  };

  let evaluation: Evaluation | undefined;
  let last: EpochLine | undefined;
  const ended = async (found: Evaluation | undefined): Promise<Outcome> => ({
    evaluation: found,
    weights: await learner.weights(),
    position: position(),
    last,
    pace: steady.count > 0 && timed.count > 0 ? { step: mean(steady), optimizer: mean(timed) } : undefined,
  });
  const steady = { seconds: 0, count: 0 };
  const timed = { seconds: 0, count: 0 };
  const mean = ({ seconds, count }: typeof steady): number => seconds / count;
  let pace = 0; // seconds per update
  let sitting = 0; // updates since the program started
  while (epoch < epochs) {
    const places = order(count, seed, epoch);
    while (place < count) {
      const before = performance.now();
      const these = places.subarray(place, place + batchSize);
      const { images, labels } = batch(digits, these);
      const updating = await learner.step(images, labels);
      step++;
      place += these.length;
      waiting.push({ step, size: these.length, epoch: epoch + place / count });
      const stopping = stop();
      if (waiting.length >= readEvery || place >= count || stopping) await readSteps();
      const took = (performance.now() - before) / 1000;
      stepSeconds += took;
      // The mean of late; the first update of a sitting compiles kernels and tells nothing of the rest.
      sitting++;
      if (sitting > 1) {
        steady.seconds += took;
        steady.count++;
        if (updating !== undefined) {
          timed.seconds += updating;
          timed.count++;
        }
      }
      pace += (took - pace) / Math.min(Math.max(1, sitting - 1), 50);
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
          secondsLeft: pace * (updatesOf(count, recipe) - step),
        });
      }
      if (stopping) {
        await save();
        return ended(undefined);
      }
      await breathe();
    }
    evaluation = await evaluate(learner, test);
    // The last update may be the one that went wrong: before it can be saved.
    if (!Number.isFinite(evaluation.loss)) throw diverged(evaluation.loss, `over the test images after update ${step}`);
    epoch++;
    const means = { trainLoss: loss / count, trainAccuracy: right / count };
    [place, loss, right] = [0, 0, 0];
    last = {
      step,
      epoch,
      ...means,
      testLoss: evaluation.loss,
      testAccuracy: evaluation.accuracy,
      seconds: position().seconds,
    };
    listener.epoch?.(last);
    await save();
    if (stop() && epoch < epochs) return ended(undefined);
  }
  return ended(evaluation ?? (await evaluate(learner, test)));
}
