import { contourChart, type Figure, formatNumber, lineChart } from "@descent/viz";
import type { Landscape, Plane } from "../digits/landscape.ts";
import { h, labelled, markup, selectOf } from "./dom.ts";
import { Numbers } from "./numbers.ts";
import { swatch } from "./swatch.ts";

/** The loss around a trained net on a plane, the way that led there, how far it lies from the plane, and a random walk as control. */
export class LandscapeView {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #bar = h("progress", { max: 1, value: 0, "aria-label": "Places measured" });
  readonly #words = h("p", { class: "summary", role: "status" });
  readonly #numbers = new Numbers();
  readonly #figures = h("div", { class: "net-charts" });
  readonly #ask: (plane: Plane | false) => void;
  #plane: Plane = "pca";
  #busy = false;
  #ready = false;

  /** `ask` orders a landscape; `false` stops one. */
  constructor(ask: (plane: Plane | false) => void) {
    this.#ask = ask;
    const plane = selectOf(
      [{ label: "", options: [["pca", "The way’s two main directions"], ["random", "Two random directions, by filters"]] }],
      this.#plane,
      (value) => {
        this.#plane = value as Plane; // one of the options
      },
    ); // biome-ignore format: one list
    this.#button = h("button", { type: "button", onclick: () => this.#turn() }, "Measure");
    this.element = h(
      "div",
      { class: "landscape stack" },
      h("h2", {}, "The landscape around the net"),
      h("div", { class: "row ends" }, labelled("Plane through the last weights", plane), this.#button),
      this.#bar,
      this.#words,
      this.#figures,
      this.#numbers.element,
    );
    this.#bar.hidden = true;
    this.ready(false);
  }

  /** Whether there is a trained net; without one, what was shown goes. */
  ready(yes: boolean): void {
    if (this.#ready && !yes) {
      this.#figures.replaceChildren();
      this.#numbers.show();
      this.#words.textContent = "";
    }
    if (!yes) this.#stand(false);
    this.#ready = yes;
    this.#button.disabled = !yes;
    this.element.hidden = !yes;
  }

  /** Shows the share that is measured. */
  measuring(share: number): void {
    this.#bar.value = share;
  }

  /** Shows a landscape; undefined where it was stopped. */
  show(found: Landscape | undefined): void {
    this.#stand(false);
    if (!found) return;
    const percent = (part: number): string => `${formatNumber(100 * part, 2)} %`;
    const farthest = Math.max(...found.distance);
    const apart = found.truth.map((loss, i) => Math.abs(loss - found.shadow[i]!)); // as many
    const worst = apart.indexOf(Math.max(...apart));
    this.#words.textContent = `${found.plane === "pca" ? `${percent(found.explained[0])} and ${percent(found.explained[1])} of the way’s variance lie in the two directions` : "The two directions are random"}; at most, the way is ${formatNumber(farthest, 2)} away from the plane, and at step ${found.way.step[worst]} its true loss is ${formatNumber(found.truth[worst]!, 2)} where the plane shows ${formatNumber(found.shadow[worst]!, 2)}. A random walk over as many places, with steps as long, has ${percent(found.walk.explained[0])} and ${percent(found.walk.explained[1])} in its own: a plane by main directions draws a curve for any way.`; // biome-ignore format: one text
    this.#draw(found);
  }

  #turn(): void {
    if (this.#busy) {
      this.#ask(false);
      this.#stand(false);
    } else {
      this.#words.textContent = "";
      this.#stand(true);
      this.#ask(this.#plane);
    }
  }

  #stand(busy: boolean): void {
    this.#busy = busy;
    this.#bar.hidden = !busy;
    if (busy) this.#bar.value = 0;
    this.#button.textContent = busy ? "Stop" : "Measure";
  }

  #draw({ values, columns, x, y, way, distance, truth, shadow, walk }: Landscape): void {
    const figure = (title: string, ...more: readonly Node[]): HTMLElement => {
      const host = h("div", { class: "chart" });
      this.#figures.append(h("figure", { class: "block" }, h("figcaption", {}, h("h2", {}, title)), host, ...more));
      return host;
    };
    const width = (host: HTMLElement): number => Math.max(260, Math.round(host.clientWidth || 320));
    this.#figures.replaceChildren();
    const key = h("div", { class: "key" }, ...["of the net", "of its shadow"].map((name, i) => h("span", {}, swatch(i), name))); // biome-ignore format: one element
    // All hosts are there before anything is drawn, for together they have the width that they are drawn for.
    const tables: string[] = [];
    /** The drawing of a chart, whose table is kept. */
    const drawn = ({ svg, table }: Figure): DocumentFragment => {
      tables.push(table);
      return markup(svg);
    };
    const map = figure("Loss on the plane, and the way’s shadow");
    const control = figure("Control: a random walk on its own plane");
    const losses = figure("True loss, and the plane’s", key);
    const distances = figure("Distance from the plane");
    map.append(
      drawn(
        contourChart({
          title: "Loss on the plane, and the way’s shadow",
          field: { values, columns, rows: columns, x, y },
          paths: [{ name: "the way", x: way.x, y: way.y }],
          width: width(map),
          height: Math.round(0.86 * width(map)),
          id: "landscape",
        }),
      ),
    );
    const around = (all: readonly number[]): readonly [number, number] => {
      const [low, high] = [Math.min(...all), Math.max(...all)];
      const margin = 0.1 * (high - low) || 1;
      return [low - margin, high + margin];
    };
    control.append(
      drawn(
        contourChart({
          title: "A random walk on its own plane",
          field: { values: [0, 0, 0, 0], columns: 2, rows: 2, x: around(walk.x), y: around(walk.y) },
          paths: [{ name: "random walk", x: walk.x, y: walk.y, style: 7 }],
          width: width(control),
          height: Math.round(0.86 * width(control)),
          id: "walk",
        }),
      ),
    );
    const lines = (
      host: HTMLElement,
      id: string,
      label: string,
      log: boolean,
      series: readonly { name: string; y: readonly number[] }[],
    ): void => {
      // biome-ignore format: one line
      const chart = lineChart({ title: label, x: { label: "step", whole: true }, y: { label, log }, series: series.map((one) => ({ ...one, x: way.step })), width: width(host), height: 220, id }); // biome-ignore format: one chart
      host.append(drawn(chart));
    };
    lines(losses, "truth", "loss", true, [
      { name: "of the net", y: truth },
      { name: "of its shadow", y: shadow },
    ]);
    lines(distances, "distance", "distance from the plane", false, [{ name: "distance", y: distance }]);
    this.#numbers.show(...tables);
  }
}
