import { rmsprop } from "@descent/adagrad";
import { adam, radam } from "@descent/adam";
import { rules, transforms } from "@descent/catalogue";
import type { Configured } from "@descent/core";
import { momentum, sgd } from "@descent/sgd";
import { contourChart, formatNumber, styleOf } from "@descent/viz";
import { fieldOf, race, ratesFrom, surface, surfaces, sweep } from "@descent/viz/races";
import { inWords, inWordsFirst } from "../facts/counts.ts";
import { lessons } from "../facts/lessons.ts";
import { numeral } from "../facts/rules.ts";
import { code } from "../html/code.ts";
import { swatch } from "../html/figure.ts";
import { type Html, html, Html as Markup } from "../html/html.ts";
import type { Page } from "../html/page.ts";
import type { Digits } from "../kit/digits.ts";

const STEPS = 140;
const none: Digits = { side: 0, x: new Float32Array(0), labels: new Uint8Array(0), train: 0 };
const rates = ratesFrom(1e-3, 0.3, 9);
const racers: readonly { readonly id: string; readonly title: string; readonly rule: (lr: number) => Configured }[] = [
  { id: "sgd", title: "SGD", rule: (lr) => sgd({ lr }) },
  { id: "momentum", title: "Momentum", rule: (lr) => momentum({ lr }) },
  { id: "rmsprop", title: "RMSProp", rule: (lr) => rmsprop({ lr }) },
  { id: "adam", title: "Adam", rule: (lr) => adam({ lr }) },
  { id: "radam", title: "RAdam", rule: (lr) => radam({ lr }) },
];

/** The race of the first page: each at the best of these rates. */
function raced(): { readonly figure: Html; readonly data: string; readonly legend: Html } {
  const known = surfaces.find(({ id }) => id === "himmelblau")!; // a known one
  const on = surface(known.text);
  const runs = racers.map(({ id, title, rule }) => {
    const points = sweep({ surface: on, start: known.start, steps: STEPS, rates, rule });
    const best = points.reduce((a, b) => (b.losses[0]! < a.losses[0]! ? b : a)).lr; // one seed
    return { id, title, lr: best, ...race({ surface: on, rule: rule(best), start: known.start, steps: STEPS }) };
  });
  const chart = contourChart({
    title: `${inWordsFirst(runs.length)} rules on Himmelblau’s surface`,
    description: runs
      .map(({ title, loss }) => `${title} ends at a loss of ${formatNumber(loss.at(-1)!, 2)}.`)
      .join(" "),
    field: fieldOf(on, known.x, known.y, 64, 64),
    paths: runs.map(({ title, x, y }) => ({ name: title, x, y })),
    marks: known.minima,
    levels: 12,
    width: 620,
    height: 520,
    id: "home-race",
  });
  const pixel = (value: number): number => Math.round(value * 10) / 10;
  const data = JSON.stringify({
    runs: runs.map(({ x, y }) => Array.from(x, (value, i) => [pixel(chart.x.at(value)), pixel(chart.y.at(y[i]!))])),
  });
  const legend = html`<table class="legend"><caption class="hidden">Who races</caption><thead><tr><th scope="col">Rule</th><th scope="col">Rate</th><th scope="col">Loss after ${STEPS}</th></tr></thead><tbody>${runs.map(
    ({ title, lr, loss }, i) => {
      const { colour, dash } = styleOf(i);
      return html`<tr><th scope="row"><span class="who">${swatch(colour, dash)}${title}</span></th><td class="number">${numeral(lr)}</td><td class="number">${formatNumber(loss.at(-1)!, 2)}</td></tr>`;
    },
  )}</tbody></table>`;
  return { figure: new Markup(chart.svg), data, legend };
}

const installs: readonly {
  readonly title: string;
  readonly line: string;
  readonly use: string;
  readonly more: string;
}[] = [
  {
    title: "Your own arrays",
    line: "npm i @descent/arrays @descent/adam",
    more: "guides/arrays/",
    use: `import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";

const w = new Float32Array([3, -2]);
const rule = adamw({ lr: 0.1 });
const opt = optimizer({ w }, rule);
for (let i = 0; i < 200; i++)
  opt.update({ w: w.map((x) => 2 * x) });`,
  },
  {
    title: "TensorFlow.js",
    line: "npm i @descent/tfjs @descent/adam @tensorflow/tfjs",
    more: "guides/from-tensorflow-js/",
    use: `import { radam } from "@descent/adam";
import { optimizer } from "@descent/tfjs";
import * as tf from "@tensorflow/tfjs";

const model = tf.sequential();
model.add(tf.layers.dense({
  inputShape: [4],
  units: 3,
  activation: "softmax",
}));
model.compile({
  optimizer: optimizer(radam({ lr: 1e-2 })),
  loss: "categoricalCrossentropy",
});`,
  },
  {
    title: "Any ONNX model",
    line: "npm i @descent/onnxruntime onnxruntime-node @descent/adam",
    more: "guides/train-an-onnx-model/",
    use: `import { radam } from "@descent/adam";
import {
  crossEntropy,
  Trainer,
} from "@descent/onnxruntime";

const file = "model.onnx";
const trainer = await Trainer.create(file, {
  optimizer: radam({ lr: 1e-3 }),
  loss: crossEntropy(),
});`,
  },
];

