import type { Relief } from "../relief/relief.ts";
import type { State, Store } from "../state/state.ts";
import { h, labelled, numberInput } from "./dom.ts";
import type { Layers } from "./picture.ts";
import type { Arrow, Moved, Scene } from "./scene.ts";
import { Stage } from "./stage.ts";

/** The surface in one of two views: a map, or a height field, whose code and shaders are loaded when it is first asked for. */
export class Views {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #moved: Moved;
  readonly #map: Stage;
  #relief: Relief | undefined;
  #loading: Promise<void> | undefined;
  #scene: Scene | undefined;
  #step = 0;
  #arrows: readonly Arrow[] = [];
  readonly #buttons: readonly (readonly ["map" | "relief", HTMLButtonElement])[];
  readonly #turn: HTMLInputElement;
  readonly #tilt: HTMLInputElement;
  readonly #sides: HTMLElement;
  readonly #words = h("p", { class: "hint", role: "status" });

  constructor(store: Store, moved: Moved) {
    this.#store = store;
    this.#moved = (start, moving) => {
      if (this.#scene) this.#scene = { ...this.#scene, start }; // whichever view shows it next
      moved(start, moving);
    };
    this.#map = new Stage(this.#moved);
    this.#buttons = (
      [
        ["map", "Map"],
        ["relief", "Height field"],
      ] as const
    ).map(([view, text]) => [view, h("button", { type: "button", onclick: () => store.set({ view }) }, text)]);
    this.#turn = numberInput(store.state.turn, { least: -180, most: 180, onchange: (turn) => store.set({ turn }) });
    this.#tilt = numberInput(store.state.tilt, { least: 10, most: 90, onchange: (tilt) => store.set({ tilt }) });
    this.#sides = h("div", { class: "sides" }, labelled("Turn °", this.#turn), labelled("Tilt °", this.#tilt));
    this.element = h(
      "div",
      { class: "views" },
      h(
        "div",
        { class: "view-bar" },
        h("div", { class: "segments", role: "group", "aria-label": "View" }, ...this.#buttons.map(([, b]) => b)),
        this.#sides,
      ),
      this.#map.element,
      this.#words,
    );
    this.follow(store.state);
  }

  /** The map as a drawing, whichever view is shown. */
  get svg(): SVGSVGElement | null {
    return this.#map.svg;
  }

  /** The view that is shown, layer by layer; undefined before there is one. */
  get layers(): Layers | undefined {
    return this.#shown === "relief" ? this.#relief?.layers : this.#map.layers;
  }

  get table(): string {
    return this.#map.table;
  }

  get #shown(): "map" | "relief" {
    return this.#store.state.view === "relief" && this.#relief ? "relief" : "map";
  }

  /** Follows the state. */
  follow({ view, turn, tilt }: State): void {
    for (const [name, button] of this.#buttons) button.setAttribute("aria-pressed", String(name === view));
    this.#sides.hidden = view !== "relief";
    for (const [input, value] of [[this.#turn, turn], [this.#tilt, tilt]] as const) // biome-ignore format: pairs
      if (input !== document.activeElement) input.value = String(value);
    if (view === "relief" && !this.#relief) this.#loading ??= this.#load();
    this.#relief?.turn({ turn, tilt });
    this.#show();
  }

  /** Shows a scene at the step it is at. */
  show(scene: Scene): void {
    this.#scene = scene;
    this.#map.show(scene);
    if (this.#shown === "relief") this.#relief?.show(scene);
    this.#words.textContent = this.#note();
  }

  /** Shows the paths up to a step; `moving` while they play. */
  at(step: number, moving = false): void {
    this.#step = step;
    if (this.#shown === "relief") this.#relief?.at(step);
    else this.#map.at(step, moving);
  }

  /** Draws arrows over the paths, in place of those there were. */
  arrows(arrows: readonly Arrow[]): void {
    this.#arrows = arrows;
    if (this.#shown === "relief") this.#relief?.arrows(arrows);
    else this.#map.arrows(arrows);
  }

  async #load(): Promise<void> {
    try {
      const { Relief } = await import("../relief/relief.ts");
      const { turn, tilt } = this.#store.state;
      this.#relief = new Relief({ turn, tilt }, this.#moved, (to) => this.#store.set(to));
      this.#relief.element.hidden = true; // until it is shown what there is
      this.#map.element.after(this.#relief.element);
      this.#show();
    } catch (error) {
      this.#store.set({ view: "map" });
      this.#words.textContent = error instanceof Error ? error.message : String(error);
      this.#loading = undefined;
    }
  }

  /** Shows one view and hides the other; the one shown may have missed something. */
  #show(): void {
    const shown = this.#shown;
    const same = this.#map.element.hidden === (shown !== "map");
    if (same && (!this.#relief || this.#relief.element.hidden === (shown === "map"))) return;
    this.#map.element.hidden = shown !== "map";
    if (this.#relief) this.#relief.element.hidden = shown !== "relief";
    if (this.#scene) this.show(this.#scene);
    this.at(this.#step);
    this.arrows(this.#arrows);
  }

  #note(): string {
    const power = this.#relief?.power ?? 1;
    if (this.#shown === "map" || power === 1) return "";
    return `Heights above the lowest are drawn to the power ${power}, so that the floor is seen beside the walls. Drag to turn.`;
  }
}
