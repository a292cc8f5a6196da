import path from "node:path";
import type { Command } from "commander";
import { fingerprint } from "../data/digits.ts";
import { loadMnist } from "../data/mnist.ts";
import type { Place } from "../devices/device.ts";
import { UserError } from "../errors.ts";
import { loadCheckpoint } from "../run/checkpoint.ts";
import { flag, resumeCommand } from "../run/command.ts";
import { fileOf, latestCheckpoint, names, openRun } from "../run/folder.ts";
import { type Ended, newTraining, prepared, resumedTraining, type World } from "../run/run.ts";
import { closingLine, optimizerShare, sharedLine } from "../run/summary.ts";
import { defaultDecay } from "../training/optimizer.ts";
import type { Recipe } from "../training/recipe.ts";
import { begin, describe } from "./begin.ts";
import { besideOf, recipeOf, type TrainOptions } from "./options.ts";
import { type Ranks, ranksOf } from "./ranks.ts";
import { silent, type Voice, voice, whileListening } from "./voice.ts";

/** Loads data, starts an engine, and runs. */
async function run(
  options: TrainOptions,
  out: Voice,
  recipe: Recipe,
  begun: Place | undefined,
  ranks: Ranks | undefined,
  go: (world: World) => Promise<Ended>,
): Promise<number> {
  const mnist = await loadMnist(options.data);
  await prepared(recipe, mnist); // fail before starting a device
  out.say(describe(mnist, recipe));
  const { engine, choice } = await begin(options, out, begun, ranks?.world);
  ranks?.alike({
    images: fingerprint(mnist.train),
    "test images": fingerprint(mnist.test),
    options: JSON.stringify(recipe),
    engine: `${engine.name} ${engine.version} on ${choice.device}`,
  });
  if (engine.updates !== undefined) out.say(engine.updates);
  const { checkpointEvery, watch, tensorboard } = options;
  const beside = besideOf(options);
  return whileListening(out, async (interrupt) => {
    const stop = (): boolean => ranks?.anyAsked(interrupt.asked()) ?? interrupt.asked();
    const shared = ranks && { saved: ranks.rank === 0 ? ranks.saved : undefined, shared: ranks.shared };
    const world = { engine, choice, mnist, progress: out.progress, stop, checkpointEvery, watch, tensorboard, beside, ...shared }; // biome-ignore format: one line
    const { folder, summary } = await go(world);
    if (summary === undefined) {
      out.interrupted({ folder, resume: resumeCommand(folder, beside) });
      // Another rank that ended with a code of its own would end the first one before it has saved.
      return ranks && ranks.rank > 0 ? 0 : interrupt.code();
    }
    const share = optimizerShare(summary);
    if (share !== undefined) out.say(`The optimizer took ${share}`);
    if (summary.shared) out.say(sharedLine(summary.shared));
    out.say(`Report, model and metrics are in ${folder}`);
    out.result(closingLine(summary), { ...summary, folder });
    return ranks && ranks.rank > 0 ? 0 : interrupt.code(); // 0, unless asked to stop after the last update
  });
}

/** The recipe of a resumed run: its own, with a new number of epochs if one is given. */
function resumedRecipe(file: string, saved: Recipe, asked: Recipe, given: (name: string) => boolean): Recipe {
  for (const [name, value] of Object.entries(asked)) {
    const before = saved[name as keyof Recipe]; // keys of a recipe
    if (name === "epochs" || !given(name) || value === before) continue;
    throw new UserError(
      `\`${file}\` was started with ${flag(name)} ${before ?? "unset"}, and a resumed run keeps its options. Leave out ${flag(name)} ${value}, or start a new run.`,
    );
  }
  return given("epochs") ? { ...saved, epochs: asked.epochs } : saved;
}

export async function trainCommand(given: TrainOptions, command: Command): Promise<number> {
  const ranks = await ranksOf(given);
  if (!ranks) return begun(given, command, undefined);
  try {
    return await begun(given, command, ranks);
  } catch (error) {
    return ranks.fail(error);
  }
}

async function begun(given: TrainOptions, command: Command, ranks: Ranks | undefined): Promise<number> {
  const out = ranks && ranks.rank > 0 ? silent : voice(given);
  const options = ranks?.own(given) ?? given;
  const { resume } = options;
  const { weightDecay = defaultDecay(options.optimizer) } = options;
  const asked = recipeOf({ ...options, weightDecay }, options);
  if (resume === undefined)
    return run(options, out, asked, undefined, ranks, (world) => newTraining(asked, options.out, world));

  const named = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  if (named("out")) throw new UserError("--out is for new runs; a resumed run continues in its own folder.");
  const found = resume === true ? latestCheckpoint() : fileOf(resume, names.checkpoint);
  loadCheckpoint(found, named("model") ? options.model : undefined); // report a wrong file before locking its folder
  const folder = await openRun(path.dirname(found));
  try {
    const file = path.join(folder.path, path.basename(found));
    const saved = loadCheckpoint(file);
    const recipe = resumedRecipe(file, saved.recipe, asked, named);
    return await run(options, out, recipe, saved.where, ranks, (world) =>
      resumedTraining(file, folder, saved, recipe, world),
    );
  } finally {
    await folder.close();
  }
}
