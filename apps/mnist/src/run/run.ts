import path from "node:path";
import { size } from "@descent/core/adapter";
import { type Digits, fingerprint, first, type Mnist } from "../data/data.ts";
import type { Choice } from "../devices/device.ts";
import type { Engine } from "../engines/engine.ts";
import { model, startingWeights } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { report } from "../report/report.ts";
import { duration, type Progress, percent, thousands } from "../terminal/progress.ts";
import { type Optimizer, optimizerOf, type Recipe } from "../training/recipe.ts";
import { type Outcome, train, updatesOf } from "../training/train.ts";
import { packageVersion } from "../version.ts";
import { type Checkpoint, saveCheckpoint, saveModel, type Where } from "./checkpoint.ts";
import { writeJson, writeWhole } from "./files.ts";
import { nameLatest, names, newRun } from "./folder.ts";
import { MetricsLog, readMetrics, rewindMetrics } from "./metrics.ts";
import { commandOf, type Summary } from "./summary.ts";

/** What a run needs of the world. */
export interface World {
  readonly engine: Engine;
  readonly choice: Choice;
  readonly mnist: Mnist;
  readonly progress: Progress;
  /** True once someone asked the run to stop. */
  readonly stop: () => boolean;
}

export interface Ended {
  readonly folder: string;
  /** Nothing where the run was stopped before its end. */
  readonly summary: Summary | undefined;
}

/** The training images of a recipe, and its optimizer for as many updates as they make. */
export function prepared(recipe: Recipe, mnist: Mnist): { digits: Digits; optimizer: Optimizer } {
  const digits = first(mnist.train, recipe.limit);
  if (recipe.batchSize > digits.count) {
    throw new UserError(
      `--batch-size ${recipe.batchSize} is more than the ${thousands(digits.count)} training images there are.`,
    );
  }
  return { digits, optimizer: optimizerOf(recipe, updatesOf(digits.count, recipe)) };
}

/** A new run, in a folder of its own. */
export async function newTraining(recipe: Recipe, out: string | undefined, world: World): Promise<Ended> {
  const { digits, optimizer } = prepared(recipe, world.mnist); // before the folder: a run that cannot start leaves none
  const folder = newRun(out, recipe.optimizer);
  if (out === undefined) nameLatest(folder);
  return training(recipe, folder, digits, optimizer, world);
}

/** Goes on from a checkpoint, in the folder that holds it; `epochs` may be more than the run set out for. */
export async function resumedTraining(file: string, saved: Checkpoint, recipe: Recipe, world: World): Promise<Ended> {
  const { position } = saved;
  if (position.epoch >= recipe.epochs) {
    throw new UserError(
      `\`${file}\` is at the end of its ${recipe.epochs} epochs. Train on with --epochs ${recipe.epochs + 1} or more.`,
    );
  }
  const { digits, optimizer } = prepared(recipe, world.mnist);
  if (fingerprint(digits) !== saved.data) {
    throw new UserError(
      `\`${file}\` was trained on other images than those of ${world.mnist.source}. Name its own with --data.`,
    );
  }
  const folder = path.dirname(file);
  rewindMetrics(path.join(folder, names.metrics), position.step, position.epoch);
  world.progress.say(
    `Resuming ${folder} after ${thousands(position.step)} updates, in epoch ${position.epoch + 1} of ${recipe.epochs}.`,
  );
  const [before, now] = [saved.where === undefined ? "something else" : said(saved.where), said(whereOf(world))];
  if (before !== now) world.progress.say(`It was trained on ${before} before; ${now} may round differently.`);
  return training(recipe, folder, digits, optimizer, world, saved);
}

const whereOf = ({ choice: { device, engine: name }, engine: { version } }: World): Where => ({
  device,
  engine: name,
  version,
});

const said = ({ device, engine, version }: Where): string => `${device} by ${engine} ${version}`;

async function training(
  recipe: Recipe,
  folder: string,
  digits: Digits,
  optimizer: Optimizer,
  world: World,
  saved?: Checkpoint,
): Promise<Ended> {
  const { engine, mnist, progress, stop } = world;
  const net = model(recipe.model);
  const started = new Date();
  const learner = await engine.learner({
    model: net,
    weights: saved?.weights ?? startingWeights(net, recipe.seed),
    optimizer: optimizer.configured,
    state: saved?.state,
  });
  const log = new MetricsLog(path.join(folder, names.metrics));
  const data = fingerprint(digits);
  let outcome: Outcome;
  try {
    outcome = await train({
      learner,
      readEvery: engine.readEvery,
      recipe,
      optimizer,
      digits,
      test: mnist.test,
      from: saved?.position,
      stop,
      listener: {
        steps: (lines) => log.write(lines),
        standing: (at) => progress.show(at),
        epoch: (line) => {
          log.write([line]);
          progress.say(
            `Epoch ${line.epoch}/${recipe.epochs}: training loss ${line.trainLoss.toFixed(4)}, test loss ${line.testLoss.toFixed(4)}, test accuracy ${percent(line.testAccuracy)}, ${duration(line.seconds)}`,
          );
        },
        checkpoint: (now) =>
          saveCheckpoint(path.join(folder, names.checkpoint), { ...now, recipe, data, where: whereOf(world) }),
      },
    });
    if (outcome.evaluation === undefined) {
      progress.say(
        `Stopped after ${thousands(outcome.position.step)} updates. Continue with: npm start -- train --resume ${folder}`,
      );
      return { folder, summary: undefined };
    }
    saveModel(path.join(folder, names.model), recipe, outcome.weights);
    const own = await learner.save(folder);
    const summary = summarize(recipe, optimizer, outcome, digits, started, own, world);
    writeWhole(
      path.join(folder, names.report),
      report(summary, readMetrics(path.join(folder, names.metrics)), outcome.evaluation, mnist.test),
    );
    writeJson(path.join(folder, names.summary), summary); // last: where it is, the run is complete
    return { folder, summary };
  } finally {
    progress.clear();
    log.close();
    learner.dispose();
  }
}

function summarize(
  recipe: Recipe,
  optimizer: Optimizer,
  { evaluation, position, last, pace }: Outcome,
  digits: Digits,
  started: Date,
  own: readonly string[],
  { engine, choice, mnist }: World,
): Summary {
  return {
    testAccuracy: evaluation!.accuracy, // a finished run was evaluated
    testLoss: evaluation!.loss,
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
    seed: recipe.seed,
    epochs: recipe.epochs,
    steps: position.step,
    batchSize: recipe.batchSize,
    trainImages: digits.count,
    testImages: mnist.test.count,
    parameters: model(recipe.model).parameters.reduce((sum, { shape }) => sum + size(shape), 0),
    model: recipe.model,
    lr: optimizer.lr ?? null,
    schedule: recipe.schedule,
    rate: optimizer.rate.text ?? null,
    recipe,
    data: mnist.source,
    started: started.toISOString(),
    node: process.version,
    version: packageVersion(),
    command: commandOf(recipe, choice),
    files: [names.checkpoint, names.model, ...own, names.metrics, names.report, names.summary],
  };
}
