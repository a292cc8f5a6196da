import { type FunctionEntry, functions, methods, rules, type TransformEntry, transforms } from "@descent/catalogue";
import * as schedules from "@descent/schedules";
import { lineChart } from "@descent/viz";
import { changes } from "../facts/changes.ts";
import { convergence } from "../facts/convergence.ts";
import { inWords } from "../facts/counts.ts";
import { numeral } from "../facts/rules.ts";
import { Html, html, prose } from "../html/html.ts";
import { markdown } from "../html/markdown.ts";
import type { Page, To } from "../html/page.ts";

/** Each schedule's curve over a hundred steps, where its first call is plain. */
const curves: Readonly<Record<string, (step: number) => number>> = {
  constant: schedules.constant(1),
  linear: schedules.linear({ from: 1, over: 100 }),
  polynomial: schedules.polynomial({ from: 1, over: 100, power: 2 }),
  cosine: schedules.cosine({ from: 1, over: 100 }),
  exponential: schedules.exponential({ from: 1, rate: 0.05, over: 100 }),
  stepwise: schedules.stepwise({ from: 1, rate: 0.5, every: 25 }),
  inverseTime: schedules.inverseTime({ from: 1, rate: 0.1 }),
  inverseSqrt: schedules.inverseSqrt({ from: 1, over: 10 }),
  noam: schedules.noam({ width: 1, warmup: 20, factor: 4 }),
  rex: schedules.rex({ from: 1, over: 100 }),
  tanh: schedules.tanh({ from: 1, over: 100 }),
  cosineRestarts: schedules.cosineRestarts({ from: 1, over: 25, decay: 0.7 }),
  sawtooth: schedules.sawtooth({ from: 1, over: 25 }),
  cyclic: schedules.cyclic({ low: 0.1, high: 1, up: 12, down: 12 }),
  oneCycle: schedules.oneCycle({ peak: 1, up: 30, down: 70 }),
  wsd: schedules.wsd({ peak: 1, warmup: 10, stable: 50, decay: 40 }),
  interpolate: schedules.interpolate({ 0: 0, 20: 1, 60: 0.6, 100: 0 }),
  piecewise: schedules.piecewise({ 0: 1, 40: 0.3, 80: 0.1 }),
  warmup: schedules.warmup(20, schedules.cosine({ from: 1, over: 80 })),
};

const curveOf = (name: string): Html | false => {
  const at = Object.hasOwn(curves, name) ? curves[name] : undefined;
  if (!at) return false;
  const { svg } = lineChart({
    title: `The curve of ${name}`,
    x: { label: "step" },
    y: { label: "", domain: [0, 1.05] },
    series: [{ name, y: Array.from({ length: 101 }, (_, step) => at(step)) }],
    ends: false,
    width: 420,
    height: 170,
    id: `curve-${name}`,
  });
  return html`<div class="curve">${new Html(svg)}</div>`;
};

const entry = ({ name, family, source, comment, golden }: FunctionEntry, under = true): Html =>
  html`<section class="entry">${under ? html`<h3 id="${name}"><code>${name}</code></h3>` : html`<h2 id="${name}"><code>${name}</code></h2>`}${curveOf(name)}<p>${prose(comment)}</p><p class="hint"><code>@descent/${family}</code>, <code>${source}</code>${golden && html`. Checked against ${golden.sources.join("; ")}`}.</p></section>`;

const groupTitle = (source: string): string => {
  const room = source.split("/")[1] ?? "";
  return room.endsWith(".ts") ? "" : `${room[0]!.toUpperCase()}${room.slice(1)}`;
};

function listPage(path: string, title: string, description: string, entries: readonly FunctionEntry[]): Page {
  const groups = grouped(entries, ({ source }) => groupTitle(source));
  return {
    path,
    title,
    description,
    part: "reference",
    words: entries.map(({ name }) => name).join(" "),
    body: () =>
      html`<header class="masthead"><h1>${title}</h1><p class="lede">${description}</p></header>${[...groups].map(
        ([group, own]) =>
          html`${group !== "" && html`<h2 class="section-title">${group}</h2>`}${own.map((one) => entry(one, group !== ""))}`,
      )}`,
  };
}

