import { type RuleEntry, rules } from "@descent/catalogue";
import type { RuleSpec } from "@descent/core/adapter";
import { emit } from "@descent/dialects/emit";
import { convergence, rankOf } from "../facts/convergence.ts";
import { inWords } from "../facts/counts.ts";
import { callOf, childrenOf, elsewhere, kinOf, libraries, numeral, programOf } from "../facts/rules.ts";
import { code } from "../html/code.ts";
import { Html, html, prose } from "../html/html.ts";
import { trail } from "../html/layout.ts";
import type { Page, To } from "../html/page.ts";

export const familyTitle = (family: string): string =>
  family === "sgd" ? "SGD" : `${family[0]!.toUpperCase()}${family.slice(1).replaceAll("-", " ")}`;

/** How many backends there are: some rule runs on each. */
const every = new Set(rules.flatMap(({ backends }) => backends)).size;

/** The page of a rule. `editor` is the part of the playground's address that opens it there. */
export function rulePage(rule: RuleEntry, spec: RuleSpec, editor: string): Page {
  return {
    path: `rules/${rule.id}/`,
    title: rule.title,
    description: rule.sentence.replaceAll("`", ""),
    part: "rules",
    scripts: ["rule"],
    wide: true,
    words: `${rule.name} ${rule.id} ${rule.family} ${elsewhere(rule)
      .map((one) => one.name)
      .join(" ")}`,
    body: (to) => html`
<article class="rule-page">
<header class="masthead">
${trail(["Rules", to("rules/")], [familyTitle(rule.family), to(`rules/#${rule.family}`)])}
<h1>${rule.title}</h1>
<p class="lede">${prose(rule.sentence)}</p>
<ul class="chips">
<li><code>@descent/${rule.family}</code></li>
<li>${rule.bytes === 0 ? "no state" : `${rule.bytes} bytes per parameter`}</li>
<li>${rule.passes} ${rule.passes === 1 ? "pass" : "passes"} over memory</li>
${rule.needs === "matrix" && html`<li>matrices only</li>`}
<li>${rule.backends.length === every ? "every backend" : rule.backends.join(", ")}</li>
<li><a href="${rule.paper}">Paper</a></li>
</ul>
</header>
<section class="box-of" aria-label="Equations and use"><h2 id="equations">Equations</h2>
<div class="formula scroll" tabindex="0" role="region" aria-label="Equations">${mathOf(rule)}</div>
${use(rule)}
<p class="buttons"><a class="button" href="${to("playground/")}${editor}">Edit this rule</a> <a class="button" href="${to("compare/")}#${rule.id}">Compare it</a></p>
</section>
${raceOf(rule)}
<section class="side"><h2>In words</h2><p class="comment">${prose(rule.comment)}</p>
${options(rule)}</section>
${kin(rule, to)}
${others(rule)}
${costs(rule)}
${checked(rule)}
${reached(rule)}
<section class="full"><h2>In Python</h2>${python(spec)}</section>
${more(rule, to)}
</article>`,
  };
}

/** The formula, with a line for every equation; phases stand in it already. */
const mathOf = ({ mathml }: RuleEntry): Html => new Html(mathml);

/** A program that takes a step with the rule. */
const use = (rule: RuleEntry): Html => code(programOf(rule), "ts");

function raceOf(rule: RuleEntry): Html {
  if (rule.id === "sophia-g")
    return html`<section class="race-of"><h2>In a race</h2><p>It reads gradients of labels that the model drew itself, and a surface has no labels, so it cannot race on one.</p></section>`;
  const lr = rule.options.find((one) => one.name === "lr");
  const best = convergence.rules[rule.id]?.outcomes.Rosenbrock;
  return html`<section class="race-of" aria-labelledby="race" data-family="${rule.family}" data-name="${rule.name}" data-title="${rule.title}"${lr !== undefined && html` data-rate="${best?.rate ?? lr.default}" data-default="${lr.default}"`}>
<h2 id="race">On Rosenbrock’s banana</h2>
<div class="stage" data-stage><noscript><p>The race is computed in the browser, so it needs JavaScript.</p></noscript></div>
<div class="controls" data-controls></div>
<p class="hint" data-said aria-live="polite"></p>
<div class="sweep-of" data-sweep></div>
</section>`;
}

const options = ({ options }: RuleEntry): Html =>
  options.length === 0
    ? html`<p>It has no options.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Options"><table class="plain"><caption class="hidden">Options</caption><thead><tr><th scope="col">Option</th><th scope="col">Default</th><th scope="col">Meaning</th></tr></thead><tbody>${options.map(
        (one) =>
          html`<tr><th scope="row"><code>${one.name}</code></th><td class="number">${numeral(one.default)}</td><td>${prose(one.meaning)}${one.range && html` <span class="quiet">${range(one.range)}</span>`}</td></tr>`,
      )}</tbody></table></div>`;

const range = ([least, below]: readonly [number, number | null]): string =>
  below === null ? `(${numeral(least)} or more)` : `(from ${numeral(least)} to below ${numeral(below)})`;

function kin(rule: RuleEntry, to: To): Html {
  const found = kinOf(rule);
  if (!found) return html``;
  const { rule: other, written, lines } = found;
  const link = html`<a href="${to(`rules/${other.id}/`)}">${other.title}</a>`;
  const changed = other.options.flatMap((one) => {
    const own = rule.options.find(({ name }) => name === one.name);
    return own && own.default !== one.default
      ? [html`<code>${one.name}</code> ${numeral(one.default)} → ${numeral(own.default)}`]
      : [];
  });
  return html`<section><h2>${written ? "Changed from" : "Nearest to"} ${other.title}</h2>
