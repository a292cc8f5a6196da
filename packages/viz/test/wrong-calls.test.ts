import { sgd } from "@descent/sgd";
import * as viz from "@descent/viz";
import { describe } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as races from "../src/races/index.ts";

const scales = () => [viz.scale([0, 1], [0, 100]), viz.scale([0, 1], [100, 0])] as const;
const field = () => ({ values: [0, 1, 1, 2], columns: 2, rows: 2, x: [0, 1], y: [0, 1] }) as const;
const heatRow = () => ({ name: "SGD", values: [2] });
const bowl = races.surface("x^2 + y^2");

describe("charts", () => {
  wrongCalls(viz, {
    contourChart: {
      args: () => [
        {
          title: "A bowl",
          description: "",
          width: 200,
          height: 200,
          id: "a",
          field: field(),
          paths: [],
          marks: [],
          levels: 4,
        },
      ],
    },
    "the field of contourChart": {
      call: (one: viz.Field) => viz.contourChart({ title: "", field: one }),
      args: () => [field()],
    },
    "the areas of contourChart": {
      call: (areas: viz.Areas) => viz.contourChart({ title: "", field: field(), areas }),
      args: () => [{ indices: [0, 1, -1, 0], columns: 2, rows: 2 }],
    },
    "a path of contourChart": {
      call: (path: viz.Path) => viz.contourChart({ title: "", field: field(), paths: [path] }),
      args: () => [{ name: "a", x: [0, 1], y: [0, 1], style: 0 }],
    },
    condensed: {
      call: (x: number[], y: number[], count: number) => viz.condensed(x, y, count),
      args: () => [[0, 1], [2, 3], 2],
    },
    lineChart: {
      args: () => [
        { title: "Loss", x: { label: "step" }, y: { label: "loss", log: true }, series: [], ends: true, points: false },
      ],
    },
    "an axis of lineChart": {
      call: (x: viz.AxisOptions) => viz.lineChart({ title: "", x, y: { label: "" }, series: [] }),
      args: () => [{ label: "step", log: false, domain: [0, 1] }],
    },
    "a line of lineChart": {
      call: (one: viz.Series) => viz.lineChart({ title: "", x: { label: "" }, y: { label: "" }, series: [one] }),
      args: () => [{ name: "a", x: [0, 1], y: [1, 2], band: { low: [0, 1], high: [2, 3] }, style: 1 }],
    },
    "a band of lineChart": {
      call: (band: NonNullable<viz.Series["band"]>) =>
        viz.lineChart({ title: "", x: { label: "" }, y: { label: "" }, series: [{ name: "a", y: [1, 2], band }] }),
      args: () => [{ low: [0, 1], high: [2, 3] }],
    },
    heatChart: {
      args: () => [{ title: "Losses", columns: { label: "rate", names: ["1"] }, rows: [heatRow()], log: true }],
    },
    "the columns of heatChart": {
      call: (columns: viz.HeatChartOptions["columns"]) => viz.heatChart({ title: "", columns, rows: [heatRow()] }),
      args: () => [{ label: "rate", names: ["1"] }],
    },
    "a row of heatChart": {
      call: (row: viz.HeatRow) => viz.heatChart({ title: "", columns: { label: "", names: ["1"] }, rows: [row] }),
      args: () => [heatRow()],
    },
    levelsOf: { args: () => [[1, 2, 3], 4] },
    tableOf: { args: () => ["A table", ["a"], [["b", 1]]], repeats: [1] }, // columns of two groups may have equal heads
    formatNumber: { args: () => [0.5, 3] },
    linePath: { args: () => [[0, 1], [0, 1], ...scales(), 2], foreign: [2, 3] },
    scale: { args: () => [[0, 1], [0, 100], { log: false }], use: (made: viz.Scale) => [made.at(0.5), made.ticks()] },
    "scale.ticks": { call: (count: number) => scales()[0].ticks(count), args: () => [5] },
    markerPath: { args: () => ["circle", 1, 2, 3] },
    styleOf: { args: () => [3] },
    styleSheet: { args: () => [] },
  });
});

describe("races", () => {
  wrongCalls(races, {
    race: { args: () => [{ surface: bowl, rule: sgd({ lr: 0.1 }), start: [1, 1], steps: 3 }] },
    surface: { args: () => ["x^2 + y^2"] },
    basins: {
      args: () => [{ surface: bowl, rule: sgd({ lr: 0.1 }), x: [-1, 1], y: [-1, 1], columns: 3, rows: 3, steps: 2 }],
    },
    fieldOf: { args: () => [bowl, [0, 1], [0, 1], 4, 4], foreign: [0] },
    sweep: {
      args: () => [
        { surface: bowl, rule: (lr: number) => sgd({ lr }), start: [1, 1], steps: 3, rates: [0.1], seeds: [0] },
      ],
    },
    ratesFrom: { args: () => [1e-3, 1, 4] },
    quantile: { args: () => [[1, 2, 3], 0.5] },
    miniBatches: { args: () => [races.surface("x^2 + y^2"), { size: 1, seed: 0 }] },
    iris: "a list of flowers",
    batchNoise: { args: () => [sgd(), { sigma: 1, seed: 0 }] },
    surfaces: "a list of formulas",
  });
});
