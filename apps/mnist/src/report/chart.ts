/** A point; a gap if y is not finite or is out of the scale's range. */
export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** `line` is drawn as is, `cloud` (many points) as a mean with a min–max band, `dots` as connected markers. */
  readonly as: "line" | "cloud" | "dots";
  /** One of the page's colours, 1 to `colours`. */
  readonly colour: number;
  /** Half the height of each point's error bar. */
  readonly spread?: readonly number[] | undefined;
}

export interface Chart {
  readonly title: string;
  readonly note?: string | undefined;
  readonly series: readonly Series[];
  readonly x: {
    readonly label: string;
    readonly log?: boolean | undefined;
    /** Marks whole numbers only: epochs. */
    readonly whole?: boolean | undefined;
  };
  readonly y: { readonly log?: boolean | undefined; readonly percent?: boolean | undefined };
}

const width = 540;
const height = 250;
const inner = { left: 54, right: 14, top: 10, bottom: 34 };
const bins = 160;
export const colours = 8;

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** A number formatted for an axis: 0.003, 1,200, 2e-7. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });
}

/** Round numbers between `low` and `high`, about `most` of them; on a log scale powers of ten, with 2s and 5s if few. */
export function ticks(low: number, high: number, log: boolean, most = 5): number[] {
  if (log) {
    const decades = Math.log10(high / low);
    const stems = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
    const every = Math.max(1, Math.ceil(decades / 6));
    const out: number[] = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
      if (stems.length === 1 && e % every !== 0) continue;
      for (const stem of stems) out.push(Number(`${stem}e${e}`));
    }
    return out.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  }
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999) ?? power * 10;
  const out: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    out.push(Number((i * step).toPrecision(12)));
  return out;
}

/** At most about six whole numbers in the range, at a distance of 1, 2, 5, 10 and so on. */
export function wholes(low: number, high: number): number[] {
  const rough = Math.max(1, (high - low) / 6);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999)!; // 10 times the power is
  const from = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - from + 1) }, (_, i) => (from + i) * step);
}

/** Mean, minimum and maximum of neighbouring points, so that thousands of steps become a readable curve. */
function condense(points: readonly Point[]): { x: number; mean: number; low: number; high: number }[] {
  const per = Math.max(1, Math.ceil(points.length / bins));
  const out = [];
  for (let at = 0; at < points.length; at += per) {
    const part = points.slice(at, at + per);
    const ys = part.map(([, y]) => y);
    const mean = ys.reduce((a, b) => a + b, 0) / ys.length;
    out.push({ x: part[part.length >> 1]![0], mean, low: Math.min(...ys), high: Math.max(...ys) });
  }
  return out;
}

