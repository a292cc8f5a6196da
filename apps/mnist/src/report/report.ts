import path from "node:path";
import type { Finding } from "@descent/training";
import { condensed, type Series } from "@descent/viz";
import { type Digits, pixels, side } from "../data/digits.ts";
import { areDigits } from "../data/names.ts";
import type { Metrics } from "../run/metrics.ts";
import { optimizerShare, type Summary } from "../run/summary.ts";
import { duration, percent, thousands } from "../terminal/progress.ts";
import type { Evaluation, Mistake } from "../training/evaluation.ts";
import type { EpochLine } from "../training/lines.ts";
import { figure } from "./figure.ts";
import { greyPng } from "./png.ts";
import { style } from "./style.ts";
import { escaped, short } from "./text.ts";

/** A self-contained page: no script, no other file, no network. */
export const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>
${style}</style>
</head>
<body>
${body}
</body>
</html>
`;

const tile = (name: string, value: string, note = ""): string =>
  `<div class="tile"><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>${note === "" ? "" : `<small>${escaped(note)}</small>`}</div>`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th>${escaped(cell)}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`).join("\n")}</tbody></table></div>`;

function curves({ steps, epochs }: Metrics): string {
  const at = steps.map(({ epoch }) => epoch);
  const last = Math.ceil(at.at(-1) ?? 1);
  const x = { label: "epoch", whole: true, domain: [0, last] as const };
  /** Thousands of updates as a mean with a band. */
  const cloud = (of: "loss" | "gradNorm" | "updateRatio", name: string): Series => ({
    name,
    ...condensed(
      at,
      steps.map((line) => line[of]),
    ),
  });
  /** A marker per epoch, where there is a number. */
  const marks = (name: string, of: (line: EpochLine) => number | undefined): Series[] => {
    const lines = epochs.filter((line) => of(line) !== undefined);
    if (lines.length === 0) return [];
    return [{ name, x: lines.map(({ epoch }) => epoch), y: lines.map((line) => of(line)!), points: true }]; // those with one
  };
  return [
    figure({
      id: "loss",
      title: "Loss",
      x,
      y: { log: true },
      series: [
        cloud("loss", "training batches"),
        ...marks("test images", (line) => line.testLoss),
        ...marks("images held out", (line) => line.heldLoss),
      ],
    }),
    figure({
      id: "wrong",
      title: "Wrong answers",
      x,
      y: { log: true, percent: true },
      series: [
        ...marks("training images, mean of the epoch", (line) => 1 - line.trainAccuracy),
        ...marks("test images", (line) => 1 - line.testAccuracy),
        ...marks("images held out", ({ heldAccuracy }) => heldAccuracy && 1 - heldAccuracy),
      ],
    }),
    figure({
      id: "rate",
      title: "Learning rate",
      x,
      y: {},
      series: [{ name: "rate", x: at, y: steps.map(({ lr }) => lr) }],
    }),
    figure({
      id: "gradient",
      title: "Gradient norm",
      x,
      y: { log: true },
      series: [cloud("gradNorm", "all parameters")],
    }),
    figure({
      id: "ratio",
      title: "Update-to-weight ratio",
      x,
      y: { log: true },
      series: [cloud("updateRatio", "all parameters")],
    }),
  ].join("\n");
}

/** A class within a sentence: "a 4", or its name. */
const said = (names: readonly string[], k: number): string => (areDigits(names) ? `a ${k}` : names[k]!); // one of them

/** A heading of a narrow column: the beginning of a name. */
const heading = (name: string): string =>
  `<th scope="col"${name.length > 4 ? ` title="${escaped(name)}"` : ""}>${escaped(name.slice(0, 4).trim())}</th>`;

function confusionTable({ confusion }: Evaluation, names: readonly string[]): string {
  const most = Math.max(1, ...confusion.flatMap((row, label) => row.filter((_, predicted) => predicted !== label)));
  const rows = confusion.map((row, label) => {
    const total = row.reduce((a, b) => a + b, 0);
    const cells = row.map((count, predicted) => {
      if (predicted === label) return `<td class="right">${count}</td>`;
      if (count === 0) return `<td class="none"></td>`;
      const depth = (8 + 62 * Math.sqrt((count - 1) / most)).toFixed(0);
      return `<td class="wrong" style="--depth:${depth}%" title="${count} × ${escaped(said(names, label))} read as ${escaped(said(names, predicted))}">${count}</td>`;
    });
    return `<tr><th scope="row">${escaped(names[label]!)}</th>${cells.join("")}<td class="share">${percent((row[label] ?? 0) / Math.max(1, total), 1)}</td></tr>`;
  });
  return `<div class="scroll"><table class="confusion"><thead><tr><td></td><th colspan="${names.length}">read as</th><td></td></tr>
