import { OptimizerError } from "@descent/core";
import { isRecord, takes } from "@descent/core/adapter";
import { element, escaped, pixels } from "../draw/markup.ts";
import { checkNumbers, linePath, within } from "../draw/path.ts";
import { type Scale, scale } from "../draw/scale.ts";
import { type Marker, markerPath, styleOf } from "../draw/style.ts";
import { axisBelow, axisLeft, type Figure, type FrameOptions, frameOf, svgOf } from "./frame.ts";
import { tableOf } from "./table.ts";

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** Default 0, 1, 2, …. */
  readonly x?: ArrayLike<number> | undefined;
  /** One number per point; a NaN is a gap. */
  readonly y: ArrayLike<number>;
  /** A band around the line, such as quartiles. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> } | undefined;
  /** Which of the styles it has; default its place in the list. */
  readonly style?: number | undefined;
  /** A small marker at every point; default the chart's `points`. */
  readonly points?: boolean | undefined;
}

/** The name of a quantity, whether its scale is logarithmic, and where it begins and ends; by default where the numbers do. */
export interface AxisOptions {
  /** The name of the quantity, with its unit. */
  readonly label: string;
  /** Whether the scale is logarithmic; default false. */
  readonly log?: boolean | undefined;
  /** Where the axis begins and ends; by default where the numbers do. */
  readonly domain?: readonly [number, number] | undefined;
  /** Whether only whole numbers are marked, such as epochs; default false. */
  readonly whole?: boolean | undefined;
  /** Whether the numbers are parts and written as percents; default false. */
  readonly percent?: boolean | undefined;
}

/** Options of `lineChart`. */
export interface LineChartOptions extends FrameOptions {
  /** The horizontal axis. */
  readonly x: AxisOptions;
  /** The vertical axis. */
  readonly y: AxisOptions;
  /** The lines, in the order of the legend. */
  readonly series: readonly Series[];
  /** A marker at the last point of each line; default true. */
  readonly ends?: boolean | undefined;
  /** A small marker at every point, so that one between gaps is seen; default false. */
  readonly points?: boolean | undefined;
}

/**
 * Lines over a common axis, such as losses over steps, with a band where there is one. Numbers that are not finite, or not above 0 on
 * a logarithmic scale, leave a gap. The table has each line's first, least and last number.
 */
export function lineChart(options: LineChartOptions): Figure {
  const frame = frameOf("lineChart", options, [640, 320]);
  const series = seriesOf(options.series);
  const { ends = true, points = false } = options;
  for (const flag of [ends, points])
    takes("lineChart", "`ends` and `points`: true or false", flag, typeof flag === "boolean");
  const [xAxis, yAxis] = [axisOf("x", options.x), axisOf("y", options.y)];
  const { width, height, id } = frame;
  const x = scale(
    domainOf(
      xAxis,
      series.map((one) => one.x),
    ),
    [58, width - 14],
    { log: xAxis.log },
  );
  const all = series.flatMap((one) => [one.y, ...(one.band ? [one.band.low, one.band.high] : [])]);
  const y = scale(domainOf(yAxis, all), [height - 44, 28], { log: yAxis.log });
  const clip = `${id}-clip`;
  const svg = svgOf(
    frame,
    element("clipPath", { id: clip }, box(x, y)),
    axisLeft(x, y, yAxis.label, true, yAxis),
    axisBelow(x, y, xAxis.label, false, xAxis),
    element("g", { "clip-path": `url(#${clip})` }, ...series.map((one) => drawn(one, x, y, { ends, points }))),
  );
  const table = tableOf(
    frame.title,
    ["", "first", "least", "last"],
    series.map(({ name, y }) => {
      const finite = Array.from(y).filter(Number.isFinite);
      return [
        name,
        y[0] ?? Number.NaN,
        finite.length > 0 ? finite.reduce((a, b) => Math.min(a, b)) : Number.NaN,
        y[y.length - 1] ?? Number.NaN,
      ];
    }),
  );
  return { svg, table, x, y };
}

/** A line with nothing left out but a band. */
interface Ready extends Pick<Series, "name" | "y" | "band"> {
  readonly x: ArrayLike<number>;
  readonly style: number;
  readonly points: boolean | undefined;
}

function seriesOf(given: unknown): Ready[] {
  takes("lineChart", "`series`: a list of lines", given, Array.isArray(given));
  return (given as readonly unknown[]).map((one, i) => {
    takes("lineChart", "lines: { name, y }", one, isRecord(one));
    const { name, y, x, band, style = i, points } = one as unknown as Series; // a record
    takes("lineChart", "the `name` of a line", name, typeof name === "string");
    takes("lineChart", "`points`: true or false", points, points === undefined || typeof points === "boolean");
    checkNumbers("lineChart", "`y`", y);
    if (x !== undefined) checkNumbers("lineChart", "`x`", x);
    if (band !== undefined) {
      takes("lineChart", "`band`: { low, high }", band, isRecord(band));
      checkNumbers("lineChart", "`low`", band.low);
      checkNumbers("lineChart", "`high`", band.high);
    }
    for (const other of [x, band?.low, band?.high])
      if (other !== undefined && other.length !== y.length)
        throw new OptimizerError(
          `\`lineChart\`: the line \`${name}\` has ${y.length} numbers in \`y\` and ${other.length} beside it.`,
        );
    return { name, y, x: x ?? Array.from({ length: y.length }, (_, k) => k), band, style, points };
  });
}

