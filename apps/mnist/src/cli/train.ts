import path from "node:path";
import type { Command } from "commander";
import { loadMnist } from "../data/mnist.ts";
import type { Place } from "../devices/device.ts";
import { UserError } from "../errors.ts";
import { loadCheckpoint } from "../run/checkpoint.ts";
import { fileOf, latestCheckpoint, names, openRun } from "../run/folder.ts";
import { type Ended, newTraining, prepared, resumedTraining, type World } from "../run/run.ts";
import { closingLine, flag, optimizerShare } from "../run/summary.ts";
import { defaultDecay } from "../training/optimizer.ts";
import type { Recipe } from "../training/recipe.ts";
import { program } from "../version.ts";
import { begin, describe } from "./begin.ts";
import { recipeOf, type TrainOptions } from "./options.ts";
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
  if (engine.updates !== undefined) out.say(engine.updates);
  const { checkpointEvery, watch, tensorboard } = options;
  return whileListening(out, async (interrupt) => {
    const stop = (): boolean => ranks?.anyAsked(interrupt.asked()) ?? interrupt.asked();
    const world = { engine, choice, mnist, progress: out.progress, stop, checkpointEvery, watch, tensorboard }; // biome-ignore format: one line
    const { folder, summary } = await (ranks ? ranks.together(go(world)) : go(world));
    if (summary === undefined) {
      out.interrupted({ folder, resume: `${program} train --resume ${folder}` });
      return interrupt.code();
    }
    const share = optimizerShare(summary);
    if (share !== undefined) out.say(`The optimizer took ${share}`);
    if (ranks) out.say(ranks.line(summary));
    out.say(`Report, model and metrics are in ${folder}`);
    out.result(closingLine(summary), { ...summary, folder });
    return interrupt.code(); // 0, unless asked to stop after the last update
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
