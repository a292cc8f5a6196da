import path from "node:path";
import { type Digits, fingerprint, first, type Mnist } from "../data/digits.ts";
import type { Choice } from "../devices/device.ts";
import { write, writeJson } from "../disk.ts";
import type { Engine, Learner } from "../engines/engine.ts";
import { exported } from "../engines/exported.ts";
import { model, startingWeights, type Weights } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { report } from "../report/report.ts";
import { duration, type Progress, percent, thousands } from "../terminal/progress.ts";
import { findingLine, watchLine } from "../terminal/watch.ts";
import { type Evaluation, evaluate } from "../training/evaluation.ts";
import type { EpochLine } from "../training/lines.ts";
import { Observer } from "../training/observer.ts";
import { type Optimizer, optimizerOf } from "../training/optimizer.ts";
import { apart } from "../training/order.ts";
import { checkPosition, start } from "../training/position.ts";
import type { Recipe } from "../training/recipe.ts";
import { mixes } from "../training/regularizers.ts";
import { type Best, hasStalled } from "../training/resume.ts";
import { type Outcome, type Saved, train, updatesOf } from "../training/train.ts";
import { Board } from "./board.ts";
import { type Checkpoint, saveCheckpoint, saveModel, type Where } from "./checkpoint.ts";
import { type Beside, resumeCommand } from "./command.ts";
import { addFinding, readFindings, rewindFindings } from "./findings.ts";
import { names as files, nameLatest, newRun, type RunFolder } from "./folder.ts";
import { MetricsLog, readMetrics, rewindMetrics } from "./metrics.ts";
import { isComplete, type Shared, type Summary, summarize } from "./summary.ts";

/** Everything a run needs besides its recipe. */
export interface World {
  readonly engine: Engine;
  readonly choice: Choice;
  readonly mnist: Mnist;
  readonly progress: Progress;
  /** Whether the run was asked to stop. */
  readonly stop: () => boolean;
  /** Seconds between checkpoints within an epoch; 0 saves after every update. */
  readonly checkpointEvery?: number | undefined;
  /** Prints norms as it goes. */
  readonly watch?: boolean | undefined;
  /** The folder for TensorBoard's files. */
  readonly tensorboard?: string | undefined;
  /** The options that its checkpoint does not keep. */
  readonly beside?: Beside | undefined;
  /** Called when a checkpoint is complete. */
  readonly saved?: ((step: number, folder: string) => void) | undefined;
  /** The numbers of ranks that share the run, by the milliseconds of an update. */
  readonly shared?: ((stepMilliseconds: number | null) => Shared) | undefined;
}

export interface Ended {
  readonly folder: string;
  /** Undefined if the run was stopped early. */
  readonly summary: Summary | undefined;
}

/** The images that a run trains on, and those that it holds out if it may stop early. */
function splitOf({ earlyStop, limit }: Recipe, mnist: Mnist): { readonly digits: Digits; readonly held?: Digits } {
  const all = first(mnist.train, limit);
  if (earlyStop === undefined) return { digits: all };
  const { kept, held } = apart(all);
  if (held.count === 0)
    throw new UserError(`--early-stop holds out a tenth of the training images, and there are ${all.count}.`);
  return { digits: kept, held };
}

/** The training images of a recipe and its optimizer, configured for the resulting number of updates. */
export async function prepared(
  recipe: Recipe,
  mnist: Mnist,
): Promise<{ readonly digits: Digits; readonly held?: Digits; readonly optimizer: Optimizer }> {
  const split = splitOf(recipe, mnist);
  const { digits } = split;
  if (recipe.batchSize > digits.count) {
    throw new UserError(`--batch-size ${recipe.batchSize} exceeds the ${thousands(digits.count)} training images.`);
  }
  return { ...split, optimizer: await optimizerOf(recipe, updatesOf(digits.count, recipe)) };
}

/** A run in its folder. */
interface Run {
  readonly recipe: Recipe;
  readonly folder: string;
  readonly digits: Digits;
  readonly held?: Digits | undefined;
  readonly optimizer: Optimizer;
  readonly world: World;
  readonly saved?: Checkpoint;
  /** The last completed epoch before this resume. */
  readonly last?: EpochLine | undefined;
  /** The updates before this resume, with what was found in them. */
  readonly past?: ConstructorParameters<typeof Observer>[1];
  /** Called once the folder contains a checkpoint. */
  readonly begun?: () => Promise<void>;
}

/** Starts a run in a new folder. */
export async function newTraining(recipe: Recipe, out: string | undefined, world: World): Promise<Ended> {
  const ready = await prepared(recipe, world.mnist); // before creating the folder, so that a run that cannot start leaves none
  const folder = await newRun(out, recipe.optimizer);
  try {
    const begun = async (): Promise<void> => {
      if (out === undefined) await nameLatest(folder.path);
    };
    return await training({ recipe, folder: folder.path, ...ready, world, begun });
  } finally {
    await folder.discard();
  }
}

