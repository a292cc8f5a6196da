import type { Answered, Port } from "../own-model/messages.ts";
import { h } from "./dom.ts";

type Opened = Extract<Answered, { readonly kind: "opened" }>;

const shapeOf = ({ name, elem, shape }: Port): string => `${name}: ${elem} [${shape.join(", ")}]`;
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The import report of a model: inputs, outputs, every floating tensor with the reason for which it is trained or not, and notes. */
export function reportOf({ bytes, inputs, outputs, rows, notes }: Opened): HTMLElement {
  const trained = rows.filter((row) => row.trained);
  const numbers = (of: typeof rows): string =>
    of.reduce((sum, { shape }) => sum + count(shape), 0).toLocaleString("en");
  const facts: (readonly [string, string])[] = [
    ["File", `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 2 })} MB`],
    ["Takes", inputs.map(shapeOf).join(", ")],
    ["Gives", outputs.map(shapeOf).join(", ")],
    ["Trained", `${numbers(trained)} numbers in ${trained.length} tensors`],
    ["Left as they are", `${numbers(rows.filter((row) => !row.trained))} numbers in ${rows.length - trained.length} tensors`], // biome-ignore format: one fact
  ];
  const sorted = [...rows].sort((a, b) => Number(b.trained) - Number(a.trained));
  return h(
    "div",
    { class: "stack" },
    h(
      "dl",
      { class: "facts" },
      facts.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]),
    ),
    notes.length > 0 &&
      h(
        "ul",
        { class: "findings notes" },
        notes.map((note) => h("li", {}, note)),
      ),
    h(
      "div",
      { class: "report", tabindex: 0, role: "region", "aria-label": "Tensors of the model" },
      h(
        "table",
        { class: "viz-table" },
        h("caption", {}, "Floating tensors, and why they are trained or not"),
        h("thead", {}, h("tr", {}, ["Tensor", "Shape", "", "Because"].map((text) => text === "" ? h("td") : h("th", { scope: "col" }, text)))), // biome-ignore format: one row
        h(
          "tbody",
          {},
          sorted.map(({ name, shape, trained: yes, because }) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, h("code", {}, name)),
              h("td", {}, shape.length === 0 ? "one number" : shape.join(" × ")),
              h("td", {}, yes ? "trained" : "left"),
              h("td", {}, because),
            ),
          ),
        ),
      ),
    ),
  );
}
