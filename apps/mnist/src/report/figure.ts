import { type AxisOptions, lineChart, type Series, styleOf } from "@descent/viz";
import { escaped } from "./text.ts";

/** A chart of a page: the picture that `@descent/viz` draws, under its title, a note and a legend. */
export interface Chart {
  /** Begins the ids inside; no two charts of a page share it. */
  readonly id: string;
  readonly title: string;
  readonly note?: string | undefined;
  readonly x: Omit<AxisOptions, "percent">;
  readonly y: { readonly log?: boolean | undefined; readonly percent?: boolean | undefined };
  readonly series: readonly Series[];
}

/** A chart as markup. Bands may leave the chart, so that one wild update does not flatten all others. */
export function figure({ id, title, note, x, y, series }: Chart): string {
  const styled = series.map((one, i) => ({ ...one, style: one.style ?? i }));
  const ys = extent(
    series.map((one) => one.y),
    y.log === true,
  );
  const { svg } = lineChart({
    id,
    title,
    width: 500,
    height: 264,
    ends: false,
    x,
    y: { label: "", ...y, domain: ys === undefined ? [0.1, 1] : roomy(ys, y) },
    series: styled,
  });
  const keys = styled.map(
    ({ name, style }) => `<span class="key" style="--c:${styleOf(style).colour}">${escaped(name)}</span>`,
  );
  const legend = series.length > 1 ? `<p class="legend">${keys.join("")}</p>` : "";
  return `<figure class="chart"><figcaption>${escaped(title)}${note === undefined ? "" : ` <small>${escaped(note)}</small>`}</figcaption>${legend}
${svg}</figure>`;
}

/** The least and the greatest number that can be shown; undefined without any. A diverged run may have numbers near the limits of float64. */
function extent(lists: readonly ArrayLike<number>[], log: boolean): readonly [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!; // within the list
      if (!(Math.abs(value) < 1e30) || (log && !(value > 1e-30))) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return low <= high ? [low, high] : undefined;
}

/** A range with some room around it; parts of a whole stay between 0 and 1. */
function roomy([low, high]: readonly [number, number], { log, percent }: Chart["y"]): readonly [number, number] {
  if (log) return high / low < 1.5 ? [low / 1.5, high * 1.5] : [low / 1.25, high * 1.25];
  const flat = high - low < 1e-9 * Math.max(1, Math.abs(high));
  const room = flat ? Math.abs(high) / 2 || 1 : 0.06 * (high - low);
  return [low >= 0 ? Math.max(0, low - room) : low - room, percent ? Math.min(1, high + room) : high + room];
}