/** Resumes from a checkpoint in an open folder; `recipe.epochs` may exceed the original number. */
export async function resumedTraining(
  file: string,
  folder: RunFolder,
  saved: Checkpoint,
  recipe: Recipe,
  world: World,
): Promise<Ended> {
  const { position } = saved;
  const { progress, mnist } = world;
  const ready = await prepared(recipe, mnist);
  const { digits } = ready;
  if (fingerprint(digits) !== saved.data)
    throw new UserError(
      `\`${file}\` was trained on different images than those in ${mnist.source}. Pass the original ones with --data.`,
    );
  if (saved.names.length !== mnist.names.length)
    throw new UserError(
      `\`${file}\` was trained on ${saved.names.length} classes, and ${mnist.source} has names for ${mnist.names.length}. Give \`classes.txt\` the names that it had.`,
    );
  checkPosition(position, recipe, digits.count, file);
  const stalled = hasStalled(recipe, saved.best, position.epoch);
  if (stalled && isComplete(folder.path, position))
    throw new UserError(
      `\`${folder.path}\` stopped early after epoch ${position.epoch}, as --early-stop ${recipe.earlyStop} asks. Start a new run to train longer.`,
    );
  const trained = position.epoch >= recipe.epochs || stalled;
  if (trained && (recipe.epochs !== saved.recipe.epochs || isComplete(folder.path, position)))
    throw new UserError(
      `\`${folder.path}\` has completed its ${position.epoch === 1 ? "epoch" : `${position.epoch} epochs`}. To train longer, pass --epochs ${position.epoch + 1} or more.`,
    );
  const metrics = path.join(folder.path, files.metrics);
  const { steps, epochs, damaged } = await rewindMetrics(metrics, position.step, position.epoch);
  const findings = await rewindFindings(path.join(folder.path, files.findings), position.step);
  const done = `after ${thousands(position.step)} updates`;
  progress.say(
    trained
      ? `Finishing ${folder.path}: trained, ${done}, but stopped before its report was written.`
      : `Resuming ${folder.path} ${done}, in epoch ${position.epoch + 1} of ${recipe.epochs}.`,
  );
  if (damaged > 0) progress.say(`\`${metrics}\` was damaged: ${damaged} unreadable lines are missing from the report.`);
  const [before, now] = [saved.where === undefined ? "something else" : said(saved.where), said(whereOf(world))];
  if (before !== now) progress.say(`It was trained on ${before}; ${now} may round differently.`);
  const last = epochs.find(({ epoch }) => epoch === position.epoch);
  return training({ recipe, folder: folder.path, ...ready, world, saved, last, past: { steps, findings } });
}

const whereOf = ({ choice: { device, engine: name }, engine: { version } }: World): Where => ({
  device,
  engine: name,
  version,
});

const said = ({ device, engine, version }: Where): string => `${device} by ${engine} ${version}`;

/** The same learner, which may be disposed of twice. */
function once(learner: Learner): Learner {
  let open = true;
  const dispose = (): void => {
    if (open) learner.dispose();
    open = false;
  };
  return { ...learner, dispose };
}