const byFamily = (family: string): FunctionEntry[] => functions.filter((one) => one.family === family);

const methodsPage: Page = {
  path: "methods/",
  title: "Methods",
  description: "Classical methods for exact gradients: each evaluates as often as the data decide.",
  part: "reference",
  words: methods.map(({ name, title }) => `${name} ${title}`).join(" "),
  body: () => html`<header class="masthead"><h1>Methods</h1><p class="lede">Classical methods for exact gradients, of <code>@descent/quasi-newton</code>: each evaluates as often as the data decide.</p></header>
${methods.map(({ name, title, comment, paper }) => html`<section class="entry"><h2 id="${name}">${title} <code>${name}</code></h2><p>${prose(comment)}</p><p class="hint"><a href="${paper}">Paper</a></p></section>`)}
<h2 class="section-title">Beside them</h2>${byFamily("quasi-newton").map((one) => entry(one))}`,
};

const shownTransform = (one: TransformEntry): Html => {
  const equations = [...one.before, ...one.after];
  return html`<section class="entry"><h3 id="${one.id}">${one.title} <code>${one.name}</code></h3><p>${prose(one.comment)}</p>
${equations.length > 0 && html`<div class="diff scroll" tabindex="0" role="region" aria-label="Equations of ${one.title}">${[...one.before.map((e) => ["before the rule", e] as const), ...one.after.map((e) => ["after the rule", e] as const)].map(([when, [symbol, formula]]) => html`<div class="same"><code>${symbol} = ${formula}</code><span class="quiet">${when}</span></div>`)}</div>`}
<p class="hint"><code>${one.name}(rule${one.options.length > 0 ? `, { ${one.options.map((o) => `${o.name}: ${numeral(o.default)}`).join(", ")} }` : ""})</code> of <code>@descent/${one.family}</code>${one.paper !== undefined && html` · <a href="${one.paper}">paper</a>`}</p></section>`;
};

const transformsPage: Page = {
  path: "transforms/",
  title: "Transforms",
  description: `${transforms.length} transforms that go around any rule: averages, accumulation, grafting, sharpness, constraints.`,
  part: "reference",
  words: transforms.map(({ name, title }) => `${name} ${title}`).join(" "),
  body: () => html`<header class="masthead"><h1>${transforms.length} transforms</h1><p class="lede">They go around any rule, on every backend: <code>ema(clipByGlobalNorm(adamw(), 1))</code>.</p></header>
${[...grouped(transforms, ({ family }) => family)].map(([family, own]) => html`<h2 class="section-title">@descent/${family}</h2>${own.map(shownTransform)}`)}
<h2 class="section-title">@descent/core</h2>${byFamily("core").map((one) => entry(one))}
<h2 class="section-title">Functions beside them</h2>${byFamily("transforms").map((one) => entry(one))}`,
};

/** State that counts as little, in bytes per parameter: one number. */
const SMALL = 4;
const bytesOfAdam = rules.find(({ id }) => id === "adam")!.bytes; // the catalogue has it

