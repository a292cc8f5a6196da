import { takes } from "@descent/core/adapter";
import { element, escaped } from "../draw/markup.ts";
import { formatNumber } from "../draw/number.ts";

/** Cells of a table: text, or a number, which is written for people. */
export type Cell = string | number;

/**
 * A table as HTML with a caption and headings that screen readers announce; the first cell of a row is its heading. What a chart
 * shows, for people who do not see it.
 */
export function tableOf(caption: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  takes("tableOf", "a caption", caption, typeof caption === "string");
  takes(
    "tableOf",
    "the names of columns",
    columns,
    Array.isArray(columns) && columns.every((c) => typeof c === "string"),
  );
  takes("tableOf", "rows: lists of text and numbers", rows, Array.isArray(rows) && rows.every(isRow));
  const head = element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, escaped(name))));
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      ...row.map((cell, i) => element(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : {}, text(cell))),
    ),
  );
  return element(
    "table",
    { class: "viz-table" },
    element("caption", {}, escaped(caption)),
    element("thead", {}, head),
    element("tbody", {}, body.join("")),
  );
}

const isRow = (row: unknown): boolean =>
  Array.isArray(row) && row.every((cell) => typeof cell === "string" || typeof cell === "number");

const text = (cell: Cell): string => (typeof cell === "number" ? formatNumber(cell) : escaped(cell));
