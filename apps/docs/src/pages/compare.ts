import { rules } from "@descent/catalogue";
import { linesOf } from "../facts/rules.ts";
import { html } from "../html/html.ts";
import type { Page } from "../html/page.ts";
import { familyTitle } from "./rule.ts";
import { inOrder } from "./rules.ts";

/** A rule as the page of comparisons reads it from `rules.json`. */
export interface Compared {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly sentence: string;
  readonly mathml: string;
  readonly lines: readonly string[];
  readonly options: readonly (readonly [name: string, value: number])[];
  readonly bytes: number;
  readonly passes: number;
}

/** The content of `rules.json`. */
export const compared: readonly Compared[] = rules.map((rule) => {
  const { id, name, title, family, sentence, mathml, options, bytes, passes } = rule;
  const list = options.map((one) => [one.name, one.default] as const);
  return { id, name, title, family, sentence, mathml, lines: linesOf(rule), options: list, bytes, passes };
});

const choice = (id: string, label: string, chosen: string) =>
  html`<div class="field"><label for="${id}">${label}</label><select id="${id}">${inOrder.map(
    (family) =>
      html`<optgroup label="${familyTitle(family)}">${rules.filter((rule) => rule.family === family).map((rule) => html`<option value="${rule.id}"${rule.id === chosen && html` selected`}>${rule.title}</option>`)}</optgroup>`,
  )}</select></div>`;

export const comparePage: Page = {
  path: "compare/",
  title: "Compare two rules",
  description: "The lines, defaults and costs in which two rules differ, and both in a race.",
  part: "rules",
  scripts: ["compare"],
  wide: true,
  body: (
    to,
  ) => html`<header><h1>Compare two rules</h1><p class="lede">The lines in which they differ, what they cost, and both on one surface.</p></header>
<div id="compare" data-rules="${to("rules.json")}" data-root="${to("")}"><div class="choose">${choice("first", "First", "adam")}${choice("second", "Second", "adamw")}</div><div class="compare-grid" id="compared"><noscript><p>The comparison is made in the browser, so it needs JavaScript.</p></noscript></div></div>`,
};