<p class="hint">${written ? html`This rule is written as a change of ${link}.` : html`Of the rules with no more equations, ${link} has the fewest lines that differ.`}${
    changed.length > 0 && html` Defaults that differ: ${changed.map((one, i) => html`${i > 0 && ", "}${one}`)}.`
  }</p>
<div class="diff scroll" tabindex="0" role="region" aria-label="The lines that differ">${lines.map(
    ({ kind, text }) =>
      html`<div class="${kind}"><span class="sign" aria-hidden="true">${kind === "gone" ? "−" : kind === "new" ? "+" : " "}</span>${kind !== "same" && html`<span class="hidden">${kind === "gone" ? `only in ${other.title}: ` : "new: "}</span>`}<code>${text}</code></div>`,
  )}</div></section>`;
}

function others(rule: RuleEntry): Html {
  const found = elsewhere(rule);
  const own = `${rule.name}({ ${rule.options.map((o) => `${o.name}: ${numeral(o.default)}`).join(", ")} })`;
  return html`<section><h2>Defaults, here and elsewhere</h2>
<dl class="calls"><dt>Descent</dt><dd><code>${own}</code></dd>${found.map(
    (one) => html`<dt>${libraries[one.library]!.title}</dt><dd><code>${callOf(one)}</code></dd>`,
  )}</dl>
<p class="hint">${
    found.length === 0
      ? "PyTorch, Optax, Keras and TensorFlow.js do not have this formula as an optimizer of their own defaults."
      : html`By those names and defaults in <code>@descent/dialects</code>: <code>import { ${found[0]!.name} } from "@descent/dialects/${found[0]!.library}"</code>.`
  }</p></section>`;
}

function costs({ slots, bytes, passes, backends, inputs = {}, phases = {} }: RuleEntry): Html {
  const asked = [
    ...Object.keys(inputs).map((name) => html`It reads <code>${name}</code> besides the gradient. `),
    ...(Object.keys(phases).length > 0 ? [html`It takes ${Object.keys(phases).length + 1} gradients per step. `] : []),
  ];
  return html`<section><h2>Memory and backends</h2>
