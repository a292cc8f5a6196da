import { contourChart, type Figure, markerPath, styleOf } from "@descent/viz";
import type { Outcome } from "../engine/messages.ts";
import { h, markup, unique } from "./dom.ts";
import { finished } from "./gaps.ts";
import { type GrowingPath, growingPath } from "./growing-path.ts";
import { type Arrow, arrowMarkup, type Moved, type Scene, startIn, startLabel } from "./scene.ts";
import { moveByHandle } from "./start-handle.ts";

/** Paths on a contour, at any step, with a start that can be dragged or moved by arrow keys. */
export class Stage {
  readonly element: HTMLElement;
  #figure: Figure | undefined;
  #scene: Scene | undefined;
  #drawn: {
    readonly outcome: Outcome;
    readonly style: number;
    readonly path: GrowingPath;
    readonly casing: Element;
    readonly line: Element;
    readonly mark: Element;
  }[] = [];
  #step = Number.MAX_SAFE_INTEGER;
  #arrows: readonly Arrow[] = [];
  #quiver: SVGGElement | undefined;
  readonly #id = unique("stage");
  readonly #host = h("div", { class: "stage-figure" });
  readonly #handle: HTMLButtonElement;
  readonly #ratio: number;
  readonly #moves: boolean;
  #width = 0;

  constructor(moved: Moved | undefined, ratio = 0.86) {
    this.#ratio = ratio;
    this.#moves = moved !== undefined;
    this.#handle = h("button", { type: "button", class: "handle" });
    this.#handle.hidden = true; // until there is a picture to be on
    this.element = h("div", { class: "stage" }, this.#host, this.#handle);
    if (moved) this.#listen(moved);
    new ResizeObserver(() => this.#resize()).observe(this.element);
  }

  get svg(): SVGSVGElement | null {
    return this.#host.querySelector("svg");
  }

  get table(): string {
    return this.#figure?.table ?? "";
  }

  /** Shows a scene at the step it is at. */
  show(scene: Scene): void {
    this.#scene = scene;
    this.#draw();
  }

  /** Shows the paths up to a step. */
  at(step: number): void {
    this.#step = step;
    const figure = this.#figure;
    if (!figure) return;
    for (const { outcome, style, path, casing, line, mark } of this.#drawn) {
      if (!finished(outcome)) continue;
      const end = Math.min(step, outcome.x.length - 1);
      const d = path.upTo(end);
      casing.setAttribute("d", d);
      line.setAttribute("d", d);
      const [px, py] = [figure.x.at(outcome.x[end]!), figure.y.at(outcome.y[end]!)]; // within the path
      mark.setAttribute(
        "d",
        Number.isFinite(px) && Number.isFinite(py) ? markerPath(styleOf(style).marker, px, py, 6.5) : "",
      );
    }
  }

  /** Draws arrows over the paths, in place of those there were. */
  arrows(arrows: readonly Arrow[]): void {
    this.#arrows = arrows;
    const figure = this.#figure;
    if (!figure || !this.#quiver || (arrows.length === 0 && !this.#quiver.firstChild)) return;
    const pixel = ([x, y]: readonly [number, number]) => [figure.x.at(x), figure.y.at(y)] as const;
    this.#quiver.innerHTML = arrows.map(({ name, from, to }) => arrowMarkup(name, pixel(from), pixel(to))).join("");
  }

  #resize(): void {
    const width = Math.round(this.element.clientWidth);
    if (width < 80 || Math.abs(width - this.#width) < 2) return;
    this.#draw();
  }

  #draw(): void {
    const scene = this.#scene;
    const width = Math.round(this.element.clientWidth);
    if (!scene || width < 80) return;
    this.#width = width;
    const { names, outcomes } = scene;
    const figure = contourChart({
      title: scene.title,
      description: scene.description,
      field: scene.field,
      marks: scene.marks,
      areas: scene.areas,
      width,
      height: Math.round(Math.max(260, width * this.#ratio)),
      id: this.#id,
      levels: 18,
      paths: outcomes.flatMap((outcome, style) =>
        finished(outcome) ? [{ name: names[style]!, x: outcome.x, y: outcome.y, style }] : [],
      ),
    });
    this.#figure = figure;
    this.#host.replaceChildren(markup(figure.svg));
    const groups = [...this.#host.querySelectorAll(".viz-paths > g")];
    this.#drawn = outcomes.flatMap((outcome, style) => {
      const group = finished(outcome) ? groups.shift() : undefined;
      const [casing, line, mark] = group ? [...group.querySelectorAll("path")] : [];
      if (!finished(outcome) || !casing || !line || !mark) return [];
      const path = growingPath(outcome.x, outcome.y, figure.x, figure.y);
      return [{ outcome, style, path, casing, line, mark }];
    });
    this.#quiver = document.createElementNS("http://www.w3.org/2000/svg", "g");
    this.svg?.append(this.#quiver);
    this.#place(scene.start);
    this.at(this.#step);
    this.arrows(this.#arrows);
  }

  #place([x, y]: readonly [number, number]): void {
    const figure = this.#figure;
    if (!figure) return;
    const svg = this.svg;
    if (!svg) return;
    const { width, height } = svg.viewBox.baseVal;
    this.#handle.hidden = !this.#moves;
    this.#handle.style.left = `${(figure.x.at(x) / width) * 100}%`;
    this.#handle.style.top = `${(figure.y.at(y) / height) * 100}%`;
    this.#handle.setAttribute("aria-label", startLabel([x, y]));
  }

  #listen(moved: Moved): void {
    const report = (x: number, y: number, moving: boolean): void => {
      const figure = this.#figure;
      if (!figure) return;
      const start = startIn({ x: figure.x.domain, y: figure.y.domain }, [x, y]);
      this.#place(start);
      moved(start, moving);
    };
    const from = (event: PointerEvent, moving: boolean): void => {
      const [figure, svg] = [this.#figure, this.svg];
      if (!figure || !svg) return;
      const box = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / box.width;
      report(
        figure.x.invert((event.clientX - box.left) * scale),
        figure.y.invert((event.clientY - box.top) * scale),
        moving,
      );
    };
    this.#host.addEventListener("click", (event) => from(event as PointerEvent, false)); // clicks are pointer events
    moveByHandle(this.#handle, {
      scene: () => this.#scene,
      dragged: from,
      chosen: (start, moving) => report(...start, moving),
    });
  }
}