<tr><td></td>${names.map(heading).join("")}<th scope="col">right</th></tr></thead><tbody>
${rows.join("\n")}</tbody></table></div>`;
}

/** The most common confusions, as sentences with bars; the table has their counts. */
function commonest({ confusion }: Evaluation, names: readonly string[]): string {
  const pairs = confusion.flatMap((row, label) => row.map((count, predicted) => ({ label, predicted, count })));
  const wrong = pairs.filter(({ label, predicted, count }) => label !== predicted && count > 0);
  const top = wrong.sort((a, b) => b.count - a.count).slice(0, 8);
  const most = top[0]?.count ?? 1;
  const items = top.map(
    ({ label, predicted, count }) =>
      `<li><span><b>${escaped(names[label]!)}</b> read as <b class="bad">${escaped(names[predicted]!)}</b></span><i style="--part:${((100 * count) / most).toFixed(0)}%"></i></li>`,
  );
  return `<ol class="pairs">${items.join("")}</ol>`;
}

function card({ index, label, predicted, confidence }: Mistake, { images }: Digits, names: readonly string[]): string {
  const grey = images.subarray(index * pixels, (index + 1) * pixels).map((ink) => 255 - ink);
  const src = `data:image/png;base64,${greyPng(grey, side, side).toString("base64")}`;
  return `<li title="test image ${index}"><img src="${src}" width="64" height="64" alt="test image ${index}, ${escaped(said(names, label))}">
<p><b>${escaped(names[label]!)}</b> → <b class="bad">${escaped(names[predicted]!)}</b></p><small>${percent(confidence, 1)}</small></li>`;
}

/** The findings of the diagnostics, as sentences; nothing where there are none. */
function findingsList(findings: readonly Finding[]): string {
  if (findings.length === 0) return "";
  const items = findings.map(
    ({ name, step, text }) =>
      `<li><b>${escaped(name.replaceAll("-", " "))}</b> <small>update ${thousands(step)}</small><br>${escaped(
        text.replaceAll("`", ""),
      )
        .replace(/^./, (c) => c.toUpperCase())
        .replace(/\.?$/, ".")}</li>`,
  );
  return `<section><h2>Findings</h2><ul class="findings">${items.join("")}</ul></section>`;
}

/** How many of the most confident mistakes are shown. */
const shown = 20;

/** report.html of a finished run. */
export function report(
  summary: Summary,
  metrics: Metrics & { readonly findings: readonly Finding[] },
  evaluation: Evaluation,
  test: Digits,
): string {
  const surest = evaluation.mistakes.slice(0, shown);
  const share = optimizerShare(summary);
  const { classes: names } = summary;
  const set = areDigits(names) ? "MNIST" : path.basename(summary.data);
  const body = `<header>
<p class="kicker">${escaped(set)} · ${escaped(summary.started.slice(0, 16).replace("T", " "))}</p>
<h1>${percent(summary.testAccuracy)}</h1>
<p class="lead">of the test images right, trained with ${escaped(summary.title)} on ${escaped(summary.device)} by ${escaped(summary.engine)}.</p>
</header>
<dl class="tiles">
${[
  tile("Images", thousands(summary.trainImages), `trained on, and ${thousands(evaluation.count)} to test`),
  tile(
    "Rate",
    summary.lr === null ? "equation" : short(summary.lr),
    summary.lr === null ? summary.schedule : `at its peak, ${summary.schedule}`,
  ),
  tile("Model", summary.model, `${thousands(summary.parameters)} parameters`),
  tile(
    "Speed",
    `${thousands(summary.imagesPerSecond)} / s`,
    `training images${share === undefined ? "" : `; the optimizer took ${share}`}`,
  ),
  tile("Updates", thousands(summary.steps), `of ${summary.batchSize} images each`),
  ...(summary.shared
    ? [
        tile(
          "Ranks",
          String(summary.shared.ranks),
          `speed-up ${summary.shared.speedUp.toFixed(2)}, efficiency ${summary.shared.efficiency.toFixed(2)}`,
        ),
      ]
    : []),
].join("\n")}
</dl>
${findingsList(metrics.findings)}
<section><h2>Training</h2>
<p class="lead">Each point of a curve averages neighbouring updates; the band behind it spans their minimum to their maximum.</p>
<div class="charts">
${curves(metrics)}
<div class="chart"><figcaption>Epochs</figcaption>
${table(
  ["epoch", "training loss", "training right", "test loss", "test wrong", "after"],
  metrics.epochs.map((line) => [
    `${line.epoch}${line.epoch === summary.bestEpoch ? ", kept" : ""}`,
    line.trainLoss.toFixed(4),
    percent(line.trainAccuracy),
    line.testLoss.toFixed(4),
    thousands(Math.round((1 - line.testAccuracy) * evaluation.count)),
    duration(line.seconds),
  ]),
)}</div>
</div></section>
<section><h2>Confusion matrix</h2><p class="lead">Rows are the ${areDigits(names) ? "digits written" : "classes"}, columns what the network read. The bars are the most common confusions.</p>
<div class="beside">${confusionTable(evaluation, names)}
${commonest(evaluation, names)}</div></section>
<section><h2>The ${surest.length} most confident mistakes</h2><p class="lead">The ${areDigits(names) ? "digit written, the digit read" : "class, what the network read"}, and the probability the network gave it.</p>
<ul class="mistakes">
${surest.map((mistake) => card(mistake, test, names)).join("\n")}
</ul></section>
<section><h2>Reproduce this run</h2>
<pre>${escaped(summary.command)}</pre>
<p class="fine">Node ${escaped(summary.node)} · ${escaped(summary.engine)} ${escaped(summary.engineVersion)} · Descent ${escaped(summary.version)} · ${escaped(summary.deviceWhat)}</p>
</section>`;
  return page(`${percent(summary.testAccuracy)} · ${summary.title} on ${set}`, body);
}