/** Lessons whose first picture says by itself what they are about. */
const shown = ["momentum", "clipping", "convexity"].map((wanted) => {
  const found = lessons.find(({ id }) => id === wanted);
  if (!found) throw new Error(`No lesson is called ${wanted}.`);
  const { id, title, question } = found;
  return { id, title, question, picture: new Markup(found.show({}, none).figures[0]!.svg) }; // each has one
});

/** The first page. */
export function homePage(): Page {
  const { figure, data, legend } = raced();
  return {
    path: "",
    title: "Descent",
    description: "The optimizer library for TypeScript: written once, as the equations of the paper.",
    part: "home",
    scripts: ["home"],
    wide: true,
    body: (to) => html`
<section class="hero">
<div class="pitch"><h1>Optimizers, written as the equations of their papers</h1>
<p class="lede">Descent runs them on typed arrays, WebGPU, TensorFlow.js and, for any ONNX model, on stock ONNX Runtime. ${rules.length} rules, ${transforms.length} transforms, each checked step by step against PyTorch, Optax, its authors’ code or, for a few, its paper.</p>
<p class="buttons"><a class="button primary" href="${to("lessons/")}">Learn by watching</a> <a class="button" href="${to("rules/")}">Browse the rules</a></p>
${legend}</div>
<div class="race-home" data-race="${data}">${figure}<div class="playback"><button type="button" class="primary" data-play>Play</button><input type="range" min="0" value="0" data-scrub aria-label="Step of the race" /></div>
<p class="hint">Each at its best of ${inWords(rates.length)} rates from ${rates[0]!} to ${rates.at(-1)!}, from one start, ${STEPS} steps. <a href="${to("playground/")}">Change anything in the playground</a>.</p></div>
</section>
<section class="installs" aria-labelledby="watch"><h2 id="watch">${lessons.length} lessons that compute</h2><ul class="watch">${shown.map(
      ({ id, title, question, picture }) =>
        html`<li><a href="${to(`lessons/${id}/`)}"><span aria-hidden="true">${picture}</span><strong>${title}</strong><span class="quiet">${question}</span></a></li>`,
    )}</ul></section>
<section class="installs" aria-labelledby="install"><h2 id="install">${inWordsFirst(installs.length)} ways in</h2><div class="thirds">${installs.map(
      ({ title, line, use, more }) =>
        html`<div><h3>${title}</h3>${code(line, "sh")}${code(use, "ts")}<p><a href="${to(more)}">The guide</a></p></div>`,
    )}</div></section>
<section class="own" aria-labelledby="own"><div><h2 id="own">A new optimizer is one file</h2><p class="lede">Misspell a symbol and the compiler points at the equation. The kernels of every backend, the formula on its page here, and many of its tests come from this file.</p><p class="buttons"><a class="button" href="${to("guides/write-a-rule/")}">Write a rule</a> <a class="button" href="${to("playground/")}#rule">Try it here</a></p></div>${code(
      `import { adam } from "@descent/adam";
import { rule } from "@descent/core";

export const yogi = rule({
  ...adam,
  id: "yogi",
  title: "Yogi",
  paper: "https://papers.nips.cc/paper/8186",
  hyper: { ...adam.hyper, lr: 1e-2, eps: 1e-3, initial: 1e-6 },
  state: { m: "initial", v: "initial" },
  update: {
    ...adam.update,
    v: "v - (1 - beta2) * sign(v - g^2) * g^2", // the one line Yogi changes
  },
});`,
      "ts",
    )}</section>
<section class="own wrong" aria-labelledby="wrong"><div><h2 id="wrong">Mistakes have a place</h2><p class="lede">An equation is checked as you type it. This is what the compiler says to a symbol that no option, state or earlier line has.</p></div>${code(
      `import { adam } from "@descent/adam";
import { rule } from "@descent/core";

rule({
  ...adam,
  id: "mine",
  update: {
    ...adam.update,
    v: "beta3 * v + (1 - beta3) * g^2",
  },
});`,
      "ts",
      "wrong",
    )}</section>`,
  };
}