function axisOf(which: string, axis: unknown): AxisOptions {
  takes("lineChart", `\`${which}\`: { label }`, axis, isRecord(axis));
  const { label, log, whole, percent } = axis as unknown as AxisOptions; // a record
  takes("lineChart", `\`${which}\`: { label }, a text`, label, typeof label === "string");
  for (const [name, flag] of Object.entries({ log, whole, percent }))
    takes("lineChart", `\`${name}\`: true or false`, flag, flag === undefined || typeof flag === "boolean");
  return axis as unknown as AxisOptions;
}

/** From the least number that can be shown to the greatest, with room for one where they are equal. */
function domainOf(
  { domain, log = false }: AxisOptions,
  numbers: readonly ArrayLike<number>[],
): readonly [number, number] {
  if (domain !== undefined) return domain; // which `scale` checks
  let low = Infinity;
  let high = -Infinity;
  for (const list of numbers)
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!; // within the list
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (low > high) return log ? [1, 10] : [0, 1];
  if (low < high) return [low, high];
  if (log) return [low / 10, high * 10];
  const room = Math.max(1, Math.abs(low) / 1e3); // 1 alone would not change a large number
  return [low - room, high + room];
}

const box = (x: Scale, y: Scale): string => {
  const [left, right, top, bottom] = [
    Math.min(...x.range),
    Math.max(...x.range),
    Math.min(...y.range),
    Math.max(...y.range),
  ];
  return element("rect", {
    x: pixels(left),
    y: pixels(top - 6),
    width: pixels(right - left + 8),
    height: pixels(bottom - top + 6),
  });
};

function drawn(
  { name, x: xs, y: ys, band, style, points: own }: Ready,
  x: Scale,
  y: Scale,
  { ends, points }: { readonly ends: boolean; readonly points: boolean },
): string {
  const { colour, dash, marker } = styleOf(style);
  const last = lastShown(xs, ys, x, y);
  return element(
    "g",
    { "data-series": name },
    ...(band ? [element("path", { d: bandPath(xs, band, x, y), fill: colour, "fill-opacity": 0.16 })] : []),
    element("path", {
      class: "viz-path",
      d: linePath(xs, ys, x, y),
      stroke: colour,
      "stroke-dasharray": dash === "" ? undefined : dash,
    }),
    ...((own ?? points) ? [element("path", { d: dots(xs, ys, x, y, marker), fill: colour })] : []),
    ...(ends && last
      ? [element("path", { class: "viz-mark", d: markerPath(marker, ...last, 4.5), fill: colour })]
      : []),
    element("title", {}, escaped(name)),
  );
}

/** A small marker at every point that can be shown. */
const dots = (xs: ArrayLike<number>, ys: ArrayLike<number>, x: Scale, y: Scale, marker: Marker): string =>
  Array.from(xs, (value, i) => [x.at(value), y.at(ys[i]!)] as const) // of one length
    .filter((at) => at.every(Number.isFinite))
    .map(([px, py]) => markerPath(marker, within(px), within(py), 3))
    .join("");

function lastShown(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: Scale,
  y: Scale,
): readonly [number, number] | undefined {
  for (let i = ys.length - 1; i >= 0; i--) {
    const at = [x.at(xs[i]!), y.at(ys[i]!)] as const; // of one length
    if (at.every(Number.isFinite)) return [within(at[0]), within(at[1])];
  }
  return undefined;
}

/** Along the upper edge and back along the lower one, in pieces where a number is missing. */
function bandPath(xs: ArrayLike<number>, { low, high }: NonNullable<Series["band"]>, x: Scale, y: Scale): string {
  const pieces: [number, number, number][][] = [[]];
  for (let i = 0; i < xs.length; i++) {
    const at: [number, number, number] = [x.at(xs[i]!), y.at(low[i]!), y.at(high[i]!)]; // of one length
    if (at.every(Number.isFinite)) pieces.at(-1)!.push([within(at[0]), within(at[1]), within(at[2])]);
    else if (pieces.at(-1)!.length > 0) pieces.push([]); // there is always one
  }
  return pieces
    .filter((piece) => piece.length > 1)
    .map((piece) => {
      const over = piece.map(([px, , py]) => `${pixels(px)} ${pixels(py)}`);
      const under = piece.map(([px, py]) => `${pixels(px)} ${pixels(py)}`).reverse();
      return `M${[...over, ...under].join("L")}Z`;
    })
    .join("");
}