const path = (points: readonly Point[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`).join("");

/** The range of the values, widened if all are equal. */
function range(values: readonly number[], log: boolean): [number, number] {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (!Number.isFinite(low)) [low, high] = log ? [0.1, 1] : [0, 1];
  if (log) return high / low < 2 ? [low / 1.5, high * 1.5] : [low, high];
  if (high - low < 1e-12 * Math.max(1, Math.abs(high))) {
    const room = Math.abs(high) * 0.5 || 1;
    return [Math.max(low - room, low >= 0 ? 0 : -Infinity), high + room];
  }
  return [low, high];
}

/** Whether a scale can show it: a diverged run may have values near the limits of float64. */
const fits = ([px, py]: Point, logX: boolean, logY: boolean): boolean =>
  Math.abs(py) < 1e30 && (!logY || py > 1e-30) && (!logX || px > 0);

/** A chart as an SVG element; its colours are the page's (`--c1` … `--c8`, `--grid`). */
export function chart({ title, note, series, x, y }: Chart): string {
  const log = y.log === true;
  const drawn = series.map((one) => {
    const kept = one.points.flatMap((point, i) => (fits(point, x.log === true, log) ? [i] : []));
    return { ...one, points: kept.map((i) => one.points[i]!), spread: kept.map((i) => one.spread?.[i] ?? 0) };
  });
  const xs = drawn.flatMap((one) => one.points.map(([px]) => px));
  const ys = drawn.flatMap((one) =>
    one.as === "cloud"
      ? condense(one.points).map((bin) => bin.mean)
      : one.points.flatMap(([, py], i) => [py - (one.spread?.[i] ?? 0), py + (one.spread?.[i] ?? 0)]),
  );
  const [x0, x1] = range(xs, x.log === true);
  let [y0, y1] = range(log ? ys.filter((v) => v > 0) : ys, log);
  if (log) [y0, y1] = [y0 / 1.25, y1 * 1.25];
  else {
    const room = (y1 - y0) * 0.06;
    [y0, y1] = [y0 >= 0 ? Math.max(0, y0 - room) : y0 - room, y.percent === true ? Math.min(1, y1 + room) : y1 + room];
  }
  const scale = (v: number, a: number, b: number, logarithmic: boolean): number =>
    logarithmic ? Math.log(v / a) / Math.log(b / a) : (v - a) / (b - a);
  const px = (v: number): number => inner.left + scale(v, x0, x1, x.log === true) * (width - inner.left - inner.right);
  const py = (v: number): number => {
    const part = Math.min(1, Math.max(0, scale(Math.max(v, log ? y0 : -Infinity), y0, y1, log)));
    return height - inner.bottom - part * (height - inner.top - inner.bottom);
  };
  const label = (v: number): string => (y.percent === true ? `${Number((v * 100).toPrecision(4))} %` : short(v));

  const out: string[] = [];
  for (const tick of ticks(y0, y1, log)) {
    const at = py(tick).toFixed(1);
    out.push(`<line class="grid" x1="${inner.left}" x2="${width - inner.right}" y1="${at}" y2="${at}"/>`);
    out.push(`<text class="tick" x="${inner.left - 8}" y="${at}" dy=".32em" text-anchor="end">${label(tick)}</text>`);
  }
  for (const tick of x.whole === true ? wholes(x0, x1) : ticks(x0, x1, x.log === true, 6)) {
    const at = px(tick).toFixed(1);
    out.push(
      `<text class="tick" x="${at}" y="${height - inner.bottom + 16}" text-anchor="middle">${short(tick)}</text>`,
    );
  }
  out.push(
    `<text class="tick" x="${width - inner.right}" y="${height - 3}" text-anchor="end">${escaped(x.label)}</text>`,
  );
  for (const { name, points, as, colour, spread } of drawn) {
    if (as === "cloud") {
      const all = condense(points);
      const band = [
        ...all.map((b): Point => [px(b.x), py(b.high)]),
        ...all.reverse().map((b): Point => [px(b.x), py(b.low)]),
      ];
      if (points.length > all.length) out.push(`<path class="band c${colour}" d="${path(band)}Z"/>`);
      out.push(`<path class="line c${colour}" d="${path(all.reverse().map((b): Point => [px(b.x), py(b.mean)]))}"/>`);
      continue;
    }
    out.push(`<path class="line c${colour}" d="${path(points.map(([vx, vy]): Point => [px(vx), py(vy)]))}"/>`);
    points.forEach(([vx, vy], i) => {
      const [cx, half] = [px(vx).toFixed(1), spread?.[i] ?? 0];
      if (half > 0)
        out.push(
          `<line class="line c${colour}" x1="${cx}" x2="${cx}" y1="${py(vy - half).toFixed(1)}" y2="${py(vy + half).toFixed(1)}"/>`,
        );
      if (as === "dots") {
        const tip = `${name}: ${label(vy)}${half > 0 ? ` ± ${label(half)}` : ""} at ${short(vx)}`;
        out.push(
          `<circle class="dot c${colour}" cx="${cx}" cy="${py(vy).toFixed(1)}" r="4"><title>${escaped(tip)}</title></circle>`,
        );
      }
    });
  }
  const legend =
    series.length > 1
      ? `<p class="legend">${series.map((one) => `<span class="key c${one.colour}">${escaped(one.name)}</span>`).join("")}</p>`
      : "";
  return `<figure class="chart"><figcaption>${escaped(title)}${note === undefined ? "" : ` <small>${escaped(note)}</small>`}</figcaption>${legend}
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">${out.join("")}</svg></figure>`;
}
