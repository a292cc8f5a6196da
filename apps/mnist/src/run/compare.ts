import path from "node:path";
import { first } from "../data/digits.ts";
import { write, writeJson } from "../disk.ts";
import { model, startingWeights } from "../engines/model.ts";
import { UserError } from "../errors.ts";

import { comparisonPage, type Row, type Spread } from "../report/comparison.ts";
import { short } from "../report/text.ts";
import { duration, percent } from "../terminal/progress.ts";
import { evaluate } from "../training/evaluation.ts";
import type { StepLine } from "../training/lines.ts";
import type { Recipe } from "../training/recipe.ts";
import { mixes, regularizersOf, regularizersText } from "../training/regularizers.ts";
import { train } from "../training/train.ts";
import { prepared, type World } from "./run.ts";

/** One run of the comparison. */
export interface Trial {
  readonly optimizer: string;
  readonly title: string;
  readonly lr: number | null;
  readonly seed: number;
  /** The regularizers with their strengths, or `none`. */
  readonly regularizer: string;
  /** Null if training diverged. */
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  /** Of the trained network, without its regularizers, over as many training images as there are test images at most. */
  readonly trainLoss: number | null;
  readonly seconds: number;
  /** The course of the training loss: means over equal parts of the run, by epochs. */
  readonly curve: readonly (readonly [epoch: number, loss: number])[];
}

/** The parts that a run's curve is averaged over. */
const PARTS = 60;

/** Means over equal parts of a run. */
function curveOf(lines: readonly StepLine[]): Trial["curve"] {
  const per = Math.max(1, Math.ceil(lines.length / PARTS));
  const parts = Array.from({ length: Math.ceil(lines.length / per) }, (_, i) => lines.slice(i * per, (i + 1) * per));
  const means = parts.map((part) => [part.at(-1)!.epoch, part.reduce((sum, { loss }) => sum + loss, 0) / part.length] as const); // biome-ignore format: none is empty
  return means.filter(([, loss]) => Number.isFinite(loss)); // to where it diverged
}

/** The mean of curves, as far as all of them go. */
function meanCurve(curves: readonly Trial["curve"][]): Trial["curve"] {
  const length = Math.min(...curves.map((one) => one.length));
  return curves[0]!
    .slice(0, length)
    .map(([epoch], i) => [epoch, curves.reduce((sum, one) => sum + one[i]![1], 0) / curves.length]);
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
    const key = `${trial.optimizer} ${trial.lr} ${trial.regularizer}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  const out = [...groups.values()].map((group): Row => {
    const { optimizer, title, lr, regularizer } = group[0]!; // groups are never empty
    const accuracies = group.flatMap(({ testAccuracy }) => (testAccuracy === null ? [] : [testAccuracy]));
    const losses = group.flatMap(({ testLoss }) => (testLoss === null ? [] : [testLoss]));
    const trainLosses = group.flatMap(({ trainLoss }) => (trainLoss === null ? [] : [trainLoss]));
    const gaps = group.flatMap(({ testLoss, trainLoss }) =>
      testLoss === null || trainLoss === null ? [] : [testLoss - trainLoss],
    );
    return {
      optimizer,
      title,
      lr,
      regularizer,
      runs: group.length,
      diverged: group.length - accuracies.length,
      accuracy: accuracies.length > 0 ? spread(accuracies) : null,
      loss: losses.length > 0 ? spread(losses) : null,
      trainLoss: trainLosses.length > 0 ? spread(trainLosses) : null,
      gap: gaps.length > 0 ? spread(gaps) : null,
      seconds: spread(group.map(({ seconds }) => seconds)),
      curve: meanCurve(group.map(({ curve }) => curve)),
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
    const net = model(recipe.model, mnist.names.length);
    const begun = performance.now();
    const learner = await engine.learner({
      model: net,
      weights: startingWeights(net, recipe.seed),
      optimizer: optimizer.configured,
      dropout: recipe.dropout !== undefined,
      mixed: mixes(recipe),
    });
    let outcome: { readonly accuracy: number; readonly loss: number; readonly trainLoss: number } | undefined;
    let seconds = 0;
    const lines: StepLine[] = [];
    try {
      const ended = await train({
        learner,
        readEvery: engine.readEvery,
        recipe,
        optimizer,
        digits,
        test: mnist.test,
        stop,
        listener: { standing: (at) => progress.show(at), step: (line) => void lines.push(line) },
      });
      if (ended.evaluation === undefined) break; // asked to stop
      seconds = (performance.now() - begun) / 1000;
      const { accuracy, loss } = ended.evaluation;
      outcome = { accuracy, loss, trainLoss: (await evaluate(learner, first(digits, mnist.test.count))).loss };
    } catch (error) {
      if (!(error instanceof UserError)) throw error; // otherwise it diverged
      seconds = (performance.now() - begun) / 1000;
    } finally {
      progress.clear();
      learner.dispose();
    }
    const trial: Trial = {
      optimizer: recipe.optimizer,
      title: optimizer.title,
      lr: optimizer.lr ?? null,
      seed: recipe.seed,
      regularizer: regularizersText(recipe),
      testAccuracy: outcome?.accuracy ?? null,
      testLoss: outcome?.loss ?? null,
      trainLoss: outcome?.trainLoss ?? null,
      seconds,
      curve: curveOf(lines),
    };
    trials.push(trial);
    const result = outcome === undefined ? "diverged" : `test accuracy ${percent(outcome.accuracy)}`;
    const rate = trial.lr === null ? "" : ` at rate ${short(trial.lr)}`;
    const regularizer = trial.regularizer === "none" ? "" : `, ${trial.regularizer}`;
    progress.say(
      `${i + 1}/${recipes.length}: ${trial.title}${rate}${regularizer}, seed ${trial.seed}: ${result}, ${duration(trial.seconds)}`,
    );
    const all = rows(trials);
    await writeJson(path.join(folder, "compare.json"), {
      engine: engine.name,
      device: choice.device,
      recipe: { ...recipe, optimizer: undefined, lr: undefined, seed: undefined, ...regularizersOf({}) }, // every trial has its own
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