<p>${bytes === 0 ? "It keeps nothing per element of a parameter" : `${bytes} bytes of float32 state per element of a parameter`}; ${passes} ${passes === 1 ? "pass" : "passes"} over memory per step. ${asked}</p>
${
  slots.length > 0 &&
  html`<table class="plain"><caption class="hidden">State</caption><thead><tr><th scope="col">State</th><th scope="col">One number per</th><th scope="col">Starts as</th></tr></thead><tbody>${slots.map(
    ({ name, place, init }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${typeof place === "string" ? (places[place] ?? place) : html`cell of ${place[0]} × ${place[1]}`}</td><td><code>${init}</code></td></tr>`,
  )}</tbody></table>`
}
<p class="hint">Runs on ${backends.map((name, i) => html`${i > 0 && ", "}<code>@descent/${name}</code>`)}.</p></section>`;
}
const places: Readonly<Record<string, string>> = {
  tensor: "element",
  scalar: "parameter",
  model: "model",
  host: "parameter, on the host",
};

const checked = (rule: RuleEntry): Html => {
  const { golden, mutants, name, extremes } = rule;
  return html`<section><h2>Checked against</h2><p>${golden.source}.</p>
<p>The largest error is <strong>${golden.error.toExponential(0)}</strong> of the distance moved, over every setting and step. Each token of the rule is changed in turn (<code>npm run mutate -- ${name}</code>); ${
    mutants === 0
      ? "a test notices every change."
      : mutants === 1
        ? "one change cannot be noticed by any number, and is listed with its reason."
        : `${mutants} changes cannot be noticed by any number, and each is listed with its reason.`
  }</p>
${
  extremes.length === 0
    ? html`<p>After gradients near 1e30 and 1e−30 it is finite, and moves on, in float32.</p>`
    : extremes.map((sentence) => html`<p>${prose(sentence)}</p>`)
}</section>`;
};

function reached(rule: RuleEntry): Html {
  const found = convergence.rules[rule.id];
  if (!found) return html``;
  return html`<section><h2>Steps to a goal</h2><div class="scroll" tabindex="0" role="region" aria-label="Steps to a goal"><table class="plain"><caption class="hidden">Steps to a goal on ${inWords(convergence.problems.length)} problems</caption><thead><tr><th scope="col">Problem</th><th scope="col">Steps</th><th scope="col">At rate</th><th scope="col">Rank</th></tr></thead><tbody>${convergence.problems.map(
    ({ name, budget }) => {
      const outcome = found.outcomes[name];
      const rank = rankOf(rule.id, name);
      return html`<tr><th scope="row">${name}</th><td class="number">${outcome ? (outcome.steps ?? `not in ${budget}`) : "cannot run"}</td><td class="number">${outcome ? numeral(outcome.rate) : "–"}</td><td class="number">${rank ? `${rank.rank} of ${rank.of}` : "–"}</td></tr>`;
    },
  )}</tbody></table></div><p class="hint">By <code>npm run convergence</code> on ${convergence.date}: the best of rates half a decade apart.</p></section>`;
}

function python(spec: RuleSpec): Html {
  try {
    return html`<details><summary><span>As a PyTorch optimizer, printed by <code>npx descent emit ${spec.id} --to torch</code></span></summary>${code(emit(spec, "torch"), "python")}</details>`;
  } catch (error) {
    return html`<p>${prose((error as Error).message)}</p>`;
  }
}

function more(rule: RuleEntry, to: To): Html {
  const list = (title: string, entries: readonly RuleEntry[]): Html | false =>
    entries.length > 0 &&
    html`<h3>${title}</h3><ul class="links">${entries.map((one) => html`<li><a href="${to(`rules/${one.id}/`)}">${one.title}</a></li>`)}</ul>`;
  return html`<section class="full more"><h2>Other rules</h2>${list("Written as changes of this one", childrenOf(rule))}${list(
    `The family ${familyTitle(rule.family)}`,
    rules.filter((one) => one.family === rule.family && one !== rule),
  )}</section>`;
}
