/** Charts as functions from numbers to SVG: no DOM is needed, so Node and browsers draw the same picture. */

export { condensed } from "./charts/condensed.ts";
export {
  type Areas,
  type ContourChartOptions,
  contourChart,
  type Field,
  levelsOf,
  type Path,
} from "./charts/contours.ts";
export type { Figure, FrameOptions } from "./charts/frame.ts";
export { type HeatChartOptions, type HeatRow, heatChart } from "./charts/heat.ts";
export { type AxisOptions, type LineChartOptions, lineChart, type Series } from "./charts/lines.ts";
export { type Cell, tableOf } from "./charts/table.ts";
export { formatNumber } from "./draw/number.ts";
export { linePath } from "./draw/path.ts";
export { type Scale, scale } from "./draw/scale.ts";
export { type Marker, markerPath, type SeriesStyle, styleCount, styleOf, styleSheet } from "./draw/style.ts";
