import { OptimizerError } from "@descent/core";
import { isRecord, takes } from "@descent/core/adapter";
import { element, escaped, pixels } from "../draw/markup.ts";
import { formatNumber } from "../draw/number.ts";
import { checkNumbers } from "../draw/path.ts";
import { scale } from "../draw/scale.ts";
import { type Figure, type FrameOptions, frameOf, svgOf } from "./frame.ts";
import { tableOf } from "./table.ts";

/** One row of cells of a heat map. */
export interface HeatRow {
  readonly name: string;
  /** One number per column; one that is not finite is a crossed cell. */
  readonly values: ArrayLike<number>;
}

/** Options of `heatChart`. */
export interface HeatChartOptions extends FrameOptions {
  /** The name of the quantity that goes from left to right, and its values as text. */
  readonly columns: { readonly label: string; readonly names: readonly string[] };
  /** From top to bottom. */
  readonly rows: readonly HeatRow[];
  /** Whether a cell is as deep as the logarithm of its number says; numbers at or below 0 are crossed cells then. Default false. */
  readonly log?: boolean | undefined;
}

/** How much of the tint the deepest cell has: text over it keeps a contrast of 4.5 : 1, in light and in dark. */
const [SHALLOW, DEEP] = [0.03, 0.45];

/**
 * Numbers in a grid, such as losses by rule and rate: the lower a number, the deeper its cell, and the lowest of each row has a frame. Each
 * cell has its number, rounded to two digits. The table has them to four.
 */
export function heatChart(options: HeatChartOptions): Figure {
  const { columns, rows, log } = gridOf(options);
  const frame = frameOf("heatChart", options, [640, 50 + 30 * rows.length]);
  const { width, height } = frame;
  const left = 14 + 8 * Math.max(...rows.map(({ name }) => name.length));
  const [count, last] = [columns.names.length, rows.length - 1];
  const x = scale([-0.5, count - 0.5], [left, width - 2]);
  const y = scale([-0.5, last + 0.5], [height - 44, 2]);
  const shown = (value: number): boolean => Number.isFinite(value) && (!log || value > 0);
  const bend = (value: number): number => (log ? Math.log(value) : value);
  const bent = rows.flatMap(({ values }) => Array.from(values).filter(shown).map(bend));
  const [least, greatest] = [Math.min(...bent), Math.max(...bent)];
  const depth = (value: number): number => (greatest > least ? (greatest - bend(value)) / (greatest - least) : 1);
  const [wide, high] = [x.at(1) - x.at(0), y.at(0) - y.at(1)];
  const cell = (column: number, row: number) => ({
    x: pixels(x.at(column - 0.5) + 1),
    y: pixels(y.at(last - row + 0.5) + 1),
    width: pixels(wide - 2),
    height: pixels(high - 2),
  });
  const svg = svgOf(
    frame,
    ...rows.map(({ name, values }, row) => {
      const middle = y.at(last - row);
      const low = Math.min(...Array.from(values).filter(shown));
      return element(
        "g",
        { "data-row": name },
        element("text", { class: "viz-label", x: 0, y: pixels(middle + 4) }, escaped(name)),
        ...columns.names.map((_, column) => {
          const value = values[column]!; // one per column
          const box = cell(column, row);
          const centre = x.at(column);
          return shown(value)
            ? element("rect", {
                ...box,
                class: value === low ? "viz-cell viz-least" : "viz-cell",
                "fill-opacity": pixels(SHALLOW + (DEEP - SHALLOW) * depth(value)),
              }) +
                element(
                  "text",
                  { class: "viz-label", x: pixels(centre), y: pixels(middle + 4), "text-anchor": "middle" },
                  formatNumber(value, 2),
                )
            : element("path", { class: "viz-grid", d: crossAt(centre, middle) });
        }),
      );
    }),
    element(
      "g",
      { class: "viz-axis" },
      ...columns.names.map((name, column) =>
        element("text", { x: pixels(x.at(column)), y: pixels(height - 26), "text-anchor": "middle" }, escaped(name)),
      ),
      element(
        "text",
        { class: "viz-label", x: pixels(width - 2), y: pixels(height - 8), "text-anchor": "end" },
        escaped(columns.label),
      ),
    ),
  );
  const table = tableOf(
    frame.title,
    ["", ...columns.names],
    rows.map(({ name, values }) => [name, ...Array.from(values)]),
  );
  return { svg, table, x, y };
}

const crossAt = (x: number, y: number): string =>
  `M${pixels(x - 5)} ${pixels(y - 5)}l10 10M${pixels(x - 5)} ${pixels(y + 5)}l10 -10`;

function gridOf(options: unknown): Required<Pick<HeatChartOptions, "columns" | "rows">> & { readonly log: boolean } {
  takes("heatChart", "options by name: { title, columns, rows }", options, isRecord(options));
  const { columns, rows, log = false } = options as unknown as HeatChartOptions; // a record
  takes("heatChart", "`log`: true or false", log, typeof log === "boolean");
  takes("heatChart", "`columns`: { label, names }", columns, isRecord(columns));
  const { label, names } = columns;
  takes("heatChart", "the `label` of the columns, a text", label, typeof label === "string");
  const areTexts = (list: unknown): boolean =>
    Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === "string");
  takes("heatChart", "`names`: a list of texts, one at least", names, areTexts(names));
  takes("heatChart", "`rows`: a list of { name, values }, one at least", rows, Array.isArray(rows) && rows.length > 0);
  for (const row of rows as readonly unknown[]) {
    takes("heatChart", "rows: { name, values }", row, isRecord(row));
    const { name, values } = row as unknown as HeatRow; // a record
    takes("heatChart", "the `name` of a row", name, typeof name === "string");
    checkNumbers("heatChart", "`values`", values);
    if (values.length !== names.length)
      throw new OptimizerError(
        `\`heatChart\`: the row \`${name}\` has ${values.length} numbers for ${names.length} columns.`,
      );
  }
  return { columns, rows, log };
}
