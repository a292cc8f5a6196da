import { markerPath, styleOf } from "@descent/viz";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** How each line of a lesson's figures is drawn, as items of a list, with its marker if asked for. `name@3` has style number 3. */
export const keyOf = (names: readonly string[], marks = false): string =>
  names
    .map((name, i) => {
      const [text = "", style] = name.split("@");
      const { colour, dash, marker } = styleOf(style === undefined ? i : Number(style));
      const mark = marks
        ? `<path d="${markerPath(marker, 17, 8, 5)}" fill="${colour}" stroke="var(--viz-paper)"/>`
        : "";
      return `<li><svg class="swatch" viewBox="0 0 34 16" aria-hidden="true"><path d="M1 8H33" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}" fill="none"/>${mark}</svg>${escaped(text)}</li>`;
    })
    .join("");
