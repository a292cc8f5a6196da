import { h } from "@descent/playground/dom";
import { linePath } from "@descent/viz";
import type { Drawn } from "../kit/lesson.ts";
import type { Placed } from "./handles.ts";

const SECONDS = 5;

/** The step that a reader looks at: a button that plays, a slider, and the lines that grow with it. It begins at the end. */
export class Scrub {
  readonly element: HTMLElement;
  readonly #play = h("button", { type: "button" }, "Play");
  readonly #slider = h("input", { type: "range", min: 0, max: 1, value: 1, "aria-label": "Step" });
  readonly #said = h("output", { class: "number" });
  #drawn: readonly Placed[] = [];
  #steps = 0;
  #timer = 0;

  constructor() {
    this.element = h("div", { class: "transport", hidden: true }, this.#play, this.#slider, this.#said);
    this.#play.addEventListener("click", () => (this.#timer ? this.#stop() : this.#go()));
    this.#slider.addEventListener("input", () => {
      this.#stop();
      this.#show();
    });
  }

  /** Takes new figures; a reader who had scrubbed stays at the step. */
  set(drawn: readonly Placed[]): void {
    this.#drawn = drawn;
    const lengths = drawn.flatMap(({ figure: { ways = [], steps } }) => [
      ...ways.map(({ x }) => x.length - 1),
      ...(steps === undefined ? [] : [steps]),
    ]);
    const atEnd = this.#slider.valueAsNumber >= this.#steps;
    this.#steps = Math.max(0, ...lengths);
    this.element.hidden = this.#steps === 0;
    this.#slider.max = String(this.#steps);
    if (atEnd) this.#slider.value = String(this.#steps);
    this.#show();
  }

  #show(): void {
    const step = this.#slider.valueAsNumber;
    const said = `step ${step} of ${this.#steps}`;
    this.#slider.setAttribute("aria-valuetext", said);
    this.#said.textContent = said;
    for (const { figure, svg } of this.#drawn) {
      for (const way of figure.ways ?? []) grow(svg, figure, way, step);
      if (figure.steps !== undefined) mark(svg, figure, step, step < this.#steps);
    }
  }

  #stop(): void {
    cancelAnimationFrame(this.#timer);
    this.#timer = 0;
    this.#play.textContent = "Play";
  }

  #go(): void {
    let step = this.#slider.valueAsNumber >= this.#steps ? 0 : this.#slider.valueAsNumber;
    let before: number | undefined; // a frame's time stamp may lie before `performance.now()`, so the first frame begins
    this.#play.textContent = "Pause";
    const frame = (now: number): void => {
      step = Math.min(this.#steps, step + ((now - (before ?? now)) / 1000) * (this.#steps / SECONDS));
      before = now;
      this.#slider.value = String(Math.floor(step));
      this.#show();
      if (step >= this.#steps) this.#stop();
      else this.#timer = requestAnimationFrame(frame);
    };
    this.#timer = requestAnimationFrame(frame);
  }
}

type Way = NonNullable<Drawn["ways"]>[number];

/** Draws a line up to a step, its points with it, and moves the marker of its end there. */
function grow(svg: SVGSVGElement, { x, y }: Drawn, way: Way, step: number): void {
  const group = svg.querySelector(`g[data-series="${CSS.escape(way.name)}"]`);
  if (!group) return;
  const d = linePath(way.x, way.y, x, y, step + 1);
  for (const line of group.querySelectorAll(".viz-casing, .viz-path")) line.setAttribute("d", d);
  const dots = group.querySelector<SVGPathElement>("path:not([class])");
  if (dots) {
    dots.dataset.all ??= dots.getAttribute("d") ?? "";
    dots.setAttribute(
      "d",
      dots.dataset.all
        .split(/(?=M)/)
        .slice(0, step + 1)
        .join(""),
    ); // one outline per point
  }
  const [here, last] = [Math.min(step, way.x.length - 1), way.x.length - 1];
  const move = [x.at(way.x[here]!) - x.at(way.x[last]!), y.at(way.y[here]!) - y.at(way.y[last]!)]; // within
  const end = group.querySelector(".viz-mark");
  if (move.every(Number.isFinite)) end?.setAttribute("transform", `translate(${move.join(" ")})`);
}

/** A line at a step of a figure whose axis counts them. */
function mark(svg: SVGSVGElement, { x, y }: Drawn, step: number, shown: boolean): void {
  let line = svg.querySelector(".step-line");
  if (!line) {
    line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("class", "step-line");
    svg.append(line);
  }
  line.setAttribute("d", shown ? `M${x.at(step)} ${Math.min(...y.range)}V${Math.max(...y.range)}` : "");
}
