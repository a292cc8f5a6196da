import { OptimizerError } from "@descent/core";
import { isRecord, takes } from "@descent/core/adapter";
import { contours } from "d3-contour";
import { element, escaped, pixels } from "../draw/markup.ts";
import { checkNumbers, linePath } from "../draw/path.ts";
import { scale } from "../draw/scale.ts";
import { markerPath, styleOf } from "../draw/style.ts";
import { axisBelow, axisLeft, type Figure, type FrameOptions, frameOf, svgOf } from "./frame.ts";
import { tableOf } from "./table.ts";

/** Heights on a grid: row by row from the least y, each row from the least x. */
export interface Field {
  /** `rows` times `columns` heights. */
  readonly values: ArrayLike<number>;
  /** How many heights each row has. */
  readonly columns: number;
  readonly rows: number;
  /** The least and the greatest x. */
  readonly x: readonly [number, number];
  /** The least and the greatest y. */
  readonly y: readonly [number, number];
}

/** A path over a field: the way of an optimizer. */
export interface Path {
  readonly name: string;
  /** Its points from the start on. */
  readonly x: ArrayLike<number>;
  /** As many as there are of `x`. */
  readonly y: ArrayLike<number>;
  /** Which of the styles it has; default its place in the list. */
  readonly style?: number | undefined;
}

/** Areas of a plane, cell by cell: row by row from the least y, each row from the least x. */
export interface Areas {
  /** The style of each cell, or -1. */
  readonly indices: ArrayLike<number>;
  /** Cells from left to right, 2 to 2,048. */
  readonly columns: number;
  /** Cells from bottom to top, 2 to 2,048. */
  readonly rows: number;
}

/** Options of `contourChart`. */
export interface ContourChartOptions extends FrameOptions {
  /** The heights. */
  readonly field: Field;
  /** Paths drawn over them. */
  readonly paths?: readonly Path[] | undefined;
  /** Points worth marking with a small cross: minima. */
  readonly marks?: readonly (readonly [number, number])[] | undefined;
  /** A map of areas under the paths, on a grid like the field's: -1 for none, else the style in whose colour a cell is tinted. */
  readonly areas?: Areas | undefined;
  /** How many levels are drawn, 1 to 64; they lie closer together where the field is low, because that is where optimizers go. */
  readonly levels?: number | undefined;
}

/**
 * A field as filled contours, higher ground deeper in tint, with paths on it. The table has where each path begins and ends. Throws an
 * OptimizerError for a field whose size is not rows × columns.
 */
export function contourChart(options: ContourChartOptions): Figure {
  const frame = frameOf("contourChart", options, [560, 560]);
  const { paths: given = [], marks = [], levels = 16, areas } = options;
  const field = fieldOf(options.field);
  takes("contourChart", "1 to 64 `levels`", levels, Number.isInteger(levels) && levels >= 1 && levels <= 64);
  takes("contourChart", "`marks`: a list of points", marks, Array.isArray(marks) && marks.every(isPoint));
  const paths = pathsOf(given);
  if (areas !== undefined) checkAreas(areas);
  const { width, height, id } = frame;
  const x = scale(field.x, [38, width - 6]);
  const y = scale(field.y, [height - 30, 8]);
  const [left, right, bottom, top] = [...x.range, ...y.range];
  const area = { x: pixels(left), y: pixels(top), width: pixels(right - left), height: pixels(bottom - top) };
  const clip = `${id}-clip`;
  const svg = svgOf(
    frame,
    element("clipPath", { id: clip }, element("rect", area)),
    element("rect", { ...area, fill: "var(--viz-paper)" }),
    element(
      "g",
      { "clip-path": `url(#${clip})` },
      ...levelPaths(
        field,
        levels,
        (c) => left + (c / (field.columns - 1)) * (right - left),
        (r) => bottom + (r / (field.rows - 1)) * (top - bottom),
      ),
    ),
    ...(areas
      ? [
          element(
            "g",
            { class: "viz-areas", "clip-path": `url(#${clip})` },
            ...areaPaths(areas, [left, right], [bottom, top]),
          ),
        ]
      : []),
    element("rect", { ...area, class: "viz-grid" }),
    axisLeft(x, y, "", false),
    axisBelow(x, y, "", false),
    element(
      "g",
      { class: "viz-minima" },
      ...marks.map(([mx, my]) =>
        element("path", { d: markerPath("plus", x.at(mx), y.at(my), 5), fill: "var(--viz-text)" }),
      ),
    ),
    element(
      "g",
      { class: "viz-paths", "clip-path": `url(#${clip})` },
      ...paths.map(({ name, x: xs, y: ys, style }) => {
        const { colour, dash, marker } = styleOf(style);
        const d = linePath(xs, ys, x, y);
        const [endX, endY] = [x.at(xs[xs.length - 1] ?? Number.NaN), y.at(ys[ys.length - 1] ?? Number.NaN)];
        return element(
          "g",
          { "data-series": name },
          element("title", {}, escaped(name)),
          element("path", { class: "viz-casing", d }),
          element("path", { class: "viz-path", d, stroke: colour, "stroke-dasharray": dash === "" ? undefined : dash }),
          element("path", {
            class: "viz-mark",
            d: Number.isFinite(endX) && Number.isFinite(endY) ? markerPath(marker, endX, endY, 6) : "",
            fill: colour,
          }),
        );
      }),
    ),
  );
  const table = tableOf(
    frame.title,
    ["", "from x", "y", "to x", "y"],
    paths.map(({ name, x: xs, y: ys }) => [
      name,
      xs[0] ?? Number.NaN,
      ys[0] ?? Number.NaN,
      xs[xs.length - 1] ?? Number.NaN,
      ys[ys.length - 1] ?? Number.NaN,
    ]),
  );
  return { svg, table, x, y };
}

