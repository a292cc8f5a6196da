import path from "node:path";
import { model, startingWeights } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { chart, colours, escaped, short } from "../report/chart.ts";
import { page, table } from "../report/report.ts";
import { duration, percent, thousands } from "../terminal/progress.ts";
import type { Recipe } from "../training/recipe.ts";
import { train } from "../training/train.ts";
import { writeJson, writeWhole } from "./files.ts";
import { prepared, type World } from "./run.ts";

/** One run of the comparison. */
export interface Trial {
  readonly optimizer: string;
  readonly title: string;
  readonly lr: number | null;
  readonly seed: number;
  /** Null where training diverged. */
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  readonly seconds: number;
}

/** One line of the table: all seeds of one optimizer at one rate. */
export interface Row {
  readonly optimizer: string;
  readonly title: string;
  readonly lr: number | null;
  readonly runs: number;
  readonly diverged: number;
  /** Over the runs that did not diverge; null where none is left. */
  readonly accuracy: Spread | null;
  readonly loss: Spread | null;
  readonly seconds: Spread;
}

export interface Spread {
  readonly mean: number;
  /** The sample's standard deviation, 0 for one run. */
  readonly deviation: number;
}

export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/** The trials gathered into rows, best mean accuracy first. */
export function rows(trials: readonly Trial[]): Row[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = `${trial.optimizer} ${trial.lr}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  const out = [...groups.values()].map((group): Row => {
    const { optimizer, title, lr } = group[0]!; // a group is made with its first trial
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

const head = ["optimizer", "rate", "test accuracy", "test loss", "time", "runs"] as const;

/** `91.00 % ± 1.41`; a single run has no deviation to speak of. */
const give = ({ mean, deviation }: Spread, runs: number, write: (value: number) => string): string =>
  runs > 1 ? `${write(mean)} ± ${write(deviation).replace(" %", "")}` : write(mean);

function cells({ title, lr, accuracy, loss, seconds, runs, diverged }: Row): string[] {
  const ended = runs - diverged;
  return [
    title,
    lr === null ? "equation" : short(lr),
    accuracy === null ? "diverged" : give(accuracy, ended, percent),
    loss === null ? "" : give(loss, ended, (value) => value.toFixed(4)),
    duration(seconds.mean),
    diverged === 0 ? String(runs) : `${runs} (${diverged} diverged)`,
  ];
}

/** The table for a terminal, mean ± standard deviation over the seeds. */
export function text(all: readonly Row[]): string {
  const lines = [[...head], ...all.map(cells)];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("   "),
    )
    .join("\n");
}

function html(all: readonly Row[], recipe: Recipe, where: string, trainImages: number): string {
  const titles = [...new Set(all.map(({ title }) => title))];
  const several = new Set(all.map(({ lr }) => lr)).size > 1;
  const series = titles.map((title, i) => {
    const points = all
      .filter((row) => row.title === title && row.lr !== null && row.accuracy !== null)
      .sort((a, b) => a.lr! - b.lr!); // without lr filtered above
    return {
      name: title,
      as: "dots" as const,
      colour: (i % colours) + 1,
      points: points.map((row) => [row.lr!, row.accuracy!.mean] as const), // filtered above
      spread: points.map((row) => row.accuracy!.deviation),
    };
  });
  const drawn = several
    ? `<section class="wide">${chart({
        title: "Test accuracy against rate",
        note: "mean and standard deviation over the seeds",
        x: { label: "learning rate", log: true },
        y: { percent: true },
        series,
      })}</section>`
    : "";
  const best = all[0];
  const won = best?.accuracy ?? undefined;
  const ended = best === undefined ? 0 : best.runs - best.diverged;
  return page(
    "Optimizers compared on MNIST",
    `<header><p class="kicker">MNIST · ${escaped(recipe.model)} · ${escaped(where)}</p>
<h1>${won === undefined ? "None" : escaped(best!.title)}</h1>
<p class="lead">did best on the test images after ${recipe.epochs} epoch${recipe.epochs === 1 ? "" : "s"} of ${thousands(trainImages)} images${won === undefined ? "" : `: ${give(won, ended, percent)}`}.</p></header>
${drawn}
<section><h2>All of them</h2>${table(head, all.map(cells))}</section>`,
  );
}

/** Trains every recipe in turn; compare.json and compare.html in `folder` hold what is done, after every run. */
export async function compare(
  recipes: readonly Recipe[],
  folder: string,
  world: World,
): Promise<{ trials: Trial[]; rows: Row[] }> {
  const { engine, choice, mnist, progress, stop } = world;
  const trials: Trial[] = [];
  for (const [i, recipe] of recipes.entries()) {
    const { digits, optimizer } = prepared(recipe, mnist);
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
      if (!(error instanceof UserError)) throw error; // the loss was no number any more
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
    writeJson(path.join(folder, "compare.json"), {
      engine: engine.name,
      device: choice.device,
      recipe: { ...recipe, optimizer: undefined, lr: undefined, seed: undefined },
      rows: all,
      trials,
    });
    writeWhole(
      path.join(folder, "compare.html"),
      html(all, recipe, `${engine.name} on ${choice.device}`, digits.count),
    );
  }
  return { trials, rows: rows(trials) };
}
