import { markerPath, styleOf } from "@descent/viz";
import { markup } from "./dom.ts";

/** The line and the marker by which a contender is told from the others. */
export function swatch(style: number): DocumentFragment {
  const { colour, dash, marker } = styleOf(style);
  return markup(
    `<svg class="swatch" viewBox="0 0 40 16" aria-hidden="true"><path d="M1 8H39" fill="none" stroke="${colour}" stroke-width="2.5"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}/><path d="${markerPath(marker, 20, 8, 5)}" fill="${colour}" stroke="var(--viz-paper)" stroke-width="1.5"/></svg>`,
  );
}
