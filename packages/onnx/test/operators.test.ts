import { describe, expect, test } from "vitest";
import { type AttributeInput, bind, type Dim } from "../src/graph/index.ts";
import { exportModel, Graph } from "../src/index.ts";
import { type Constant, constant } from "../src/proto/index.ts";
import { run } from "./runtime.ts";

/** A tensor that is fed, one that stands in the graph, or none. */
type Input = readonly number[] | Constant | "";
interface Case {
  readonly op: string;
  readonly inputs: readonly Input[];
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  readonly outputs?: number;
  readonly opset?: number;
  /** Sizes of input 0 that cannot be names: a block must divide them, a split count them. */
  readonly fixed?: readonly number[];
}

const i64 = (...data: readonly number[]): Constant => constant(data, "int64");
const f32 = (...data: readonly number[]): Constant => constant(data);
const weights = (...dims: readonly number[]): Constant => {
  const count = dims.reduce((a, b) => a * b, 1);
  return constant(new Float32Array(count).fill(0.5), "float32", dims);
};

const image = [2, 4, 7, 9];
const w = weights(6, 4, 3, 3);
const cases: readonly (readonly [string, Case])[] = [
  ...["SAME_UPPER", "SAME_LOWER", "VALID"].flatMap((auto_pad): (readonly [string, Case])[] => [
    [`Conv, ${auto_pad}`, { op: "Conv", inputs: [image, w], attributes: { auto_pad, strides: [2, 2] } }],
    [
      `MaxPool, ${auto_pad}`,
      { op: "MaxPool", inputs: [image], attributes: { auto_pad, kernel_shape: [3, 2], strides: [2, 3] }, outputs: 2 },
    ],
    [
      `AveragePool, ${auto_pad}`,
      { op: "AveragePool", inputs: [image], attributes: { auto_pad, kernel_shape: [3, 2], strides: [2, 2] } },
    ],
    [
      `ConvTranspose, ${auto_pad}`,
      { op: "ConvTranspose", inputs: [image, weights(4, 5, 3, 3)], attributes: { auto_pad, strides: [2, 2] } },
    ],
  ]),
  [
    "Conv with everything",
    {
      op: "Conv",
      inputs: [image, weights(6, 2, 3, 2)],
      attributes: { group: 2, strides: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 3] },
    },
  ],
  ["Conv of a row", { op: "Conv", inputs: [[2, 3, 9], weights(4, 3, 3)], attributes: { strides: [2] } }],
  ["Conv of a volume", { op: "Conv", inputs: [[1, 2, 5, 6, 7], weights(3, 2, 2, 2, 2)] }],
  [
    "ConvTranspose with everything",
    {
      op: "ConvTranspose",
      inputs: [image, weights(4, 5, 3, 2)],
      attributes: { group: 2, strides: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 1], output_padding: [1, 2] },
    },
  ],
  [
    "ConvTranspose to a given size",
    {
      op: "ConvTranspose",
      inputs: [image, weights(4, 5, 3, 3)],
      attributes: { strides: [2, 2], output_shape: [14, 18] },
    },
  ],
  [
    "MaxPool, rounded up",
    {
      op: "MaxPool",
      inputs: [image],
      attributes: { kernel_shape: [2, 3], strides: [3, 2], ceil_mode: 1 },
      fixed: [2, 3],
    },
  ],
  [
    "MaxPool, rounded up into the padding",
    {
      op: "MaxPool",
      inputs: [[2, 1, 5, 5]],
      attributes: { kernel_shape: [1, 2], strides: [3, 3], pads: [0, 1, 0, 1], ceil_mode: 1 },
      fixed: [2, 3],
    },
  ],
  [
    "AveragePool with dilations, rounded up",
    {
      op: "AveragePool",
      inputs: [image],
      attributes: { kernel_shape: [2, 2], dilations: [2, 3], strides: [2, 2], ceil_mode: 1 },
      fixed: [2, 3],
    },
  ],
  ["LpPool", { op: "LpPool", inputs: [image], attributes: { kernel_shape: [2, 2], strides: [2, 2], p: 1 } }],
  ["GlobalMaxPool", { op: "GlobalMaxPool", inputs: [image] }],
  ["Resize by scales", { op: "Resize", inputs: [image, "", f32(1, 1, 1.5, 0.5)] }],
  ["Resize of two axes by scales", { op: "Resize", inputs: [image, "", f32(2, 3)], attributes: { axes: [3, 2] } }],
  ["Resize to sizes", { op: "Resize", inputs: [image, "", "", i64(5, 6)], attributes: { axes: [2, 3] } }],
  [
    "Resize within sizes",
    {
      op: "Resize",
      inputs: [image, "", "", i64(5, 6)],
      attributes: { axes: [2, 3], keep_aspect_ratio_policy: "not_larger" },
      fixed: [2, 3],
    },
  ],
  [
    "Resize around sizes",
    {
      op: "Resize",
      inputs: [image, "", "", i64(5, 6)],
      attributes: { axes: [2, 3], keep_aspect_ratio_policy: "not_smaller" },
      fixed: [2, 3],
    },
  ],
  ["GridSample", { op: "GridSample", inputs: [image, [2, 5, 6, 2]] }],
  ["AffineGrid", { op: "AffineGrid", inputs: [[2, 2, 3], i64(2, 3, 4, 5)], fixed: [1, 2] }],
  ["Col2Im", { op: "Col2Im", inputs: [[2, 8, 9], i64(6, 6), i64(2, 2)], attributes: { strides: [2, 2] }, fixed: [2] }],
  ["CenterCropPad", { op: "CenterCropPad", inputs: [image, i64(3, 12)], attributes: { axes: [2, 3] } }],
  ["DepthToSpace", { op: "DepthToSpace", inputs: [image], attributes: { blocksize: 2 } }],
  ["SpaceToDepth", { op: "SpaceToDepth", inputs: [[2, 4, 6, 8]], attributes: { blocksize: 2 } }],
  ["Split in uneven parts", { op: "Split", inputs: [[7, 3]], attributes: { num_outputs: 3 }, outputs: 3 }],
  ["Split in given parts", { op: "Split", inputs: [[3, 7], i64(2, 5)], attributes: { axis: -1 }, outputs: 2 }],
  ["Pad of some axes", { op: "Pad", inputs: [image, i64(1, -1, 2, 0), "", i64(1, -1)] }],
  ["Slice backwards", { op: "Slice", inputs: [image, i64(-1, 1), i64(-100, -1), i64(3, 2), i64(-2, 1)] }],
  ["Slice of what is left", { op: "Slice", inputs: [image, i64(2), i64(2 ** 62), i64(2)] }],
  ["Slice beyond the end", { op: "Slice", inputs: [image, i64(20), i64(30), i64(2)] }],
  ["Tile", { op: "Tile", inputs: [[2, 3], i64(2, 3)] }],
  ["Expand", { op: "Expand", inputs: [[3, 1], i64(2, 1, 4)] }],
  [
    "Einsum",
    {
      op: "Einsum",
      inputs: [
        [2, 3, 4],
        [2, 4, 5],
      ],
      attributes: { equation: "bij, bjk -> bik" },
    },
  ],
  [
    "Einsum without an arrow",
    {
      op: "Einsum",
      inputs: [
        [3, 4],
        [4, 5],
      ],
      attributes: { equation: "ij,jk" },
    },
  ],
  [
    "Einsum with an ellipsis",
    {
      op: "Einsum",
      inputs: [
        [2, 3, 4],
        [2, 4],
      ],
      attributes: { equation: "...ij,...j->...i" },
    },
  ],
  ["MatMul of vectors", { op: "MatMul", inputs: [[4], [4]] }],
  ["MatMul of a vector and matrices", { op: "MatMul", inputs: [[4], [2, 4, 5]] }],
  [
    "MatMul, broadcast",
    {
      op: "MatMul",
      inputs: [
        [2, 1, 3, 4],
        [5, 4, 6],
      ],
    },
  ],
  ["Gemm", { op: "Gemm", inputs: [[4, 3], [5, 4], [5]], attributes: { transA: 1, transB: 1 } }],
  [
    "LayerNormalization with its statistics",
    { op: "LayerNormalization", inputs: [[2, 3, 4], weights(4), weights(4)], outputs: 3 },
  ],
  [
    "BatchNormalization in training",
    {
      op: "BatchNormalization",
      inputs: [image, weights(4), weights(4), weights(4), weights(4)],
      attributes: { training_mode: 1 },
      outputs: 3,
    },
  ],
  ["RMSNormalization", { op: "RMSNormalization", inputs: [[2, 3, 4], weights(4)], opset: 23 }],
  [
    "GroupNormalization",
    { op: "GroupNormalization", inputs: [image, weights(4), weights(4)], attributes: { num_groups: 2 }, opset: 21 },
  ],
  [
    "Attention of three dimensions",
    {
      op: "Attention",
      inputs: [
        [2, 5, 12],
        [2, 7, 6],
        [2, 7, 4],
      ],
      attributes: { q_num_heads: 4, kv_num_heads: 2 },
      opset: 23,
      fixed: [2],
    },
  ],
  [
    "Attention of four dimensions",
    {
      op: "Attention",
      inputs: [
        [2, 4, 5, 3],
        [2, 4, 7, 3],
        [2, 4, 7, 2],
      ],
      opset: 23,
    },
  ],
  [
    "RotaryEmbedding",
    { op: "RotaryEmbedding", inputs: [[2, 4, 5, 6], weights(2, 5, 3), weights(2, 5, 3)], opset: 23, fixed: [0, 2, 3] },
  ],
  ["Swish", { op: "Swish", inputs: [[2, 3]], opset: 24 }],
  [
    "LSTM in both directions",
    {
      op: "LSTM",
      inputs: [[5, 2, 3], weights(2, 16, 3), weights(2, 16, 4)],
      attributes: { hidden_size: 4, direction: "bidirectional" },
      outputs: 3,
    },
  ],
  [
    "GRU",
    {
      op: "GRU",
      inputs: [[5, 2, 3], weights(1, 12, 3), weights(1, 12, 4)],
      attributes: { hidden_size: 4 },
      outputs: 2,
    },
  ],
  [
    "RNN",
    { op: "RNN", inputs: [[5, 2, 3], weights(1, 4, 3), weights(1, 4, 4)], attributes: { hidden_size: 4 }, outputs: 2 },
  ],
  ["TopK", { op: "TopK", inputs: [[3, 7], i64(2)], attributes: { axis: 1 }, outputs: 2 }],
  ["OneHot", { op: "OneHot", inputs: [[2, 3], i64(5), f32(0, 1)], attributes: { axis: 1 } }],
  [
    "GatherND",
    {
      op: "GatherND",
      inputs: [[2, 3, 4], constant(new BigInt64Array(4), "int64", [2, 2, 1])],
      attributes: { batch_dims: 1 },
    },
  ],
  ["GatherElements", { op: "GatherElements", inputs: [[3, 4], constant(new BigInt64Array(4), "int64", [2, 2])] }],
  ["ArgMax", { op: "ArgMax", inputs: [[3, 4]], attributes: { axis: -1, keepdims: 0 } }],
  ["ReduceMean over nothing", { op: "ReduceMean", inputs: [[3, 4], i64()], attributes: { noop_with_empty_axes: 1 } }],
  ["ReduceMean over everything", { op: "ReduceMean", inputs: [[3, 4]], attributes: { keepdims: 0 } }],
  [
    "SoftmaxCrossEntropyLoss of each",
    {
      op: "SoftmaxCrossEntropyLoss",
      inputs: [[2, 5, 3], constant(new BigInt64Array(6), "int64", [2, 3])],
      attributes: { reduction: "none" },
      outputs: 2,
    },
  ],
  ["NegativeLogLikelihoodLoss", { op: "NegativeLogLikelihoodLoss", inputs: [[2, 5], i64(1, 2)] }],
  ["QuantizeLinear", { op: "QuantizeLinear", inputs: [[2, 5], constant(0.1), constant(3, "int8")] }],
  ["DynamicQuantizeLinear", { op: "DynamicQuantizeLinear", inputs: [[2, 5]], outputs: 3 }],
  ["Dropout with its mask", { op: "Dropout", inputs: [[2, 5]], outputs: 2 }],
  ["RandomNormalLike", { op: "RandomNormalLike", inputs: [[2, 5]] }],
  ["EyeLike", { op: "EyeLike", inputs: [[2, 5]], attributes: { dtype: "int32" } }],
  ["Trilu", { op: "Trilu", inputs: [[2, 5]] }],
  ["Gelu", { op: "Gelu", inputs: [[2, 5]], attributes: { approximate: "tanh" } }],
  ["Where", { op: "Where", inputs: [constant([1, 0], "bool", [2, 1]), [3], [1]] }],
  ["PRelu", { op: "PRelu", inputs: [image, weights(4, 1, 1)] }],
];

