import type { State } from "../state/state.ts";
import { h } from "../ui/dom.ts";
import type { PageView } from "./page.ts";

/** A page whose code is loaded when it is first shown. */
export class LazyPage implements PageView {
  readonly element: HTMLElement = h("div", { "aria-busy": "true" });
  readonly #load: () => Promise<PageView>;
  #page: PageView | undefined;
  #loading: Promise<void> | undefined;
  #state: State | undefined;

  constructor(load: () => Promise<PageView>) {
    this.#load = load;
  }

  update(state: State, changed: ReadonlySet<keyof State> | undefined): void {
    this.#state = state;
    if (this.#page) this.#page.update(state, changed);
    else this.#loading ??= this.#show();
  }

  async #show(): Promise<void> {
    try {
      const page = await this.#load();
      this.#page = page;
      this.element.replaceChildren(page.element);
      if (this.#state) page.update(this.#state, undefined);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      this.element.replaceChildren(h("p", { class: "notice", role: "alert" }, `This page could not be loaded: ${because}`)); // biome-ignore format: one line
      this.#loading = undefined; // shown again, it is tried again
    }
    this.element.removeAttribute("aria-busy");
  }
}
