import { contourChart, type Figure, linePath, markerPath, styleOf } from "@descent/viz";
import { startIn } from "../state/start.ts";
import { h, markup, unique } from "./dom.ts";
import { finished } from "./gaps.ts";
import type { Layers } from "./picture.ts";
import { type Arrow, arrowMarkup, type Moved, type Scene, startLabel } from "./scene.ts";
import { moveByHandle } from "./start-handle.ts";
import { Dots } from "./swarm.ts";
import { Tracks, type Way } from "./tracks.ts";

/** Paths on a contour, at any step, with the dots of a map of basins under them, with a start that can be dragged or moved by arrow keys. */
export class Stage {
  readonly element: HTMLElement;
  #figure: Figure | undefined;
  #scene: Scene | undefined;
  #step = Number.MAX_SAFE_INTEGER;
  #moving = false;
  readonly #tracks = new Tracks();
  readonly #dots = new Dots();
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
    this.element = h("div", { class: "stage" }, this.#host, this.#dots.element, ...this.#tracks.elements, this.#handle);
    if (moved) this.#listen(moved);
    new ResizeObserver(() => this.#resize()).observe(this.element);
  }

  /** The map as a drawing, with its paths up to the step in view. */
  get svg(): SVGSVGElement | null {
    const [svg, figure] = [this.#host.querySelector("svg"), this.#figure];
    if (!svg || !figure) return null;
    for (const [i, group] of [...svg.querySelectorAll(".viz-paths > g")].entries()) {
      const { x, y, style } = this.#ways[i]!; // a group for each
      const end = Math.min(this.#step, x.length - 1);
      const d = linePath(x, y, figure.x, figure.y, end + 1);
      const [px, py] = [figure.x.at(x[end]!), figure.y.at(y[end]!)]; // within
      const mark = Number.isFinite(px) && Number.isFinite(py) ? markerPath(styleOf(style).marker, px, py, 6.5) : "";
      for (const [k, path] of [...group.querySelectorAll("path")].entries()) path.setAttribute("d", k < 2 ? d : mark); // casing, line, mark
    }
    return svg;
  }

  /** The drawing, and over it the dots that a drawing cannot hold, with the paths once more above them. */
  get layers(): Layers | undefined {
    const { svg } = this;
    return svg
      ? [svg, ...(this.#dots.element.hidden ? [] : [this.#dots.element, ...this.#tracks.elements])]
      : undefined;
  }

  get #ways(): Way[] {
    return (this.#scene?.outcomes ?? []).flatMap((outcome, style) =>
      finished(outcome) ? [{ x: outcome.x, y: outcome.y, style }] : [],
    );
  }

  get table(): string {
    return this.#figure?.table ?? "";
  }

  /** Shows a scene at the step it is at. */
  show(scene: Scene): void {
    this.#scene = scene;
    this.#draw();
  }

  /** Shows the paths up to a step; `moving` while they play. */
  at(step: number, moving = false): void {
    this.#step = step;
    this.#moving = moving;
    if (!this.#figure) return;
    this.#tracks.upTo(step, moving);
    this.#dots.at(step);
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
    const height = Math.round(Math.max(260, width * this.#ratio));
    const ways = this.#ways;
    const figure = contourChart({
      title: scene.title,
      description: scene.description,
      field: scene.field,
      marks: scene.marks,
      areas: scene.areas,
      width,
      height,
      id: this.#id,
      levels: 18,
      paths: ways.map((way) => ({ ...way, name: scene.names[way.style]! })), // a name for each
    });
    this.#figure = figure;
    this.#host.replaceChildren(markup(figure.svg));
    this.#tracks.show(ways, figure, [width, height]);
    this.#dots.show(scene.areas, figure, [width, height]);
    this.#quiver = document.createElementNS("http://www.w3.org/2000/svg", "g");
    this.#host.querySelector("svg")?.append(this.#quiver);
    this.#place(scene.start);
    this.at(this.#step, this.#moving);
    this.arrows(this.#arrows);
  }

  #place([x, y]: readonly [number, number]): void {
    const figure = this.#figure;
    if (!figure) return;
    const svg = this.#host.querySelector("svg");
    if (!svg) return;
    const { width, height } = svg.viewBox.baseVal;
    this.#handle.hidden = !this.#moves;
    this.#handle.style.left = `${(figure.x.at(x) / width) * 100}%`;
    this.#handle.style.top = `${(figure.y.at(y) / height) * 100}%`;
    this.#handle.setAttribute("aria-label", startLabel([x, y]));
  }

  #listen(moved: Moved): void {
    const report = (x: number, y: number, moving: boolean): void => {
      const [figure, scene] = [this.#figure, this.#scene];
      if (!figure || !scene) return;
      const start = startIn({ x: figure.x.domain, y: figure.y.domain }, [x, y]);
      this.#scene = { ...scene, start }; // at once, so that the next key steps from here; its paths come later
      this.#place(start);
      moved(start, moving);
    };
    const from = (event: PointerEvent, moving: boolean): void => {
      const [figure, svg] = [this.#figure, this.#host.querySelector("svg")];
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
