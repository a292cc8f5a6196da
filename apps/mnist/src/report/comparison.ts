import { duration, percent, thousands } from "../terminal/progress.ts";
import type { Recipe } from "../training/recipe.ts";
import { chart, colours, escaped, short } from "./chart.ts";
import { page, table } from "./report.ts";

/** One line of the table: all seeds of one optimizer at one rate with one regularizer. */
export interface Row {
  readonly optimizer: string;
  readonly title: string;
  readonly lr: number | null;
  readonly regularizer: string;
  readonly runs: number;
  readonly diverged: number;
  /** Over the runs that did not diverge; null if all did. */
  readonly accuracy: Spread | null;
  readonly loss: Spread | null;
  readonly trainLoss: Spread | null;
  /** The test loss less the training loss of the same run. */
  readonly gap: Spread | null;
  readonly seconds: Spread;
}

export interface Spread {
  readonly mean: number;
  /** The sample's standard deviation, 0 for one run. */
  readonly deviation: number;
}

const headings = [
  "optimizer",
  "rate",
  "regularizer",
  "test accuracy",
  "train loss",
  "test loss",
  "gap",
  "time",
  "runs",
] as const;

/** `91.00 % ± 1.41`; a single run has no deviation. */
const give = ({ mean, deviation }: Spread, runs: number, write: (value: number) => string): string =>
  runs > 1 ? `${write(mean)} ± ${write(deviation).replace(" %", "")}` : write(mean);

const of = ({ title, regularizer }: Row): string => (regularizer === "none" ? title : `${title}, ${regularizer}`);

function cells({ title, lr, regularizer, accuracy, loss, trainLoss, gap, seconds, runs, diverged }: Row): string[] {
  const ended = runs - diverged;
  return [
    title,
    lr === null ? "equation" : short(lr),
    regularizer,
    accuracy === null ? "diverged" : give(accuracy, ended, percent),
    ...[trainLoss, loss, gap].map((one) => (one === null ? "" : give(one, ended, (value) => value.toFixed(4)))),
    duration(seconds.mean),
    diverged === 0 ? String(runs) : `${runs} (${diverged} diverged)`,
  ];
}

/** Headings and lines; without the column of regularizers where nothing has any. */
function tabled(all: readonly Row[]): { head: string[]; lines: string[][] } {
  const any = all.some(({ regularizer }) => regularizer !== "none");
  const shown = (line: readonly string[]): string[] => line.filter((_, i) => any || headings[i] !== "regularizer");
  return { head: shown(headings), lines: all.map((row) => shown(cells(row))) };
}

/** The table for a terminal, mean ± standard deviation over the seeds. */
export function comparisonText(all: readonly Row[]): string {
  const { head, lines: rows } = tabled(all);
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("   "),
    )
    .join("\n");
}

/** compare.html. */
export function comparisonPage(all: readonly Row[], recipe: Recipe, where: string, trainImages: number): string {
  const titles = [...new Set(all.map(of))];
  const several = new Set(all.map(({ lr }) => lr)).size > 1;
  const series = titles.map((title, i) => {
    const points = all
      .filter((row) => of(row) === title && row.lr !== null && row.accuracy !== null)
      .sort((a, b) => a.lr! - b.lr!); // rows without lr were filtered out
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
  const { head, lines } = tabled(all);
  const best = all[0];
  const won = best?.accuracy ?? undefined;
  const ended = best === undefined ? 0 : best.runs - best.diverged;
  return page(
    "Optimizers compared on MNIST",
    `<header><p class="kicker">MNIST · ${escaped(recipe.model)} · ${escaped(where)}</p>
<h1>${won === undefined ? "None" : escaped(of(best!))}</h1>
<p class="lead">did best on the test images after ${recipe.epochs} epoch${recipe.epochs === 1 ? "" : "s"} of ${thousands(trainImages)} images${won === undefined ? "" : `: ${give(won, ended, percent)}`}.</p></header>
${drawn}
<section><h2>All of them</h2>${table(head, lines)}</section>`,
  );
}
