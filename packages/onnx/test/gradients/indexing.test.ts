import { describe } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { type Case, type Feed, Feeds, run } from "../check.ts";

const f = new Feeds(5);
const squared = (g: Graph, x: string): string => g.op("Mul", [x, x])[0]!;
const every = ["cpu", "webgpu", "cuda"] as const;
const indices = (dims: readonly number[], data: readonly number[], elem: Feed["elem"] = "int64"): Feed => ({
  elem,
  dims,
  data,
  diff: false,
});
const read = (
  name: string,
  op: string,
  x: Feed,
  i: Feed,
  attributes: Record<string, number | string> = {},
  more: Partial<Case> = {},
): Case => ({
  name: `${op}${name}`,
  inputs: { x, i },
  targets: every,
  build: (g) => squared(g, g.op(op, ["x", "i"], attributes)[0]!),
  ...more,
});

describe("reading and writing at computed places", () => {
  run([
    read(
      " of rows, some of them twice",
      "Gather",
      f.float([4, 5]),
      f.ints([2, 4], 4),
      {},
      { symbolic: { x: [4, 5], i: ["batch", "time"] } },
    ),
    read(" with 32-bit indices", "Gather", f.float([4, 5]), f.ints([2, 4], 4, "int32")),
    read(" with indices from the end", "Gather", f.float([4, 5]), f.ints([6], 4, "int64", -4)),
    read(" along the last axis", "Gather", f.float([3, 6]), f.ints([4], 6), { axis: -1 }),
    read(
      " along an inner axis",
      "Gather",
      f.float([3, 6, 2]),
      f.ints([2, 2], 6),
      { axis: 1 },
      { symbolic: { x: ["batch", 6, 2], i: [2, 2] } },
    ),
    read(" of one row", "Gather", f.float([3, 4]), indices([], [1])),
    read(
      " of one row of a size by name",
      "Gather",
      f.float([3, 4]),
      indices([], [-1]),
      {},
      { symbolic: { x: ["batch", 4] } },
    ),
    read(" of a vector", "Gather", f.float([5]), f.ints([7], 5)),
    {
      name: "Gather with constant indices",
      inputs: { x: f.float([4, 3]) },
      targets: every,
      build: (g) => squared(g, g.op("Gather", ["x", g.ints([3, 1, 3])])[0]!),
    },
    {
      name: "Gather of consecutive rows, a slice",
      inputs: { x: f.float([5, 3]) },
      build: (g) => squared(g, g.op("Gather", ["x", g.constant([1, 2, 3], "int64", [1, 3])])[0]!),
    },
    read("", "GatherElements", f.float([3, 4]), f.ints([3, 2], 4), { axis: 1 }),
    read(" along the first axis", "GatherElements", f.float([3, 4]), f.ints([5, 4], 3, "int64", -3)),
    read(" of rows", "GatherND", f.float([3, 4]), f.ints([5, 1], 3), {}, { symbolic: { x: ["batch", 4] } }),
    read(" of elements", "GatherND", f.float([3, 4]), indices([4, 2], [0, 1, 2, 3, 0, 1, -1, -2])),
    read(
      " with batches",
      "GatherND",
      f.float([2, 3, 4]),
      f.ints([2, 2, 1], 3),
      { batch_dims: 1 },
      { symbolic: { x: ["batch", 3, 4], i: ["batch", 2, 1] } },
    ),
    ...["none", "add", "mul", "max", "min"].flatMap((reduction): Case[] => {
      // Places are distinct, as they must be without a reduction.
      const updates = f.apart([2, 4], 0.31);
      const x = f.apart([3, 4], 0.23);
      const attributes = reduction === "none" ? {} : { reduction };
      const inputs = { x, u: updates };
      return [
        {
          name: `ScatterElements, reduction ${reduction}`,
          inputs: { ...inputs, i: indices([2, 4], [0, 1, 2, 0, 2, 0, 1, 1]) },
          build: (g) => squared(g, g.op("ScatterElements", ["x", "i", "u"], { axis: 0, ...attributes })[0]!),
        },
        {
          name: `ScatterND, reduction ${reduction}`,
          inputs: { ...inputs, i: indices([2, 1], [2, 0]) },
          build: (g) => squared(g, g.op("ScatterND", ["x", "i", "u"], attributes)[0]!),
        },
      ];
    }),
    {
      name: "ScatterElements, added to the same place",
      inputs: { x: f.float([3]), u: f.float([5]), i: indices([5], [0, 1, 1, -1, 1]) },
      build: (g) => squared(g, g.op("ScatterElements", ["x", "i", "u"], { reduction: "add" })[0]!),
    },
    ...[0, 1].map(
      (largest): Case => ({
        name: `TopK, largest ${largest}`,
        inputs: { x: f.apart([3, 5]) },
        build: (g) => squared(g, g.op("TopK", ["x", g.ints([2])], { axis: 1, largest }, 2)[0]!),
      }),
    ),
    {
      name: "Compress along an axis",
      inputs: { x: f.float([3, 4]) },
      build: (g) => squared(g, g.op("Compress", ["x", g.constant([true, false, true, true], "bool")], { axis: 1 })[0]!),
    },
    {
      name: "Compress of all elements",
      inputs: { x: f.float([2, 3]), c: indices([5], [1, 0, 0, 1, 1], "bool") },
      build: (g) => squared(g, g.op("Compress", ["x", "c"])[0]!),
    },
    {
      name: "Range",
      inputs: {
        start: f.float([]),
        limit: { elem: "float32", dims: [], data: [4.3], diff: false },
        delta: f.float([], 0.9, 1),
      },
      build: (g) => squared(g, g.op("Range", ["start", "limit", "delta"])[0]!),
    },
    {
      name: "OneHot, the values",
      inputs: { i: f.ints([4], 3), v: f.float([2]) },
      build: (g) => squared(g, g.op("OneHot", ["i", g.ints([3]), "v"])[0]!),
    },
  ]);
});
