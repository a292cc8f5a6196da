import { type Html, html } from "./html.ts";

/** How a line of a chart is drawn, as an `<svg>`. */
export const swatch = (colour: string, dash: string): Html =>
  html`<svg class="swatch" viewBox="0 0 34 16" aria-hidden="true"><path d="M1 8H33" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}" fill="none"/></svg>`;
