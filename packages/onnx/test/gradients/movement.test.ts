import { describe } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { type Case, Feeds, run } from "../check.ts";

const f = new Feeds(4);
/** Squared, so that the gradient of the gradient is not just zero. */
const squared = (g: Graph, x: string): string => g.op("Mul", [x, x])[0]!;
const moved = (
  name: string,
  shape: readonly number[],
  build: (g: Graph) => string,
  symbolic?: readonly (number | string)[],
): Case => ({
  name,
  inputs: { x: f.float(shape) },
  build: (g) => squared(g, build(g)),
  ...(symbolic === undefined ? {} : { symbolic: { x: symbolic } }),
});
const op = (g: Graph, kind: string, inputs: readonly string[], attributes: Parameters<Graph["op"]>[2] = {}): string =>
  g.op(kind, inputs, attributes)[0]!;

describe("movement of elements", () => {
  run([
    moved("Reshape", [2, 6], (g) => op(g, "Reshape", ["x", g.ints([3, -1])])),
    moved("Reshape with a copied dimension", [2, 6], (g) => op(g, "Reshape", ["x", g.ints([0, 2, 3])]), ["batch", 6]),
    moved("Reshape of two sizes by name", [2, 3, 4], (g) => op(g, "Reshape", ["x", g.ints([-1, 4])]), [
      "batch",
      "time",
      4,
    ]),
    moved("Flatten", [2, 3, 4], (g) => op(g, "Flatten", ["x"], { axis: 1 }), ["batch", 3, 4]),
    moved("Flatten at 0", [2, 3], (g) => op(g, "Flatten", ["x"], { axis: 0 })),
    moved("Squeeze", [2, 1, 3, 1], (g) => op(g, "Squeeze", ["x", g.ints([1, -1])]), ["batch", 1, 3, 1]),
    moved("Squeeze of all ones", [2, 1, 3, 1], (g) => op(g, "Squeeze", ["x"])),
    moved("Unsqueeze", [2, 3], (g) => op(g, "Unsqueeze", ["x", g.ints([0, -1])]), ["batch", 3]),
    moved("Transpose", [2, 3, 4], (g) => op(g, "Transpose", ["x"], { perm: [2, 0, 1] }), ["batch", 3, 4]),
    moved("Transpose without perm", [2, 3, 4], (g) => op(g, "Transpose", ["x"])),
    moved("Expand", [3, 1], (g) => op(g, "Expand", ["x", g.ints([2, 3, 4])])),
    moved("Expand by the shape of another", [1, 3], (g) =>
      op(g, "Expand", ["x", op(g, "Shape", [op(g, "Concat", ["x", "x"], { axis: 0 })])]),
    ),
    moved("Tile", [2, 3], (g) => op(g, "Tile", ["x", g.ints([2, 3])]), ["batch", 3]),
    moved("Tile along one axis", [2, 3], (g) => op(g, "Tile", ["x", g.ints([1, 2])])),
    {
      name: "Tile, repeats that only the run tells",
      inputs: { x: f.float([2, 3]), r: { elem: "int64", dims: [2], data: [2, 2], diff: false } },
      build: (g) => squared(g, op(g, "Tile", ["x", "r"])),
    },
    {
      name: "Concat",
      inputs: { a: f.float([2, 3]), b: f.float([2, 1]), c: f.float([2, 2]) },
      symbolic: { a: ["batch", 3], b: ["batch", "width"], c: ["batch", 2] },
      build: (g) => squared(g, op(g, "Concat", ["a", "b", "c"], { axis: -1 })),
    },
    moved("Split, a part not used", [2, 6], (g) => {
      const [, b = "", c = ""] = g.op("Split", ["x", g.ints([1, 2, 3])], { axis: 1 }, 3);
      return op(g, "Add", [op(g, "ReduceSum", [b, g.ints([1])]), c]);
    }),
    ...[1, 2].map(
      (step): Case => ({
        name: `Slice, bounds of int32 that only the run tells, step ${step}`,
        inputs: {
          x: f.float([5, 3]),
          from: { elem: "int32", dims: [1], data: [-4], diff: false },
          to: { elem: "int32", dims: [1], data: [4], diff: false },
        },
        symbolic: { x: ["batch", 3] },
        build: (g) => {
          const rest = step === 1 ? [] : [g.constant([step], "int32")];
          return squared(g, op(g, "Slice", ["x", "from", "to", g.constant([0], "int32"), ...rest]));
        },
      }),
    ),
    moved(
      "Split by number",
      [2, 6],
      (g) => {
        const [a = "", b = ""] = g.op("Split", ["x"], { axis: -1, num_outputs: 2 }, 2);
        return op(g, "Mul", [a, b]);
      },
      ["batch", 6],
    ),
    moved("Slice", [4, 6], (g) => op(g, "Slice", ["x", g.ints([1, -4]), g.ints([3, 9999])])),
    moved("Slice with axes", [4, 6], (g) => op(g, "Slice", ["x", g.ints([-3]), g.ints([-1]), g.ints([-1])]), [
      "batch",
      6,
    ]),
    moved(
      "Slice of a size by name from the front",
      [4, 6],
      (g) => op(g, "Slice", ["x", g.ints([1]), g.ints([3]), g.ints([0])]),
      ["batch", 6],
    ),
    moved(
      "Slice of a size by name to before the end",
      [4, 6],
      (g) => op(g, "Slice", ["x", g.ints([1]), g.ints([-1]), g.ints([0])]),
      ["batch", 6],
    ),
    moved(
      "Slice of a size by name, the last",
      [4, 6],
      (g) => op(g, "Slice", ["x", g.ints([-1]), g.ints([2 ** 31 - 1]), g.ints([0])]),
      ["batch", 6],
    ),
    moved("Slice with steps", [4, 7], (g) =>
      op(g, "Slice", ["x", g.ints([0, 6]), g.ints([4, -99]), g.ints([0, 1]), g.ints([2, -3])]),
    ),
    moved("Slice backwards", [5], (g) =>
      op(g, "Slice", ["x", g.ints([-1]), g.ints([-(2 ** 31 - 1)]), g.ints([0]), g.ints([-1])]),
    ),
    moved(
      "Slice with steps of a size by name",
      [5, 2],
      (g) => op(g, "Slice", ["x", g.ints([1]), g.ints([2 ** 31 - 1]), g.ints([0]), g.ints([2])]),
      ["batch", 2],
    ),
    {
      name: "Slice, bounds that only the run tells",
      inputs: {
        x: f.float([5, 3]),
        s: { elem: "int64", dims: [1], data: [-4], diff: false },
        e: { elem: "int64", dims: [1], data: [4], diff: false },
      },
      build: (g) => squared(g, op(g, "Slice", ["x", "s", "e", g.ints([0])])),
    },
    moved("Pad", [2, 3], (g) => op(g, "Pad", ["x", g.ints([0, 1, 1, 2])]), ["batch", 3]),
    moved("Pad that also cuts", [3, 4], (g) => op(g, "Pad", ["x", g.ints([-1, 1, 1, -2])])),
    moved("Pad along one axis", [2, 3, 4], (g) => op(g, "Pad", ["x", g.ints([1, 2]), "", g.ints([-1])])),
    {
      name: "Pad, the value",
      inputs: { x: f.float([2, 3]), v: f.float([]) },
      build: (g) => squared(g, op(g, "Pad", ["x", g.ints([1, 1, 0, 2]), "v"])),
    },
    {
      name: "Pad, widths that only the run tells",
      inputs: { x: f.float([2, 3]), p: { elem: "int64", dims: [4], data: [1, 0, 0, 2], diff: false } },
      build: (g) => squared(g, op(g, "Pad", ["x", "p"])),
    },
    ...["reflect", "edge", "wrap"].map((mode) =>
      moved(`Pad, mode ${mode}`, [2, 3, 4], (g) => op(g, "Pad", ["x", g.ints([0, 1, 2, 0, 2, 3])], { mode }), [
        "batch",
        3,
        4,
      ]),
    ),
    ...["DCR", "CRD"].map((mode) => ({
      targets: ["cpu", "webgpu"] as const,
      ...moved(`DepthToSpace ${mode}`, [2, 8, 2, 3], (g) => op(g, "DepthToSpace", ["x"], { blocksize: 2, mode }), [
        "batch",
        8,
        2,
        3,
      ]),
    })),
    moved("SpaceToDepth", [2, 2, 4, 6], (g) => op(g, "SpaceToDepth", ["x"], { blocksize: 2 })),
    moved("CenterCropPad", [4, 5], (g) => op(g, "CenterCropPad", ["x", g.ints([7, 2])])),
    moved("CenterCropPad along an axis", [3, 6, 2], (g) => op(g, "CenterCropPad", ["x", g.ints([3])], { axes: [1] })),
    moved("Trilu, lower", [2, 4, 4], (g) => op(g, "Trilu", ["x"], { upper: 0 })),
    moved("Trilu, above the diagonal", [3, 4], (g) => op(g, "Trilu", ["x", g.constant(1, "int64", [])])),
    ...[0, 1].flatMap((reverse) =>
      [0, 1].map((exclusive) =>
        moved(`CumSum, reverse ${reverse}, exclusive ${exclusive}`, [3, 4], (g) =>
          op(g, "CumSum", ["x", g.constant(1, "int64", [])], { reverse, exclusive }),
        ),
      ),
    ),
    moved("ReverseSequence", [4, 3, 2], (g) =>
      op(g, "ReverseSequence", ["x", g.ints([4, 2, 1])], { time_axis: 0, batch_axis: 1 }),
    ),
  ]);
});
