import path from "node:path";
import { type Digits, fingerprint, first, type Mnist } from "../data/digits.ts";
import type { Choice } from "../devices/device.ts";
import { write, writeJson } from "../disk.ts";
import type { Engine } from "../engines/engine.ts";
import { model, startingWeights, type Weights } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { report } from "../report/report.ts";
import { duration, type Progress, percent, thousands } from "../terminal/progress.ts";
import type { Evaluation } from "../training/evaluation.ts";
import type { EpochLine } from "../training/lines.ts";
import { type Optimizer, optimizerOf } from "../training/optimizer.ts";
import { checkPosition, start } from "../training/position.ts";
import type { Recipe } from "../training/recipe.ts";
import { type Outcome, type Saved, train, updatesOf } from "../training/train.ts";
import { type Checkpoint, saveCheckpoint, saveModel, type Where } from "./checkpoint.ts";
import { nameLatest, names, newRun, type RunFolder } from "./folder.ts";
import { MetricsLog, readMetrics, rewindMetrics } from "./metrics.ts";
import { isComplete, type Summary, summarize } from "./summary.ts";

/** What a run needs of the world. */
export interface World {
  readonly engine: Engine;
  readonly choice: Choice;
  readonly mnist: Mnist;
  readonly progress: Progress;
  /** True once someone asked the run to stop. */
  readonly stop: () => boolean;
  /** Seconds between checkpoints within an epoch; 0 for one after every update. */
  readonly checkpointEvery?: number | undefined;
}

export interface Ended {
  readonly folder: string;
  /** Nothing where the run was stopped before its end. */
  readonly summary: Summary | undefined;
}

/** The training images of a recipe, and its optimizer for as many updates as they make. */
export async function prepared(
  recipe: Recipe,
  mnist: Mnist,
): Promise<{ readonly digits: Digits; readonly optimizer: Optimizer }> {
  const digits = first(mnist.train, recipe.limit);
  if (recipe.batchSize > digits.count) {
    throw new UserError(
      `--batch-size ${recipe.batchSize} is more than the ${thousands(digits.count)} training images there are.`,
    );
  }
  return { digits, optimizer: await optimizerOf(recipe, updatesOf(digits.count, recipe)) };
}

/** A run in its folder. */
interface Run {
  readonly recipe: Recipe;
  readonly folder: string;
  readonly digits: Digits;
  readonly optimizer: Optimizer;
  readonly world: World;
  readonly saved?: Checkpoint;
  /** The last full epoch's line, of an earlier sitting. */
  readonly last?: EpochLine | undefined;
  /** Called once the folder holds a checkpoint. */
  readonly begun?: () => Promise<void>;
}

/** A new run, in a folder of its own. */
export async function newTraining(recipe: Recipe, out: string | undefined, world: World): Promise<Ended> {
  const { digits, optimizer } = await prepared(recipe, world.mnist); // before the folder: a run that cannot start leaves none
  const folder = await newRun(out, recipe.optimizer);
  try {
    const begun = async (): Promise<void> => {
      if (out === undefined) await nameLatest(folder.path);
    };
    return await training({ recipe, folder: folder.path, digits, optimizer, world, begun });
  } finally {
    await folder.discard();
  }
}

/** Goes on from the checkpoint in an open folder; `epochs` may be more than the run set out for. */
export async function resumedTraining(
  file: string,
  folder: RunFolder,
  saved: Checkpoint,
  recipe: Recipe,
  world: World,
): Promise<Ended> {
  const { position } = saved;
  const { progress, mnist } = world;
  const { digits, optimizer } = await prepared(recipe, mnist);
  if (fingerprint(digits) !== saved.data)
    throw new UserError(
      `\`${file}\` was trained on other images than those of ${mnist.source}. Name its own with --data.`,
    );
  checkPosition(position, recipe, digits.count, file);
  const trained = position.epoch >= recipe.epochs;
  if (trained && (recipe.epochs !== saved.recipe.epochs || isComplete(folder.path, position)))
    throw new UserError(
      `\`${folder.path}\` has had its ${recipe.epochs} epochs. Train on with --epochs ${position.epoch + 1} or more.`,
    );
  const metrics = path.join(folder.path, names.metrics);
  const { epochs, damaged } = await rewindMetrics(metrics, position.step, position.epoch);
  const done = `after ${thousands(position.step)} updates`;
  progress.say(
    trained
      ? `Finishing ${folder.path}, which was trained ${done} and stopped before its report.`
      : `Resuming ${folder.path} ${done}, in epoch ${position.epoch + 1} of ${recipe.epochs}.`,
  );
  if (damaged > 0)
    progress.say(
      `\`${metrics}\` was damaged: ${damaged} of its lines could not be read, and are missing in the report.`,
    );
  const [before, now] = [saved.where === undefined ? "something else" : said(saved.where), said(whereOf(world))];
  if (before !== now) progress.say(`It was trained on ${before} before; ${now} may round differently.`);
  const last = epochs.find(({ epoch }) => epoch === position.epoch);
  return training({ recipe, folder: folder.path, digits, optimizer, world, saved, last });
}

