import { h, markup } from "./dom.ts";

/** The tables of the figures, for whoever reads numbers rather than curves. */
export class Numbers {
  readonly #tables = h("div", { class: "tables" });
  readonly element = h("details", {}, h("summary", {}, "The numbers as tables"), this.#tables);

  /** Shows the tables of figures, from their markup. */
  show(...tables: readonly string[]): void {
    this.#tables.replaceChildren(...tables.map(markup));
  }
}
