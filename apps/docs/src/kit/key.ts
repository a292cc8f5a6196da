import { styleOf } from "@descent/viz";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** How each line of a lesson's figures is drawn, as items of a list. `name@3` has style number 3. */
export const keyOf = (names: readonly string[]): string =>
  names
    .map((name, i) => {
      const [text = "", style] = name.split("@");
      const { colour, dash } = styleOf(style === undefined ? i : Number(style));
      return `<li><svg class="swatch" viewBox="0 0 34 16" aria-hidden="true"><path d="M1 8H33" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}" fill="none"/></svg>${escaped(text)}</li>`;
    })
    .join("");
