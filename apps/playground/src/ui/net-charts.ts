import { lineChart, tableOf } from "@descent/viz";
import { curveOf } from "../digits/curves.ts";
import type { LayerNorms } from "../digits/messages.ts";
import { h, markup } from "./dom.ts";
import { Numbers } from "./numbers.ts";
import { swatch } from "./swatch.ts";

/** A training that has begun: its numbers so far. */
export interface NetRun {
  /** The rule and its rate. */
  readonly name: string;
  readonly style: number;
  readonly losses: number[];
  readonly tested: { readonly step: number; readonly right: number; readonly loss: number }[];
  readonly norms: { readonly step: number; readonly layers: readonly LayerNorms[] }[];
  seconds?: number | undefined;
}

const chartOf = (
  host: HTMLElement,
  id: string,
  options: Omit<Parameters<typeof lineChart>[0], "width" | "height" | "id">,
): string => {
  // biome-ignore format: one line
  const width = Math.max(260, Math.round(host.clientWidth || 480));
  const { svg, table } = lineChart({
    ...options,
    width,
    height: Math.round(Math.max(200, Math.min(300, width * 0.55))),
    id,
  });
  host.replaceChildren(markup(svg));
  return table;
};

/** Loss and accuracy of all runs over steps, and norms by layer of the last. */
export class NetCharts {
  readonly element: HTMLElement;
  readonly #loss = h("div", { class: "chart" });
  readonly #right = h("div", { class: "chart" });
  readonly #gradients = h("div", { class: "chart" });
  readonly #ratios = h("div", { class: "chart" });
  readonly #layers = h("div", { class: "key" });
  readonly #numbers = new Numbers();

  constructor() {
    const figure = (title: string, ...parts: HTMLElement[]): HTMLElement =>
      h("figure", { class: "block" }, h("figcaption", {}, h("h2", {}, title)), ...parts);
    this.element = h(
      "div",
      { class: "net-charts" },
      figure("Loss on batches", this.#loss),
      figure("Test digits read wrong", this.#right),
      figure("Gradient of each layer", this.#gradients, this.#layers),
      figure("Update over weights", this.#ratios),
      this.#numbers.element,
    );
  }

  /** Draws all runs; the last is the one with norms. */
  show(runs: readonly NetRun[], steps: number): void {
    const domain = [0, Math.max(1, steps)] as const;
    const step = { label: "step", domain, whole: true };
    const tables = [
      chartOf(this.#loss, "net-loss", {
        title: "Loss on batches",
        x: step,
        y: { label: "loss, mean of the last ones", log: true },
        series: runs
          .filter(({ losses }) => losses.length > 0)
          .map(({ name, losses, style }) => {
            const { mean, low, high } = curveOf(losses.map((loss) => Math.max(loss, 1e-6)));
            return { name, y: mean, x: losses.map((_, i) => i + 1), band: { low, high }, style };
          }),
      }),
      chartOf(this.#right, "net-right", {
        title: "Test digits read wrong",
        x: step,
        y: { label: "part read wrong", log: true },
        series: runs
          .filter(({ tested }) => tested.length > 0)
          .map(({ name, tested, style }) => ({
            name,
            x: tested.map((one) => one.step),
            y: tested.map(({ right }) => Math.max(1 - right, 5e-4)),
            style,
            points: true,
          })),
      }),
    ];
    const last = runs.at(-1);
    const layers = last?.norms[0]?.layers.map(({ layer }) => layer) ?? [];
    this.#layers.replaceChildren(...layers.map((layer, i) => h("span", {}, swatch(i), layer)));
    const over = (
      host: HTMLElement,
      id: string,
      title: string,
      label: string,
      of: (norms: LayerNorms) => number,
    ): string =>
      // biome-ignore format: one line
      chartOf(host, id, {
        title,
        x: step,
        y: { label, log: true },
        series: layers.map((name, i) => ({
          name,
          x: last!.norms.map((one) => one.step), // there are layers
          y: last!.norms.map((one) => of(one.layers[i]!)), // each has all layers
          style: i,
        })),
      });
    tables.push(
      over(this.#gradients, "net-gradients", "Gradient of each layer", "norm", ({ gradient }) => gradient),
      over(this.#ratios, "net-ratios", "Update over weights", "norm over norm", ({ ratio }) => ratio),
      tableOf(
        "Runs",
        ["", "steps", "test digits read right", "test loss", "seconds"],
        runs.map(({ name, losses, tested, seconds }) => [
          name,
          losses.length,
          tested.at(-1)?.right ?? "–",
          tested.at(-1)?.loss ?? "–",
          seconds ?? "–",
        ]),
      ),
    );
    this.#numbers.show(...tables);
  }
}
