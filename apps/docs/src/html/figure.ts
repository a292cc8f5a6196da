import type { Figure } from "@descent/viz";
import { Html, html } from "./html.ts";

/** A chart with its numbers as a table that opens. */
export const figureOf = ({ svg, table }: Pick<Figure, "svg" | "table">): Html =>
  html`<figure class="figure">${new Html(svg)}<details class="numbers"><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="The numbers">${new Html(table)}</div></details></figure>`;

/** How a line of a chart is drawn, as an `<svg>`. */
export const swatch = (colour: string, dash: string): Html =>
  html`<svg class="swatch" viewBox="0 0 34 16" aria-hidden="true"><path d="M1 8H33" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}" fill="none"/></svg>`;
