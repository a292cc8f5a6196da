import { styleCount } from "@descent/viz";
import { duration, percent, thousands } from "../terminal/progress.ts";
import type { Recipe } from "../training/recipe.ts";
import { figure } from "./figure.ts";
import { page, table } from "./report.ts";
import { escaped, short } from "./text.ts";

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
  /** The training loss by epochs, its mean over the seeds. */
  readonly curve: readonly (readonly [epoch: number, loss: number])[];
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

/** Student's t at 5 %, two-sided, for 1, 2, 3 … degrees of freedom. */
const T = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];
/** Fewer runs than these decide nothing. */
const FEWEST = 3;

/** Whether the first row's accuracy is above the second's by more than chance: Welch's test over the seeds. */
export function leads(first: Row, second: Row): boolean {
  const [a, b] = [first, second].map(({ runs, diverged, accuracy }) => ({ n: runs - diverged, accuracy }));
  if (!a?.accuracy || !b?.accuracy || Math.min(a.n, b.n) < FEWEST) return false;
  const [va, vb] = [a.accuracy.deviation ** 2 / a.n, b.accuracy.deviation ** 2 / b.n];
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
  const limit = T[Math.min(T.length, Math.max(1, Math.floor(freedom))) - 1] ?? T.at(-1)!; // all finite, or both did not vary
  return a.accuracy.mean - b.accuracy.mean > limit * Math.sqrt(va + vb);
}

/** The result in a heading and a sentence. A winner is one only against all others, and with three seeds or more. */
function verdict(all: readonly Row[]): { readonly head: string; readonly says: string } {
  const [best, ...rest] = all;
  if (best?.accuracy === null || best === undefined) return { head: "No result", says: "every run diverged" };
  const ended = best.runs - best.diverged;
  const has = `${of(best)} has ${give(best.accuracy, ended, percent)}`;
  if (rest.length === 0)
    return { head: give(best.accuracy, ended, percent), says: `of the test images right with ${of(best)}` };
  if (ended < FEWEST)
    return { head: "Undecided", says: `${has}, the highest mean, but ${ended === 1 ? "one seed decides" : `${ended} seeds decide`} nothing: try --seeds 5` }; // biome-ignore format: one record
  if (!rest.every((row) => leads(best, row)))
    return { head: "Undecided", says: `${has}, the highest mean, and the others are within chance of it (Welch's test, 5 %)` }; // biome-ignore format: one record
  return { head: of(best), says: `did best on the test images: ${give(best.accuracy, ended, percent)}, above all others by Welch's test (5 %)` }; // biome-ignore format: one record
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
      style: i,
      points: true,
      x: points.map((row) => row.lr!), // filtered above, and so on
      y: points.map((row) => row.accuracy!.mean),
      band: {
        low: points.map(({ accuracy }) => accuracy!.mean - accuracy!.deviation),
        high: points.map(({ accuracy }) => accuracy!.mean + accuracy!.deviation),
      },
    };
  });
  const drawn = several
    ? `<section class="wide">${figure({
        id: "rates",
        title: "Test accuracy against rate",
        note: "mean and standard deviation over the seeds",
        x: { label: "learning rate", log: true },
        y: { percent: true },
        series,
      })}</section>`
    : "";
  const { head, lines } = tabled(all);
  const { head: heading, says } = verdict(all);
  const shown = all.filter(({ curve }) => curve.length > 1).slice(0, styleCount);
  const losses = figure({
    id: "losses",
    title: "Training loss",
    note: `mean over the seeds${all.length > styleCount ? `; the ${styleCount} best` : ""}`,
    x: { label: "epoch", whole: true },
    y: { log: true },
    series: shown.map((row, i) => ({
      name: `${of(row)}${several && row.lr !== null ? ` at ${short(row.lr)}` : ""}`,
      style: i,
      x: row.curve.map(([epoch]) => epoch),
      y: row.curve.map(([, loss]) => loss),
    })),
  });
  return page(
    "Optimizers compared on MNIST",
    `<header><p class="kicker">MNIST · ${escaped(recipe.model)} · ${escaped(where)}</p>
<h1>${escaped(heading)}</h1>
<p class="lead">${escaped(says)}. ${recipe.epochs} epoch${recipe.epochs === 1 ? "" : "s"} of ${thousands(trainImages)} images.</p></header>
<section class="wide">${losses}</section>
${drawn}
<section><h2>All of them</h2>${table(head, lines)}</section>`,
  );
}