async function training(run: Run): Promise<Ended> {
  const { recipe, folder, digits, optimizer, world, saved } = run;
  const { engine, progress } = world;
  const net = model(recipe.model, world.mnist.names.length);
  const started = new Date();
  const at = (name: string): string => path.join(folder, name);
  const learner = once(
    await engine.learner({
      model: net,
      weights: saved?.weights ?? startingWeights(net, recipe.seed),
      optimizer: optimizer.configured,
      state: saved?.position.step === 0 ? undefined : saved?.state, // the first update creates it
      dropout: recipe.dropout !== undefined,
      mixed: mixes(recipe),
    }),
  );
  let log: MetricsLog | undefined;
  try {
    const metrics = (log = new MetricsLog(at(files.metrics)));
    const data = fingerprint(digits);
    const { names } = world.mnist;
    const checkpoint = async (now: Saved): Promise<void> => {
      metrics.sync();
      await saveCheckpoint(at(files.checkpoint), { ...now, recipe, data, where: whereOf(world), names });
      world.saved?.(now.position.step, folder);
    };
    if (saved) world.saved?.(saved.position.step, folder);
    // From here on the run can be resumed, with its new number of epochs.
    if (saved === undefined || saved.recipe.epochs !== recipe.epochs)
      await checkpoint({
        position: saved?.position ?? start,
        weights: await learner.weights(),
        state: await learner.state(),
        best: saved?.best,
      });
    await run.begun?.();
    const board = world.tensorboard === undefined ? undefined : new Board(world.tensorboard, folder);
    await board?.begin();
    const outcome = await train({
      learner,
      readEvery: engine.readEvery,
      recipe,
      optimizer,
      digits,
      test: world.mnist.test,
      held: run.held,
      from: saved?.position,
      best: saved?.best,
      checkpointEvery: world.checkpointEvery,
      stop: world.stop,
      observer: observerOf(run, board),
      listener: {
        step: (line) => metrics.write([line]),
        standing: (now) => progress.show(now),
        epoch: (line) => {
          metrics.write([line]);
          progress.say(
            `Epoch ${line.epoch}/${recipe.epochs}: training loss ${line.trainLoss.toFixed(4)}, ${line.heldLoss === undefined ? "" : `held out ${line.heldLoss.toFixed(4)}, `}test loss ${line.testLoss.toFixed(4)}, test accuracy ${percent(line.testAccuracy)}, after ${duration(line.seconds)}`,
          );
        },
        checkpoint,
      },
    });
    if (outcome.evaluation === undefined) {
      progress.say(
        `Stopped after ${thousands(outcome.position.step)} updates. Continue with: ${resumeCommand(folder, world.beside ?? {})}`,
      );
      return { folder, summary: undefined };
    }
    const { position, last = run.last, pace, best } = outcome;
    const { evaluation, weights } = await chosen(run, learner, outcome.evaluation, position.epoch, best);
    const summary = await finish(run, evaluation, weights, { position, last, pace, best }, started);
    return { folder, summary };
  } finally {
    progress.clear();
    learner.dispose();
    log?.close();
  }
}

/** The network that a run leaves: that of its best epoch where it may stop early, else the last. */
async function chosen(
  { optimizer, world: { engine, mnist, progress } }: Run,
  learner: Learner,
  evaluation: Evaluation,
  epoch: number,
  best: Best | undefined,
): Promise<{ readonly evaluation: Evaluation; readonly weights: Weights }> {
  if (best === undefined || best.epoch === epoch) return { evaluation, weights: await learner.readout() };
  progress.say(
    `Stopped after epoch ${epoch}: the loss on the images held out was lowest after epoch ${best.epoch}, whose weights are kept.`,
  );
  learner.dispose(); // TensorFlow.js refuses two networks of the same names
  const own = await engine.learner({
    model: learner.model,
    weights: best.weights,
    optimizer: optimizer.configured,
  });
  try {
    return { evaluation: await evaluate(own, mnist.test), weights: best.weights };
  } finally {
    own.dispose();
  }
}

/** Tells findings at once, and keeps them; prints norms, about once per second, and writes them for TensorBoard, where asked. */
function observerOf({ folder, world, past = { steps: [], findings: [] } }: Run, board: Board | undefined): Observer {
  const { progress, watch } = world;
  let printed = Number.NEGATIVE_INFINITY;
  return new Observer(
    {
      finding(finding) {
        progress.say(findingLine(finding));
        addFinding(path.join(folder, files.findings), finding);
      },
      numbers(numbers) {
        if (watch !== true || performance.now() - printed < 1000) return;
        printed = performance.now();
        progress.say(watchLine(numbers));
      },
      step: async (line, numbers) => board?.step(line, numbers),
      epoch: async (line) => board?.epoch(line),
    },
    past,
  );
}

/** Writes the results of a trained run, overwriting any left by an attempt that crashed. */
async function finish(
  { recipe, folder, digits, held, optimizer, world: { engine, choice, mnist, shared, beside = {} } }: Run,
  evaluation: Evaluation,
  weights: Weights,
  outcome: Omit<Outcome, "evaluation" | "weights">,
  started: Date,
): Promise<Summary> {
  const at = (name: string): string => path.join(folder, name);
  await saveModel(at(files.model), recipe, weights, mnist.names);
  const own = exported(model(recipe.model, mnist.names.length), weights);
  for (const [name, content] of Object.entries(own)) await write(at(name), content);
  const summary = summarize({
    recipe,
    optimizer,
    outcome,
    evaluation,
    digits,
    held,
    test: mnist.test,
    data: mnist.source,
    classes: mnist.names,
    started,
    files: [files.checkpoint, files.model, ...Object.keys(own), files.metrics, files.report, files.summary],
    engine,
    choice,
    shared,
    beside,
  });
  const found = { ...readMetrics(at(files.metrics)), findings: readFindings(at(files.findings)) };
  await write(at(files.report), report(summary, found, evaluation, mnist.test));
  await writeJson(at(files.summary), summary); // last, because it marks the run as complete
  return summary;
}