/** Rules by what one needs of them. */
const whichPage: Page = {
  path: "which/",
  title: "Which one?",
  description: "Rules by what you need of them: a first choice, little memory, no rate to set, matrices, noise.",
  part: "rules",
  body: (to) => {
    const of = (ids: readonly string[]): Html => chosen(ids, to);
    const byBytes = rules.filter(
      ({ bytes, needs, family }) => bytes <= SMALL && needs === undefined && family !== "second-order",
    );
    const quick = (problem: string): string[] =>
      rules
        .flatMap(({ id }) => {
          const steps = convergence.rules[id]?.outcomes[problem]?.steps;
          return typeof steps === "number" ? [{ id, steps }] : [];
        })
        .sort((a, b) => a.steps - b.steps)
        .slice(0, 8)
        .map(({ id }) => id);
    return html`<header class="masthead"><h1>Which one?</h1><p class="lede">No rule is best. These lists are made from what the catalogue and the benchmarks know; whichever you take, search its rate: <a href="${to("benchmarks/equal-effort/")}">a poor rate costs more than another rule</a>.</p></header>
<section class="entry"><h2>You want one that works</h2><p>AdamW with a warm-up and a cosine, and the gradient clipped. RAdam if you would rather not warm up. Momentum for convolutional networks that you train for long.</p>${of(["adamw", "radam", "momentum"])}</section>
<section class="entry"><h2>You train matrices, as in Transformers</h2><p>Rules that make the step of a matrix orthogonal, or precondition its rows and columns; vectors get another rule by <code>partition</code>.</p>${of(["muon", "muon-match-rms", "soap", "shampoo"])}</section>
<section class="entry"><h2>You do not want to search a rate</h2><p>These find the size of their steps; most still gain from a schedule around it.</p>${of(rules.filter(({ family }) => family === "parameter-free").map(({ id }) => id))}</section>
<section class="entry"><h2>You do not want to plan a schedule</h2>${of(rules.filter(({ family }) => family === "schedule-free").map(({ id }) => id))}</section>
<section class="entry"><h2>Memory is short</h2><p>At most ${SMALL} bytes of state per parameter, where Adam has ${bytesOfAdam}.</p>${of(byBytes.map(({ id }) => id))}</section>
<section class="entry"><h2>The batch is huge</h2><p>Rules that scale each layer’s step by norms.</p>${of(rules.filter(({ family }) => family === "layerwise").map(({ id }) => id))}</section>
<section class="entry"><h2>Gradients are exact and the problem small</h2><p>Not a rule at all: <a href="${to("methods/")}">L-BFGS or Newton</a>.</p></section>
<section class="entry"><h2>Fastest on ${inWords(convergence.problems.length)} small problems</h2><p>By <code>npm run convergence</code> on ${convergence.date}, best of its rates, fewest steps first. It says who is fast on these, and no more.</p>${convergence.problems.map(({ name }) => html`<h3>${name}</h3>${of(quick(name))}`)}</section>`;
  },
};

const chosen = (ids: readonly string[], to: To): Html =>
  html`<ul class="links">${ids.map((id) => {
    const rule = rules.find((one) => one.id === id);
    if (!rule) throw new Error(`There is no rule ${id}.`);
    return html`<li><a href="${to(`rules/${id}/`)}">${rule.title}</a></li>`;
  })}</ul>`;

const changelogPage: Page = {
  path: "changelog/",
  title: "Changelog",
  description: "Changes that a user would notice, not yet released.",
  part: "reference",
  body: () => html`<header class="masthead"><h1>Changelog</h1><p class="lede">Nothing has been released yet: these ${changes.length} changes make up the first version.</p></header>
${[...grouped(changes, ({ packages }) => packages[0] ?? "")]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([name, own]) =>
      html`<section class="entry"><h2><code>${name}</code></h2><div class="prose">${own.map(({ text }) => markdown(text, () => undefined))}</div></section>`,
  )}`,
};

/** Everything beside the rules. */
export const listPages: readonly Page[] = [
  whichPage,
  transformsPage,
  listPage(
    "schedules/",
    "Schedules",
    "Rates over time: each is a function of the step that carries its equation.",
    byFamily("schedules"),
  ),
  listPage(
    "initializers/",
    "Initializers",
    "Where weights start: the same numbers in every framework, from seed, name and shape.",
    byFamily("initializers"),
  ),
  listPage(
    "regularizers/",
    "Regularizers and projections",
    "Sets to project onto, proximal steps, penalties, constraints, and changes of data.",
    byFamily("regularizers"),
  ),
  methodsPage,
  changelogPage,
];

/** A list by a key, in the order in which keys first come. Node 20 has no `Map.groupBy`. */
function grouped<T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}
