import path from "node:path";
import { write, writeJson } from "../disk.ts";
import { model, startingWeights } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { short } from "../report/chart.ts";
import { comparisonPage, type Row, type Spread } from "../report/comparison.ts";
import { duration, percent } from "../terminal/progress.ts";
import type { Recipe } from "../training/recipe.ts";
import { train } from "../training/train.ts";
import { prepared, type World } from "./run.ts";

/** One run of the comparison. */
export interface Trial {
  readonly optimizer: string;
  readonly title: string;
  readonly lr: number | null;
  readonly seed: number;
  /** Null if training diverged. */
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  readonly seconds: number;
}

export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/** Groups trials into rows, best mean accuracy first. */
export function rows(trials: readonly Trial[]): Row[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = `${trial.optimizer} ${trial.lr}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  const out = [...groups.values()].map((group): Row => {
    const { optimizer, title, lr } = group[0]!; // groups are never empty
    const accuracies = group.flatMap(({ testAccuracy }) => (testAccuracy === null ? [] : [testAccuracy]));
    const losses = group.flatMap(({ testLoss }) => (testLoss === null ? [] : [testLoss]));
    return {
      optimizer,
      title,
      lr,
      runs: group.length,
      diverged: group.length - accuracies.length,
      accuracy: accuracies.length > 0 ? spread(accuracies) : null,
      loss: losses.length > 0 ? spread(losses) : null,
      seconds: spread(group.map(({ seconds }) => seconds)),
    };
  });
  return out.sort((a, b) => (b.accuracy?.mean ?? -1) - (a.accuracy?.mean ?? -1));
}

/** Trains every recipe in turn, updating compare.json and compare.html in `folder` after each. */
export async function compare(
  recipes: readonly Recipe[],
  folder: string,
  world: World,
): Promise<{ trials: Trial[]; rows: Row[] }> {
  const { engine, choice, mnist, progress, stop } = world;
  const trials: Trial[] = [];
  for (const [i, recipe] of recipes.entries()) {
    const { digits, optimizer } = await prepared(recipe, mnist);
    const net = model(recipe.model);
    const begun = performance.now();
    const learner = await engine.learner({
      model: net,
      weights: startingWeights(net, recipe.seed),
      optimizer: optimizer.configured,
    });
    let outcome: { readonly accuracy: number; readonly loss: number } | undefined;
    try {
      const ended = await train({
        learner,
        readEvery: engine.readEvery,
        recipe,
        optimizer,
        digits,
        test: mnist.test,
        stop,
        listener: { standing: (at) => progress.show(at) },
      });
      if (ended.evaluation === undefined) break; // asked to stop
      outcome = ended.evaluation;
    } catch (error) {
      if (!(error instanceof UserError)) throw error; // otherwise it diverged
    } finally {
      progress.clear();
      learner.dispose();
    }
    const trial: Trial = {
      optimizer: recipe.optimizer,
      title: optimizer.title,
      lr: optimizer.lr ?? null,
      seed: recipe.seed,
      testAccuracy: outcome?.accuracy ?? null,
      testLoss: outcome?.loss ?? null,
      seconds: (performance.now() - begun) / 1000,
    };
    trials.push(trial);
    const result = outcome === undefined ? "diverged" : `test accuracy ${percent(outcome.accuracy)}`;
    const rate = trial.lr === null ? "" : ` at rate ${short(trial.lr)}`;
    progress.say(
      `${i + 1}/${recipes.length}: ${trial.title}${rate}, seed ${trial.seed}: ${result}, ${duration(trial.seconds)}`,
    );
    const all = rows(trials);
    await writeJson(path.join(folder, "compare.json"), {
      engine: engine.name,
      device: choice.device,
      recipe: { ...recipe, optimizer: undefined, lr: undefined, seed: undefined },
      rows: all,
      trials,
    });
    await write(
      path.join(folder, "compare.html"),
      comparisonPage(all, recipe, `${engine.name} on ${choice.device}`, digits.count),
    );
  }
  return { trials, rows: rows(trials) };
}