const isPoint = (point: unknown): point is readonly [number, number] =>
  Array.isArray(point) && point.length === 2 && point.every((v) => typeof v === "number");

function fieldOf(given: unknown): Field {
  takes("contourChart", "`field`: { values, columns, rows, x, y }", given, isRecord(given));
  const field = given as unknown as Field; // a record
  checkNumbers("contourChart", "`values`", field.values);
  for (const count of [field.columns, field.rows])
    takes(
      "contourChart",
      "2 to 2,048 `columns` and `rows`",
      count,
      Number.isInteger(count) && count >= 2 && count <= 2048,
    );
  if (field.values.length !== field.columns * field.rows)
    throw new OptimizerError(
      `\`contourChart\`: a field of ${field.columns} × ${field.rows} has ${field.columns * field.rows} values; got ${field.values.length}.`,
    );
  return field;
}

function pathsOf(given: unknown): (Path & { readonly style: number })[] {
  takes("contourChart", "`paths`: a list of { name, x, y }", given, Array.isArray(given));
  return (given as readonly unknown[]).map((path, i) => {
    takes("contourChart", "paths: { name, x, y }", path, isRecord(path));
    const { name, x, y, style = i } = path as unknown as Path; // a record
    takes("contourChart", "the `name` of a path", name, typeof name === "string");
    checkNumbers("contourChart", "`x`", x);
    checkNumbers("contourChart", "`y`", y);
    return { name, x, y, style };
  });
}

function checkAreas(areas: unknown): asserts areas is Areas {
  takes("contourChart", "`areas`: { indices, columns, rows }", areas, isRecord(areas));
  const { indices, columns, rows } = areas as unknown as Areas; // a record
  const listed = Array.isArray(indices) || ArrayBuffer.isView(indices);
  takes(
    "contourChart",
    "`areas` of whole numbers from -1",
    indices,
    listed && Array.from(indices).every((i) => Number.isInteger(i) && i >= -1),
  );
  for (const count of [columns, rows])
    takes(
      "contourChart",
      "2 to 2,048 `columns` and `rows`",
      count,
      Number.isInteger(count) && count >= 2 && count <= 2048,
    );
  if (indices.length !== columns * rows)
    throw new OptimizerError(
      `\`contourChart\`: areas of ${columns} × ${rows} have ${columns * rows} cells; got ${indices.length}.`,
    );
}

/** Each area as one path of horizontal runs; a cell is as wide as the distance between two grid points and lies around its own. */
function areaPaths(
  { indices, columns, rows }: Areas,
  [left, right]: readonly [number, number],
  [bottom, top]: readonly [number, number],
): string[] {
  const [wide, high] = [(right - left) / (columns - 1), (bottom - top) / (rows - 1)];
  const paths = new Map<number, string>();
  for (let r = 0; r < rows; r++)
    for (let c = 0, from = 0; c < columns; c++) {
      const index = indices[r * columns + c]!; // as many
      if (c + 1 < columns && indices[r * columns + c + 1] === index) continue;
      if (index >= 0) {
        // Ends are rounded and not lengths, so that neighbours meet.
        const [x, end] = [tenths(left + (from - 0.5) * wide), tenths(left + (c + 0.5) * wide)];
        const [y, below] = [tenths(bottom - (r + 0.5) * high), tenths(bottom - (r - 0.5) * high)];
        const run = `M${x} ${y}h${tenths(end - x)}v${tenths(below - y)}h${tenths(x - end)}Z`;
        paths.set(index, (paths.get(index) ?? "") + run);
      }
      from = c + 1;
    }
  return [...paths].map(([index, d]) => element("path", { class: "viz-area", d, fill: styleOf(index).colour }));
}

/**
 * The heights of levels: equally many grid points lie between one and the next in the lower two thirds, and the spread is even in the
 * square root above, so that a valley's floor is seen beside walls a thousand times as high.
 */
export function levelsOf(values: ArrayLike<number>, count: number): number[] {
  checkNumbers("levelsOf", "`values`", values);
  takes("levelsOf", "1 to 64 levels", count, Number.isInteger(count) && count >= 1 && count <= 64);
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) return [];
  const found = Array.from({ length: count }, (_, i) => {
    const share = ((i + 1) / (count + 1)) ** 1.35;
    return sorted[Math.floor(share * (sorted.length - 1))]!; // within the list
  });
  return [...new Set(found)].filter((level) => level > sorted[0]!);
}

function levelPaths(
  field: Field,
  count: number,
  atColumn: (c: number) => number,
  atRow: (r: number) => number,
): string[] {
  const { columns, rows } = field;
  const levels = levelsOf(field.values, count);
  const finite = Float64Array.from(field.values, (v) => (Number.isFinite(v) ? v : Number.MAX_VALUE));
  const make = contours().size([columns, rows]);
  return levels.map((level) => {
    const { coordinates } = make.contour(finite as unknown as number[], level); // it reads by index
    // A value stands in the middle of its cell.
    const ring = (points: readonly (readonly number[])[]): string =>
      `M${points
        .slice(0, -1)
        .map(([c = 0, r = 0]) => `${pixels1(atColumn(c - 0.5))} ${pixels1(atRow(r - 0.5))}`)
        .join("L")}Z`;
    return element("path", { class: "viz-level", d: coordinates.flat().map(ring).join("") });
  });
}

/** Contours are many points, so a tenth of a pixel has to do. */
const pixels1 = (value: number): string => String(tenths(value));
const tenths = (value: number): number => Math.round(value * 10) / 10 + 0;
