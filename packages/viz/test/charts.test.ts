import {
  condensed,
  contourChart,
  formatNumber,
  heatChart,
  levelsOf,
  lineChart,
  linePath,
  markerPath,
  scale,
  styleCount,
  styleOf,
  styleSheet,
  tableOf,
} from "@descent/viz";
import { describe, expect, test } from "vitest";

/** Where tags open and close: every one must close in order, and quotes must pair. */
function tags(markup: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  for (const [, slash, name, empty] of markup.matchAll(/<(\/?)([a-zA-Z]+)(?:\s[\w:-]+="[^"<]*")*(\/?)>/g)) {
    if (slash) expect(open.pop()).toBe(name);
    else {
      seen.push(name!);
      if (!empty) open.push(name!);
    }
  }
  expect(open).toEqual([]);
  expect(markup.match(/<[a-zA-Z]/g)).toHaveLength(seen.length); // none that the pattern does not know
  return seen;
}

describe("a scale", () => {
  test("goes to pixels and back", () => {
    const linear = scale([-5, 5], [0, 100]);
    expect([linear.at(-5), linear.at(0), linear.at(5), linear.invert(25)]).toEqual([0, 50, 100, -2.5]);
    const log = scale([1, 1000], [30, 0], { log: true });
    expect(log.at(10)).toBeCloseTo(20);
    expect(log.invert(10)).toBeCloseTo(100);
    expect(log.at(0)).toBeNaN();
  });

  test.each([
    [[0, 1], false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [[-2.5, 2.5], false, [-2, -1, 0, 1, 2]],
    [[0, 873], false, [0, 200, 400, 600, 800]],
    [[1e-8, 1e2], true, [1e-8, 1e-6, 1e-4, 1e-2, 1, 1e2]],
    [[2, 60], true, [10]],
    [[2, 9], true, [2, 4, 6, 8]],
    [[7.9, 49], true, [10, 20, 30, 40]],
    [[0.58, 0.82], true, [0.6, 0.65, 0.7, 0.75, 0.8]],
    [[0.012, 0.07], true, [0.02, 0.03, 0.04, 0.05, 0.06, 0.07]],
  ] as const)("has round ticks between %j", (domain, log, ticks) => {
    const found = scale(domain, [0, 1], { log }).ticks(5);
    if (domain[1] === 60) expect(found).toContain(10);
    else expect(found).toEqual(ticks);
  });
});

test("numbers are written for people", () => {
  expect(
    [0, 0.1 + 0.2, -1.5, 123456, 0.00012345678, Infinity, -Infinity, Number.NaN].map((x) => formatNumber(x)),
  ).toEqual(["0", "0.3", "−1.5", "1.235e5", "1.235e−4", "∞", "−∞", "NaN"]);
});

describe("a path", () => {
  const [x, y] = [scale([0, 10], [0, 100]), scale([0, 10], [100, 0])];
  test("goes from point to point, y upwards", () => {
    expect(linePath([0, 5, 10], [0, 10, 2.5], x, y)).toBe("M0 100L50 0L100 75");
    expect(linePath([0, 5, 10], [0, 10, 2.5], x, y, 2)).toBe("M0 100L50 0");
  });
  test("breaks where a number is missing, and leaves out what nobody could see", () => {
    expect(linePath([0, 1, 2, 3], [0, Number.NaN, 2, 3], x, y)).toBe("M0 100M20 80L30 70");
    expect(linePath([0, 0.001, 0.002, 1], [0, 0, 0, 0], x, y)).toBe("M0 100L10 100");
  });
  test("keeps points far outside at a distance that renderers can draw", () => {
    expect(linePath([0, 1e30], [0, -1e30], x, y)).toBe("M0 100L10000 10000");
  });
});

test("the ninth line has the first's colour with other dashes and another marker", () => {
  const [first, ninth] = [styleOf(0), styleOf(styleCount)];
  expect(ninth.colour).toBe(first.colour);
  expect(ninth.dash).not.toBe(first.dash);
  expect(ninth.marker).not.toBe(first.marker);
  const all = Array.from({ length: 40 }, (_, i) => JSON.stringify(styleOf(i)));
  expect(new Set(all).size).toBe(40);
});

/** WCAG's relative luminance of #rrggbb. */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test.each(["light", "dark"])("in %s every colour stands out from the paper by 3 : 1, and text by 4.5 : 1", (mode) => {
  const [light, , dark] = styleSheet().split("\n");
  const colours = new Map(
    [...(mode === "light" ? light! : dark!).matchAll(/--viz-(\w+):(#\w{6})/g)].map(([, name, c]) => [name!, c!]),
  );
  const paper = luminance(colours.get("paper")!);
  for (const [name, colour] of colours) {
    if (["paper", "line", "tint"].includes(name)) continue;
    const own = luminance(colour);
    const contrast = (Math.max(own, paper) + 0.05) / (Math.min(own, paper) + 0.05);
    expect([name, contrast >= (["text", "quiet"].includes(name) ? 4.5 : 3)]).toEqual([name, true]);
  }
});

describe("a line chart", () => {
  const chart = lineChart({
    title: "Loss <of> a run",
    description: "It falls.",
    x: { label: "step" },
    y: { label: "loss", log: true },
    series: [
      { name: "Adam & co", y: [100, 10, 1], band: { low: [90, 9, 0.9], high: [110, 11, 1.1] } },
      { name: "SGD", y: [100, Infinity, 0.9] },
    ],
    width: 200,
    height: 132,
    id: "t",
  });

  test("keeps markers, ends and bands far outside at a distance that renderers can draw", () => {
    const y = [0.5, -8e303, 1e305];
    const { svg } = lineChart({
      title: "",
      x: { label: "" },
      y: { label: "", domain: [0, 1] },
      series: [{ name: "a", y, points: true, band: { low: y, high: y } }],
    });
    expect(svg).not.toMatch(/Infinity|NaN|e\+/);
    expect(svg).toContain("10000");
    expect(svg).toContain("-10000");
  });

  test("is well formed, with a title and a description", () => {
    const seen = tags(chart.svg);
    expect(seen[0]).toBe("svg");
    expect(chart.svg).toContain('<title id="t-title">Loss &lt;of&gt; a run</title><desc id="t-desc">It falls.</desc>');
    expect(chart.svg).toContain('aria-labelledby="t-title t-desc"');
    tags(chart.table);
  });

  test("places points by its scales", () => {
    // x: 0 to 2 over 58 to 186. y: log 0.9 to 110 over 88 to 28, so 100 lies at 88 - 60 · log(100 / 0.9) / log(110 / 0.9).
    const at = (value: number): number =>
      Math.round((88 - (60 * Math.log(value / 0.9)) / Math.log(110 / 0.9)) * 100) / 100;
    expect(chart.svg).toContain(`d="M58 ${at(100)}L122 ${at(10)}L186 ${at(1)}"`);
    expect(chart.svg).toContain(`d="M58 ${at(110)}L122 ${at(11)}L186 ${at(1.1)}L186 88L122 ${at(9)}L58 ${at(90)}Z"`);
    expect(chart.svg).toContain(`d="M58 ${at(100)}M186 88"`); // not through infinity
  });

  test("marks every point where it should, also one between gaps", () => {
    const lone = lineChart({
      title: "",
      x: { label: "" },
      y: { label: "" },
      series: [{ name: "a", y: [Infinity, 1, Infinity] }],
      ends: false,
      points: true,
    });
    expect(lone.svg).toContain(`d="${markerPath("circle", lone.x.at(1), lone.y.at(1), 3)}"`);
  });

  test("has room around a number alone, a large one too", () => {
    const of = (y: number) =>
      lineChart({ title: "", x: { label: "" }, y: { label: "" }, series: [{ name: "a", y: [y] }] });
    expect([of(3).y.domain, of(-1e30).y.domain]).toEqual([
      [2, 4],
      [-1.001e30, -0.999e30],
    ]);
  });

  test("marks whole numbers, and writes parts as percents", () => {
    const parts = lineChart({
      title: "",
      x: { label: "epoch", whole: true },
      y: { label: "", percent: true },
      series: [{ name: "a", x: [0.1, 2.2], y: [0, 0.5], points: true }],
      ends: false,
    });
    const texts = [...parts.svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    expect(texts).toEqual(["0 %", "10 %", "20 %", "30 %", "40 %", "50 %", "", "1", "2", "epoch"]);
    expect(parts.svg).toContain(markerPath("circle", parts.x.at(0.1), parts.y.at(0), 3));
  });

  test("of many points can be condensed to means with their range", () => {
    expect(condensed([0, 1, 2, 3, 4], [1, 3, Infinity, 7, 5], 3)).toEqual({
      x: [1, 3, 4],
      y: [2, 7, 5],
      band: { low: [1, 7, 5], high: [3, 7, 5] },
    });
    expect(condensed([0], [Number.NaN]).y).toEqual([Number.NaN]);
    expect(() => condensed([0], [])).toThrow("there are 1 numbers in `x` and 0 in `y`");
  });

  test("is a table too", () => {
    expect(chart.table).toContain('<th scope="row">Adam &amp; co</th><td>100</td><td>1</td><td>1</td>');
    expect(chart.table).toContain('<th scope="row">SGD</th><td>100</td><td>0.9</td><td>0.9</td>');
  });

  test("refuses lines whose numbers do not pair", () => {
    expect(() =>
      lineChart({ title: "", x: { label: "" }, y: { label: "" }, series: [{ name: "a", x: [1], y: [1, 2] }] }),
    ).toThrow("the line `a` has 2 numbers in `y` and 1 beside it");
  });
});

describe("a contour chart", () => {
  const n = 41;
  const values = Float64Array.from({ length: n * n }, (_, i) => {
    const [c, r] = [(i % n) / 10 - 2, Math.floor(i / n) / 10 - 2];
    return c * c + r * r;
  });
  const field = { values, columns: n, rows: n, x: [-2, 2], y: [-2, 2] } as const;
  const chart = contourChart({
    title: "A bowl",
    field,
    width: 444,
    height: 438,
    levels: 5,
    marks: [[0, 0]],
    paths: [{ name: "a path", x: [-1, 0, 2], y: [1, 0, Number.NaN] }],
  });

  test("draws each level where the function has its value", () => {
    const levels = levelsOf(values, 5);
    const drawn = [...chart.svg.matchAll(/class="viz-level" d="([^"]+)"/g)].map(([, d]) => d!);
    expect(drawn).toHaveLength(5);
    for (const [i, d] of drawn.entries()) {
      const radii = [...d.matchAll(/([\d.-]+) ([\d.-]+)/g)]
        .map(([, px, py]) => [chart.x.invert(Number(px)), chart.y.invert(Number(py))] as const)
        .filter(([x, y]) => Math.max(Math.abs(x), Math.abs(y)) < 1.95) // not the edge of the picture
        .map(([x, y]) => Math.hypot(x, y));
      expect(radii.length).toBeGreaterThan(8);
      // Between grid points a circle is drawn as chords: their sagitta is (0.1)² / (8 r).
      for (const r of radii) expect(Math.abs(r - Math.sqrt(levels[i]!))).toBeLessThan(0.012);
    }
  });

  test("is well formed, and its path breaks off where numbers end", () => {
    tags(chart.svg);
    expect(chart.svg).toContain('class="viz-path" d="M138 108L238 208"');
    expect(chart.table).toContain("<td>−1</td><td>1</td><td>2</td><td>NaN</td>");
  });

  test("tints areas in runs, each cell around its grid point", () => {
    const { svg } = contourChart({
      title: "",
      field,
      width: 444,
      height: 438,
      areas: { indices: [0, 0, -1, 1, 1, 0], columns: 3, rows: 2 },
    });
    // 400 pixels wide from 38 and high from 8: cells of 200 × 400 around the points of the grid, y upwards.
    const runs = [...svg.matchAll(/class="viz-area" d="([^"]+)" fill="([^"]+)"/g)].map(([, d, fill]) => [d, fill]);
    expect(runs).toEqual([
      ["M-62 208h400v400h-400ZM338 -192h200v400h-200Z", styleOf(0).colour],
      ["M-62 -192h400v400h-400Z", styleOf(1).colour],
    ]);
  });

  test("refuses a field of another size", () => {
    expect(() => contourChart({ title: "", field: { ...field, rows: 40 } })).toThrow(
      "a field of 41 × 40 has 1640 values; got 1681",
    );
  });
});

describe("a heat map", () => {
  const chart = heatChart({
    title: "Loss by rule & rate",
    columns: { label: "rate", names: ["0.1", "1", "10"] },
    rows: [
      { name: "SGD", values: [100, 10, Infinity] },
      { name: "Adam", values: [0, 1, 1000] },
    ],
    log: true,
  });

  test("is deeper the lower a number is, by its logarithm, and frames the lowest of each row", () => {
    tags(chart.svg);
    const cells = [...chart.svg.matchAll(/class="(viz-cell[^"]*)" fill-opacity="([\d.]+)"/g)];
    const depths = cells.map(([, kind, depth]) => [kind!.includes("viz-least"), Number(depth)] as const);
    // From 0.03 at 1000 to 0.45 at 1: 0.14 for each power of ten, rounded to hundredths.
    expect(depths).toEqual([
      [false, 0.17],
      [true, 0.31],
      [true, 0.45],
      [false, 0.03],
    ]);
  });

  test("crosses what has no place on its scale, and says every number in its table", () => {
    expect(chart.svg.match(/class="viz-grid"/g)).toHaveLength(2); // Infinity, and 0 on a logarithmic scale
    expect(chart.table).toContain('<th scope="row">SGD</th><td>100</td><td>10</td><td>∞</td>');
  });

  test("puts rows from top to bottom and columns from left to right in its scales", () => {
    const at = (value: string): number[] => {
      const [, x, y] = new RegExp(`x="([\\d.]+)" y="([\\d.]+)"[^>]*>${value}<`).exec(chart.svg)!;
      return [chart.x.invert(Number(x)), chart.y.invert(Number(y) - 4)]; // text stands 4 below the middle
    };
    for (const [value, column, row] of [["100", 0, 1], ["10", 1, 1], ["1000", 2, 0]] as const) // biome-ignore format: one line
      expect(at(value).map((v) => Math.round(v * 50) / 50)).toEqual([column, row]);
  });

  test("refuses a row of another length", () => {
    const row = { name: "a", values: [1, 2] };
    expect(() => heatChart({ title: "", columns: { label: "", names: ["1"] }, rows: [row] })).toThrow(
      "the row `a` has 2 numbers for 1 columns",
    );
  });
});

test("markers are closed shapes around their point", () => {
  for (const marker of Array.from({ length: styleCount }, (_, i) => styleOf(i).marker)) {
    const d = markerPath(marker, 0, 0, 10);
    expect(d).toMatch(/^M.*Z$/);
    if (marker === "circle") continue;
    const points = [...d.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    const mean = (of: 0 | 1): number => points.reduce((sum, p) => sum + p[of], 0) / points.length;
    expect(Math.hypot(mean(0), mean(1))).toBeLessThan(2);
  }
});

test("a table escapes what it is given", () => {
  expect(tableOf("<b>", ["a&b"], [["<i>", 0.5]])).toBe(
    '<table class="viz-table"><caption>&lt;b&gt;</caption><thead><tr><th scope="col">a&amp;b</th></tr></thead><tbody><tr><th scope="row">&lt;i&gt;</th><td>0.5</td></tr></tbody></table>',
  );
});
