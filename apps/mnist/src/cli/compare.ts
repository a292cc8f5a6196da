import { loadMnist } from "../data/mnist.ts";
import { comparisonText } from "../report/comparison.ts";
import { compare } from "../run/compare.ts";
import { newRun } from "../run/folder.ts";
import { prepared } from "../run/run.ts";
import { begin, describe } from "./begin.ts";
import { type CompareOptions, recipeOf, regularized } from "./options.ts";
import { voice, whileListening } from "./voice.ts";

export async function compareCommand(options: CompareOptions): Promise<number> {
  const out = voice(options);
  const recipes = options.optimizers.flatMap((optimizer) =>
    (options.lrs ?? [undefined]).flatMap((lr) =>
      regularized(options).flatMap((strengths) =>
        Array.from({ length: options.seeds }, (_, i) =>
          recipeOf({ ...options, ...strengths }, { optimizer, lr, seed: options.seed + i }),
        ),
      ),
    ),
  );
  const mnist = await loadMnist(options.data);
  for (const recipe of recipes) await prepared(recipe, mnist);
  out.say(describe(mnist, options));
  const { engine, choice } = await begin(options, out);
  if (engine.updates !== undefined) out.say(engine.updates);
  const folder = await newRun(options.out, "compare");
  try {
    return await whileListening(out, async (interrupt) => {
      const world = { engine, choice, mnist, progress: out.progress, stop: interrupt.asked };
      const { trials, rows } = await compare(recipes, folder.path, world);
      if (interrupt.asked() && trials.length === 0)
        out.interrupted({ folder: folder.path, trials, of: recipes.length });
      if (trials.length > 0) {
        out.say(`The table is also in ${folder.path}, as compare.html and compare.json`);
        out.result(`\n${comparisonText(rows)}`, {
          engine: engine.name,
          device: choice.device,
          folder: folder.path,
          rows,
          trials,
          ...(interrupt.asked() ? { interrupted: true, of: recipes.length } : {}),
        });
      }
      if (!interrupt.asked()) return 0;
      out.say(`Stopped after ${trials.length} of ${recipes.length} runs.`);
      return interrupt.code();
    });
  } finally {
    await folder.discard();
  }
}