const whereOf = ({ choice: { device, engine: name }, engine: { version } }: World): Where => ({
  device,
  engine: name,
  version,
});

const said = ({ device, engine, version }: Where): string => `${device} by ${engine} ${version}`;

async function training(run: Run): Promise<Ended> {
  const { recipe, folder, digits, optimizer, world, saved } = run;
  const { engine, progress } = world;
  const net = model(recipe.model);
  const started = new Date();
  const at = (name: string): string => path.join(folder, name);
  const learner = await engine.learner({
    model: net,
    weights: saved?.weights ?? startingWeights(net, recipe.seed),
    optimizer: optimizer.configured,
    state: saved?.position.step === 0 ? undefined : saved?.state, // before the first update there is none
  });
  let log: MetricsLog | undefined;
  try {
    const metrics = (log = new MetricsLog(at(names.metrics)));
    const data = fingerprint(digits);
    const checkpoint = async (now: Saved): Promise<void> => {
      metrics.sync();
      await saveCheckpoint(at(names.checkpoint), { ...now, recipe, data, where: whereOf(world) });
    };
    // From here on the run can be resumed, with the epochs that it is to have now.
    if (saved === undefined || saved.recipe.epochs !== recipe.epochs)
      await checkpoint({
        position: saved?.position ?? start,
        weights: await learner.weights(),
        state: await learner.state(),
      });
    await run.begun?.();
    const outcome = await train({
      learner,
      readEvery: engine.readEvery,
      recipe,
      optimizer,
      digits,
      test: world.mnist.test,
      from: saved?.position,
      checkpointEvery: world.checkpointEvery,
      stop: world.stop,
      listener: {
        steps: (lines) => metrics.write(lines),
        standing: (now) => progress.show(now),
        epoch: (line) => {
          metrics.write([line]);
          progress.say(
            `Epoch ${line.epoch}/${recipe.epochs}: training loss ${line.trainLoss.toFixed(4)}, test loss ${line.testLoss.toFixed(4)}, test accuracy ${percent(line.testAccuracy)}, ${duration(line.seconds)}`,
          );
        },
        checkpoint,
      },
    });
    if (outcome.evaluation === undefined) {
      progress.say(
        `Stopped after ${thousands(outcome.position.step)} updates. Continue with: npm start -- train --resume ${folder}`,
      );
      return { folder, summary: undefined };
    }
    const { evaluation, weights, position, last = run.last, pace } = outcome;
    const summary = await finish(run, evaluation, weights, { position, last, pace }, await learner.files(), started);
    return { folder, summary };
  } finally {
    progress.clear();
    learner.dispose();
    log?.close();
  }
}

/** Writes what a trained run leaves behind; what is there from the time before a crash is written again. */
async function finish(
  { recipe, folder, digits, optimizer, world: { engine, choice, mnist } }: Run,
  evaluation: Evaluation,
  weights: Weights,
  outcome: Omit<Outcome, "evaluation" | "weights">,
  own: Readonly<Record<string, string | Uint8Array>>,
  started: Date,
): Promise<Summary> {
  const at = (name: string): string => path.join(folder, name);
  await saveModel(at(names.model), recipe, weights);
  for (const [name, content] of Object.entries(own)) await write(at(name), content);
  const summary = summarize({
    recipe,
    optimizer,
    outcome,
    evaluation,
    digits,
    test: mnist.test,
    data: mnist.source,
    started,
    files: [names.checkpoint, names.model, ...Object.keys(own), names.metrics, names.report, names.summary],
    engine,
    choice,
  });
  await write(at(names.report), report(summary, readMetrics(at(names.metrics)), evaluation, mnist.test));
  await writeJson(at(names.summary), summary); // last: where it is, the run is complete
  return summary;
}
