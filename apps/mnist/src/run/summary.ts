import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { size } from "@descent/core/adapter";
import type { Digits } from "../data/digits.ts";
import type { Choice } from "../devices/device.ts";
import type { Engine } from "../engines/engine.ts";
import { model } from "../engines/model.ts";
import { duration, percent } from "../terminal/progress.ts";
import type { Evaluation } from "../training/evaluation.ts";
import type { Optimizer } from "../training/optimizer.ts";
import type { Position } from "../training/position.ts";
import type { Recipe } from "../training/recipe.ts";
import type { Outcome } from "../training/train.ts";
import { packageVersion } from "../version.ts";
import { type Beside, commandOf } from "./command.ts";
import { names } from "./folder.ts";

/** The numbers of a run that ranks shared. */
export interface Shared {
  readonly ranks: number;
  /** The part of the time of updates that went to exchanging and waiting. */
  readonly exchanging: number;
  /** The part that was left for computing. */
  readonly efficiency: number;
  /** How many times as fast as one rank that computes like these, for the same examples. */
  readonly speedUp: number;
}

/** The numbers in words. */
export const sharedLine = ({ ranks, exchanging, efficiency, speedUp }: Shared): string =>
  `${ranks} ranks: ${percent(exchanging, 0)} of the time of updates was spent exchanging and waiting; speed-up ${speedUp.toFixed(2)} over one rank as fast as these, efficiency ${efficiency.toFixed(2)}`;

/** summary.json of a finished run. */
export interface Summary {
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Over the last epoch; each batch is measured before its update. */
  readonly trainLoss: number | null;
  readonly optimizer: string;
  /** The optimizer's name as written in its paper. */
  readonly title: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly device: Choice["device"];
  readonly deviceWhat: string;
  /** From the first update to the last evaluation, summed over all resumes. */
  readonly seconds: number;
  /** Training images per second spent on updates. */
  readonly imagesPerSecond: number;
  /** Mean milliseconds per update, and of the optimizer alone, since the last resume; null after fewer than two updates. */
  readonly stepMilliseconds: number | null;
  readonly optimizerMilliseconds: number | null;
  /** Null where one process trained. */
  readonly shared: Shared | null;
  readonly seed: number;
  readonly epochs: number;
  /** The epoch whose weights are kept, where the run may stop early. */
  readonly bestEpoch: number | null;
  readonly steps: number;
  readonly batchSize: number;
  readonly trainImages: number;
  /** Training images that were held out to stop early by. */
  readonly heldImages: number;
  readonly testImages: number;
  /** The number of trained values. */
  readonly parameters: number;
  readonly model: string;
  /** The peak rate; null if the schedule is an equation. */
  readonly lr: number | null;
  readonly schedule: string;
  /** The rate as an equation in `step`. */
  readonly rate: string | null;
  readonly recipe: Recipe;
  readonly data: string;
  /** The names of the classes. */
  readonly classes: readonly string[];
  readonly started: string;
  readonly node: string;
  readonly version: string;
  /** The command that reproduces the run. */
  readonly command: string;
  readonly files: readonly string[];
}

/** Builds the summary of an evaluated run. */
export function summarize(run: {
  readonly recipe: Recipe;
  readonly optimizer: Optimizer;
  readonly outcome: Omit<Outcome, "evaluation" | "weights">;
  readonly evaluation: Evaluation;
  readonly digits: Digits;
  readonly held: Digits | undefined;
  readonly test: Digits;
  readonly data: string;
  readonly classes: readonly string[];
  readonly started: Date;
  readonly files: readonly string[];
  readonly engine: Engine;
  readonly choice: Choice;
  readonly shared?: ((stepMilliseconds: number | null) => Shared) | undefined;
  readonly beside: Beside;
}): Summary {
  const { recipe, optimizer, outcome, evaluation, digits, engine, choice } = run;
  const { position, last, pace } = outcome;
  return {
    testAccuracy: evaluation.accuracy,
    testLoss: evaluation.loss,
    trainLoss: last?.trainLoss ?? null,
    optimizer: recipe.optimizer,
    title: optimizer.title,
    engine: engine.name,
    engineVersion: engine.version,
    device: choice.device,
    deviceWhat: choice.what,
    seconds: position.seconds,
    imagesPerSecond: (position.epoch * digits.count) / position.stepSeconds,
    stepMilliseconds: pace === undefined ? null : pace.step * 1000,
    optimizerMilliseconds: pace === undefined ? null : pace.optimizer * 1000,
    shared: run.shared?.(pace === undefined ? null : pace.step * 1000) ?? null,
    seed: recipe.seed,
    epochs: position.epoch,
    bestEpoch: outcome.best?.epoch ?? null,
    steps: position.step,
    batchSize: recipe.batchSize,
    trainImages: digits.count,
    heldImages: run.held?.count ?? 0,
    testImages: run.test.count,
    parameters: model(recipe.model, run.classes.length).parameters.reduce((sum, { shape }) => sum + size(shape), 0),
    model: recipe.model,
    lr: optimizer.lr ?? null,
    schedule: recipe.schedule,
    rate: optimizer.rate.text ?? null,
    recipe,
    data: run.data,
    classes: run.classes,
    started: run.started.toISOString(),
    node: process.version,
    version: packageVersion(),
    command: commandOf(recipe, choice, run.beside),
    files: run.files,
  };
}

/** Whether a folder holds all results of a run that ended at this position. */
export function isComplete(folder: string, { epoch, step }: Pick<Position, "epoch" | "step">): boolean {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path.join(folder, names.summary), "utf8"));
  } catch {
    return false; // missing or damaged
  }
  const { epochs, steps, files } = Object(found) as Readonly<Record<string, unknown>>;
  if (epochs !== epoch || steps !== step || !Array.isArray(files)) return false;
  return files.every((name) => existsSync(path.join(folder, path.basename(String(name)))));
}

/** The optimizer's share of a training step, in words. */
export const optimizerShare = ({
  stepMilliseconds: step,
  optimizerMilliseconds: optimizer,
}: Pick<Summary, "stepMilliseconds" | "optimizerMilliseconds">): string | undefined =>
  step === null || optimizer === null
    ? undefined
    : `${percent(optimizer / step, 1)} of a step, ${Number(optimizer.toPrecision(2))} of ${Number(step.toPrecision(2))} ms`;

/** The last line a run prints. */
export const closingLine = ({ testAccuracy, testLoss, title, engine, device, seconds }: Summary): string =>
  `Test accuracy ${percent(testAccuracy)}, loss ${testLoss.toFixed(4)}, with ${title} by ${engine} on ${device} in ${duration(seconds)}.`;
