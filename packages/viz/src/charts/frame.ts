import { isRecord, takes } from "@descent/core/adapter";
import { element, escaped, pixels } from "../draw/markup.ts";
import { formatNumber } from "../draw/number.ts";
import type { Scale } from "../draw/scale.ts";

/** A chart: its picture, the same as a table, and the scales that place things in it. */
export interface Figure {
  /** One `<svg>` element that needs `styleSheet` for its colours. */
  readonly svg: string;
  /** The numbers as an HTML table. */
  readonly table: string;
  /** From numbers to pixels of the SVG, from left to right. */
  readonly x: Scale;
  /** From numbers to pixels of the SVG, from the bottom up. */
  readonly y: Scale;
}

/** Options that every chart has. */
export interface FrameOptions {
  /** Read out first by screen readers. */
  readonly title: string;
  /** The message of the chart in a sentence or two. */
  readonly description?: string | undefined;
  /** In pixels, 80 to 10,000; the SVG scales to the width of its container. */
  readonly width?: number | undefined;
  /** In pixels, 80 to 10,000. */
  readonly height?: number | undefined;
  /** Begins the ids inside, which must be unique in a page. */
  readonly id?: string | undefined;
}

/** The options of a chart with nothing left out. */
export type Frame = { readonly [K in keyof FrameOptions]-?: NonNullable<FrameOptions[K]> };

/** Throws unless these are the options of a chart, and fills in what is left out. */
export function frameOf(call: string, options: unknown, size: readonly [number, number]): Frame {
  takes(call, "options by name: { title, … }", options, isRecord(options));
  const { title, description = "", width = size[0], height = size[1], id = "viz" } = options as unknown as FrameOptions; // a record
  takes(call, "`title`: a text", title, typeof title === "string");
  takes(call, "`description`: a text", description, typeof description === "string");
  for (const side of [width, height])
    takes(call, "a width and height of 80 to 10,000", side, typeof side === "number" && side >= 80 && side <= 10_000);
  takes(call, "`id`: letters, digits, - and _", id, typeof id === "string" && /^[A-Za-z][\w-]*$/.test(id));
  return { title, description, width, height, id };
}

/** The SVG element around a chart, with its name and description. */
export function svgOf({ title, description, width, height, id }: Frame, ...children: readonly string[]): string {
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "viz",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-labelledby": description === "" ? `${id}-title` : `${id}-title ${id}-desc`,
    },
    element("title", { id: `${id}-title` }, escaped(title)),
    ...(description === "" ? [] : [element("desc", { id: `${id}-desc` }, escaped(description))]),
    ...children,
  );
}

/** How the numbers of an axis are marked and written. */
export interface Marks {
  /** Marks whole numbers only, such as epochs. */
  readonly whole?: boolean | undefined;
  /** The numbers are parts, and written as percents. */
  readonly percent?: boolean | undefined;
}

const marked = (scale: Scale, count: number, { whole = false }: Marks): number[] =>
  scale.ticks(count).filter((tick) => !whole || Number.isInteger(tick));

const written = (value: number, { percent = false }: Marks): string =>
  percent ? `${formatNumber(100 * value)} %` : formatNumber(value);

/** The axis below: ticks, numbers, and the name of the quantity at its end. */
export function axisBelow(x: Scale, y: Scale, label: string, grid: boolean, marks: Marks = {}): string {
  const bottom = Math.max(...y.range);
  const [left, right] = [Math.min(...x.range), Math.max(...x.range)];
  const ticks = marked(x, Math.max(2, Math.min(8, Math.round((right - left) / 90))), marks);
  return element(
    "g",
    { class: "viz-axis" },
    ...ticks.map((tick) => {
      const px = pixels(x.at(tick));
      const line = grid ? `M${px} ${pixels(bottom)}V${pixels(Math.min(...y.range))}` : `M${px} ${pixels(bottom)}v5`;
      return (
        element("path", { class: "viz-grid", d: line }) +
        element("text", { x: px, y: pixels(bottom + 18), "text-anchor": "middle" }, written(tick, marks))
      );
    }),
    element(
      "text",
      { class: "viz-label", x: pixels(right), y: pixels(bottom + 36), "text-anchor": "end" },
      escaped(label),
    ),
  );
}

/** The axis on the left; its name stands above it, upright. */
export function axisLeft(x: Scale, y: Scale, label: string, grid: boolean, marks: Marks = {}): string {
  const [left, right] = [Math.min(...x.range), Math.max(...x.range)];
  const [top, bottom] = [Math.min(...y.range), Math.max(...y.range)];
  const ticks = marked(y, Math.max(2, Math.min(8, Math.round((bottom - top) / 52))), marks);
  return element(
    "g",
    { class: "viz-axis" },
    ...ticks.map((tick) => {
      const py = y.at(tick);
      const line = grid ? `M${pixels(left)} ${pixels(py)}H${pixels(right)}` : `M${pixels(left)} ${pixels(py)}h-5`;
      return (
        element("path", { class: "viz-grid", d: line }) +
        element("text", { x: pixels(left - 9), y: pixels(py + 4), "text-anchor": "end" }, written(tick, marks))
      );
    }),
    element("text", { class: "viz-label", x: "0", y: pixels(top - 12) }, escaped(label)),
  );
}
