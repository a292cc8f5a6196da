import { takes } from "@descent/core/adapter";

/**
 * How one of several things is told from the others: by colour, by dashes and by the shape of its marker, so that no single
 * one of them is needed to read a chart.
 */
export interface SeriesStyle {
  /** A CSS variable that `styleSheet` gives a colour for light and dark. */
  readonly colour: string;
  /** The value of `stroke-dasharray`; empty for a whole line. */
  readonly dash: string;
  readonly marker: Marker;
}
/** The shape of a marker. */
export type Marker = "circle" | "square" | "triangle" | "diamond" | "cross" | "plus" | "down" | "hexagon";

/**
 * Okabe and Ito's colours (https://jfly.uni-koeln.de/color/), which people with any kind of colour vision can tell apart: on dark as published; on light
 * the three brightest are darker, to stand out from the paper by 3 : 1 as WCAG 1.4.11 asks of graphics.
 */
const palette: readonly (readonly [name: string, light: string, dark: string])[] = [
  ["blue", "#0072b2", "#4aa3df"],
  ["vermillion", "#d55e00", "#f0742a"],
  ["green", "#00805d", "#1fb98c"],
  ["purple", "#b5568f", "#cc79a7"],
  ["orange", "#a87100", "#e69f00"],
  ["sky", "#2a83b5", "#56b4e9"],
  ["yellow", "#827900", "#f0e442"],
  ["ink", "#3a3a38", "#c9c8c2"],
];
const dashes = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 2", "6 2 1 2 1 2"] as const;
const markers: readonly Marker[] = ["circle", "square", "triangle", "diamond", "cross", "plus", "down", "hexagon"];

/** How many styles there are before one comes again with the next dashes. */
export const styleCount: number = palette.length;

/** The style of number `index`, from 0. The ninth has the first's colour with other dashes and another marker. */
export function styleOf(index: number): SeriesStyle {
  takes("styleOf", "a whole number, at least 0", index, Number.isSafeInteger(index) && index >= 0);
  const round = Math.floor(index / palette.length);
  const shifted = (index + 3 * round) % dashes.length;
  return {
    colour: `var(--viz-${palette[index % palette.length]![0]})`, // within the list
    dash: dashes[shifted]!,
    marker: markers[shifted]!,
  };
}

/** The outline of a marker around a point, as an SVG path; `size` is its radius in pixels. */
export function markerPath(marker: Marker, x: number, y: number, size: number): string {
  takes("markerPath", "the shape of a marker", marker, markers.includes(marker));
  for (const value of [x, y, size]) takes("markerPath", "numbers", value, typeof value === "number");
  const at = (...points: readonly (readonly [number, number])[]): string =>
    `${points.map(([dx, dy], i) => `${i === 0 ? "M" : "L"}${round(x + dx * size)} ${round(y + dy * size)}`).join("")}Z`;
  switch (marker) {
    case "circle":
      return `M${round(x - size)} ${round(y)}a${round(size)} ${round(size)} 0 1 0 ${round(2 * size)} 0a${round(size)} ${round(size)} 0 1 0 ${round(-2 * size)} 0Z`;
    case "square":
      return at([-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]);
    case "triangle":
      return at([0, -1.2], [1.1, 0.8], [-1.1, 0.8]);
    case "down":
      return at([0, 1.2], [1.1, -0.8], [-1.1, -0.8]);
    case "diamond":
      return at([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]);
    case "hexagon":
      return at([-1.1, 0], [-0.55, -0.95], [0.55, -0.95], [1.1, 0], [0.55, 0.95], [-0.55, 0.95]);
    case "plus":
      return at(...arms);
    case "cross":
      return at(...arms.map(([dx, dy]) => [(dx - dy) * Math.SQRT1_2, (dx + dy) * Math.SQRT1_2] as const));
  }
}

const arms: readonly (readonly [number, number])[] = [
  [-0.4, -1.2],
  [0.4, -1.2],
  [0.4, -0.4],
  [1.2, -0.4],
  [1.2, 0.4],
  [0.4, 0.4],
  [0.4, 1.2],
  [-0.4, 1.2],
  [-0.4, 0.4],
  [-1.2, 0.4],
  [-1.2, -0.4],
  [-0.4, -0.4],
]; // prettier as a cross than as a column

const round = (x: number): number => Math.round(x * 100) / 100 + 0;

/**
 * CSS for charts in a page: colours for light, and for dark where the reader's system asks for it or an element around them has
 * `data-theme="dark"`.
 */
export function styleSheet(): string {
  const variables = (which: 1 | 2, rest: string): string =>
    `${palette.map((entry) => `--viz-${entry[0]}:${entry[which]}`).join(";")};${rest}`;
  const light = variables(
    1,
    "--viz-paper:#fdfcfa;--viz-text:#1d1d1b;--viz-quiet:#66645e;--viz-line:#dedbd2;--viz-tint:#23648f;--viz-depth:.04",
  );
  const dark = variables(
    2,
    "--viz-paper:#16181b;--viz-text:#ecebe6;--viz-quiet:#a3a29a;--viz-line:#34373c;--viz-tint:#8fc3e6;--viz-depth:.024",
  );
  return [
    `:root,[data-theme="light"]{${light}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme="light"]){${dark}}}`,
    `[data-theme="dark"]{${dark}}`,
    ".viz{display:block;width:100%;height:auto;overflow:visible;font-variant-numeric:tabular-nums}",
    ".viz text{fill:var(--viz-quiet);font-size:12px}",
    ".viz .viz-label{fill:var(--viz-text)}",
    ".viz .viz-grid{stroke:var(--viz-line);stroke-width:1;fill:none}",
    ".viz .viz-path{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}",
    ".viz .viz-casing{fill:none;stroke:var(--viz-paper);stroke-width:4.5;stroke-linejoin:round;stroke-linecap:round;stroke-opacity:.75}",
    ".viz .viz-mark{stroke:var(--viz-paper);stroke-width:1.5}",
    ".viz .viz-area{fill-opacity:.34;shape-rendering:crispEdges}",
    ".viz .viz-cell{fill:var(--viz-tint)}",
    ".viz .viz-least{stroke:var(--viz-text);stroke-width:1.5}",
    ".viz .viz-level{fill:var(--viz-tint);fill-opacity:var(--viz-depth);stroke:var(--viz-tint);stroke-opacity:.22;stroke-width:.6}",
  ].join("\n");
}
