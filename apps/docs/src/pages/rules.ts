import { rules } from "@descent/catalogue";
import { descriptionOf } from "../facts/packages.ts";
import { html, prose } from "../html/html.ts";
import type { Page } from "../html/page.ts";
import { familyTitle } from "./rule.ts";

const first = ["sgd", "adam", "adagrad"];
const families = [...new Set(rules.map(({ family }) => family))];
/** The families in the order in which one meets them. */
export const inOrder: readonly string[] = [...first, ...families.filter((family) => !first.includes(family))];

/** All rules on one page. */
export const rulesPage: Page = {
  path: "rules/",
  title: "Rules",
  description: `All ${rules.length} optimizers: equations, costs and what each is checked against.`,
  part: "rules",
  wide: true,
  body: (to) => html`
<header class="masthead"><h1>${rules.length} rules</h1>
<p class="lede">Each is one file that reads like its paper’s algorithm box, and is checked step by step against PyTorch, Optax, its authors’ code or, for a few, its paper. <a href="${to("which/")}">Which one?</a> · <a href="${to("compare/")}">Compare two</a></p>
<nav class="jump" aria-label="Families">${inOrder.map((family) => html`<a href="#${family}">${familyTitle(family)}</a>`)}</nav></header>
${inOrder.map((family) => {
  const own = rules.filter((rule) => rule.family === family);
  return html`<section class="family" aria-labelledby="${family}"><div class="family-head"><h2 id="${family}">${familyTitle(family)}</h2><p class="hint">${own.length} rules · <code>@descent/${family}</code> · ${descriptionOf(family)}</p></div>
<ul class="cards">${own.map(
    ({ id, title, sentence, bytes }) =>
      html`<li><a href="${to(`rules/${id}/`)}"><strong>${title}</strong><span class="cost">${bytes} B</span></a><p>${prose(sentence)}</p></li>`,
  )}</ul></section>`;
})}`,
};