/** The case as a graph, the sizes of what is fed numbers or names. */
function graphOf(
  c: Case,
  named: boolean,
): { readonly graph: Graph; readonly sizes: Record<string, Dim>; readonly feeds: Record<string, Constant> } {
  const graph = new Graph(c.opset ?? 20);
  const sizes: Record<string, Dim> = {};
  const feeds: Record<string, Constant> = {};
  // Equal sizes share a name, which is what operators with several inputs ask for.
  const sizeOf = (d: number, i: number, axis: number): Dim => {
    if (!named || d === 1 || (i === 0 && c.fixed?.includes(axis))) return d;
    sizes[`n${d}`] = d;
    return `n${d}`;
  };
  const names = c.inputs.map((input, i) => {
    if (input === "") return "";
    if ("elem" in input) return graph.initializer(`x${i}`, input);
    const count = input.reduce((a, b) => a * b, 1);
    feeds[`x${i}`] =
      c.op === "OneHot"
        ? constant(new BigInt64Array(count), "int64", input)
        : constant(new Float32Array(count).fill(0.25), "float32", input);
    return graph.input(`x${i}`, {
      elem: c.op === "OneHot" ? "int64" : "float32",
      shape: input.map((d, axis) => sizeOf(d, i, axis)),
    });
  });
  for (const name of graph.op(c.op, names, c.attributes, c.outputs)) graph.output(name);
  return { graph, sizes, feeds };
}

describe("the shape of an output", () => {
  test.each(cases)("of %s is that of a run, of sizes by number and by name", async (_, c) => {
    const { graph, feeds } = graphOf(c, false);
    const results = await run(exportModel(graph), feeds);
    const symbolic = graphOf(c, true);
    const names = [...symbolic.graph.outputs.keys()];
    for (const [k, [name, type]] of [...graph.outputs].entries()) {
      const result = results[name];
      expect(type).toEqual({ elem: result?.elem, shape: result?.dims });
      const shape = symbolic.graph.shape(names[k] ?? "");
      expect(shape.map((d) => bind(d, symbolic.sizes))).toEqual(result?.dims);
    }
    // The names were really there.
    if (c.inputs.some((input) => Array.isArray(input))) expect(Object.keys(symbolic.sizes).length).toBeGreaterThan(0);
  });
});
