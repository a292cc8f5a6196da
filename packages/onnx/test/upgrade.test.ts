import { describe, expect, test } from "vitest";
import { attribute } from "../src/graph/attribute.ts";
import type { AttributeInput } from "../src/graph/index.ts";
import { encodeModel, exportModel, importModel, type ModelProto } from "../src/index.ts";
import { elemCode } from "../src/proto/elem.ts";
import { type AttributeProto, type Constant, constant, tensorOf } from "../src/proto/index.ts";
import { apart, run } from "./runtime.ts";

interface Old {
  readonly opset: number;
  readonly op: string;
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  /** A tensor that is fed, or one that stands in the model; "" for an input left out. */
  readonly inputs: readonly (Constant | { readonly weight: Constant } | "")[];
  readonly outputs?: number;
}

const f = (dims: readonly number[], scale = 1): Constant => {
  const count = dims.reduce((a, b) => a * b, 1);
  return constant(
    Float32Array.from({ length: count }, (_, i) => scale * Math.sin(i * 1.7 + 0.3)),
    "float32",
    dims,
  );
};
const weight = (value: Constant): { readonly weight: Constant } => ({ weight: value });
const list = (...data: readonly number[]): { readonly weight: Constant } => weight(constant(data, "int64"));

/** A model of one node of an old operator set, and what to feed it. */
function modelOf({ opset, op, attributes = {}, inputs, outputs = 1 }: Old): {
  readonly model: ModelProto;
  readonly feeds: Record<string, Constant>;
} {
  const feeds: Record<string, Constant> = {};
  const initializer: ReturnType<typeof tensorOf>[] = [];
  const names = inputs.map((input, i) => {
    if (input === "") return "";
    if ("weight" in input) initializer.push(tensorOf(`x${i}`, input.weight));
    else feeds[`x${i}`] = input;
    return `x${i}`;
  });
  const attribute_ = Object.entries(attributes).flatMap(([name, value]): AttributeProto[] => {
    if (value === undefined) return [];
    const a = attribute(name, value);
    if (a.kind === "int") return [{ name, type: 2, i: a.value }];
    if (a.kind === "float") return [{ name, type: 1, f: a.value }];
    if (a.kind === "ints") return [{ name, type: 7, ints: a.value }];
    if (a.kind === "floats") return [{ name, type: 6, floats: a.value }];
    if (a.kind === "string") return [{ name, type: 3, s: new TextEncoder().encode(a.value) }];
    throw new Error(a.kind);
  });
  const output = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const model: ModelProto = {
    irVersion: 8,
    opsetImport: [{ version: opset }],
    graph: {
      name: "old",
      node: [{ opType: op, name: "the node", input: names, output, attribute: attribute_ }],
      initializer,
      input: Object.entries(feeds).map(([name, { elem, dims }]) => ({
        name,
        type: { tensorType: { elemType: elemCode(elem), shape: { dim: dims.map((d) => ({ dimValue: d })) } } },
      })),
      output: output.map((name) => ({ name })),
    },
  };
  return { model, feeds };
}

const image = f([2, 3, 4, 5]);
const channel = (value: number): { readonly weight: Constant } => weight(f([3], value));

const cases: readonly (readonly [what: string, old: Old])[] = [
  ["Softmax over what was one dimension", { opset: 12, op: "Softmax", inputs: [f([2, 3, 4])] }],
  ["Softmax of the last axis", { opset: 11, op: "Softmax", attributes: { axis: 2 }, inputs: [f([2, 3, 4])] }],
  ["Softmax from the first axis on", { opset: 12, op: "Softmax", attributes: { axis: 0 }, inputs: [f([2, 3, 4])] }],
  ["LogSoftmax, axis from the end", { opset: 11, op: "LogSoftmax", attributes: { axis: -2 }, inputs: [f([2, 3, 4])] }],
  ["Hardmax", { opset: 11, op: "Hardmax", inputs: [f([2, 3, 4])] }],
  ...["Mean", "Max", "L2", "LogSumExp", "SumSquare"].map((name): readonly [string, Old] => [
    `Reduce${name} with an attribute for axes`,
    { opset: 13, op: `Reduce${name}`, attributes: { axes: [0, -1], keepdims: 0 }, inputs: [f([2, 3, 4])] },
  ]),
  [
    "ReduceSum with an attribute for axes",
    { opset: 12, op: "ReduceSum", attributes: { axes: [1] }, inputs: [f([2, 3, 4])] },
  ],
  ["ReduceMean of everything", { opset: 17, op: "ReduceMean", inputs: [f([2, 3])] }],
  ["Squeeze", { opset: 12, op: "Squeeze", attributes: { axes: [0] }, inputs: [f([1, 3])] }],
  ["Unsqueeze", { opset: 11, op: "Unsqueeze", attributes: { axes: [0, -1] }, inputs: [f([3])] }],
  [
    "Split in given parts",
    { opset: 12, op: "Split", attributes: { split: [1, 3], axis: 1 }, inputs: [f([2, 4])], outputs: 2 },
  ],
  ["Split in equal parts", { opset: 13, op: "Split", attributes: { axis: 1 }, inputs: [f([2, 4])], outputs: 2 }],
  [
    "Slice",
    { opset: 9, op: "Slice", attributes: { starts: [1, -3], ends: [9, -1], axes: [0, 1] }, inputs: [f([3, 4])] },
  ],
  [
    "Slice to the last",
    { opset: 9, op: "Slice", attributes: { starts: [1], ends: [2n ** 63n - 1n] }, inputs: [f([3, 4])] },
  ],
  ["Slice of the first axes", { opset: 9, op: "Slice", attributes: { starts: [1], ends: [2] }, inputs: [f([3, 4])] }],
  ["TopK", { opset: 9, op: "TopK", attributes: { k: 2 }, inputs: [f([3, 4])], outputs: 2 }],
  ["Clip on both sides", { opset: 10, op: "Clip", attributes: { min: -0.5, max: 0.5 }, inputs: [f([3, 4])] }],
  ["Clip from above", { opset: 7, op: "Clip", attributes: { max: 0.5 }, inputs: [f([3, 4])] }],
  ["Clip of nothing", { opset: 7, op: "Clip", inputs: [f([3, 4])] }],
  [
    "Pad",
    {
      opset: 10,
      op: "Pad",
      attributes: { pads: [0, 1, 2, 0], value: { kind: "float", value: 3 } },
      inputs: [f([2, 3])],
    },
  ],
  [
    "Pad by reflection",
    { opset: 9, op: "Pad", attributes: { pads: [0, 1, 0, 2], mode: "reflect" }, inputs: [f([2, 3])] },
  ],
  ["Dropout, which dropped nothing", { opset: 10, op: "Dropout", attributes: { ratio: 0.3 }, inputs: [f([4])] }],
  [
    "BatchNormalization",
    {
      opset: 9,
      op: "BatchNormalization",
      attributes: { epsilon: 0.01 },
      inputs: [image, channel(1), channel(2), channel(0.1), weight(constant([1, 2, 3]))],
    },
  ],
  [
    "Upsample with an attribute for scales",
    { opset: 7, op: "Upsample", attributes: { scales: [1, 1, 2, 3], mode: "nearest" }, inputs: [image] },
  ],
  [
    "Upsample with an input for scales",
    { opset: 9, op: "Upsample", attributes: { mode: "nearest" }, inputs: [image, weight(constant([1, 1, 2, 1.5]))] },
  ],
  [
    "linear Upsample",
    { opset: 9, op: "Upsample", attributes: { mode: "linear" }, inputs: [image, weight(constant([1, 1, 2, 2]))] },
  ],
  [
    "the first Resize, upwards",
    { opset: 10, op: "Resize", attributes: { mode: "nearest" }, inputs: [image, weight(constant([1, 1, 2, 1.4]))] },
  ],
  [
    "the first Resize, downwards",
    { opset: 10, op: "Resize", attributes: { mode: "nearest" }, inputs: [image, weight(constant([1, 1, 0.5, 0.6]))] },
  ],
  [
    "the first Resize, linear",
    { opset: 10, op: "Resize", attributes: { mode: "linear" }, inputs: [image, weight(constant([1, 1, 0.5, 0.6]))] },
  ],
  [
    "Resize with empty inputs for what does not apply",
    {
      opset: 11,
      op: "Resize",
      attributes: { mode: "linear", coordinate_transformation_mode: "align_corners" },
      inputs: [image, weight(constant([])), weight(constant([])), list(2, 3, 7, 6)],
    },
  ],
  [
    "Resize by scales",
    { opset: 13, op: "Resize", attributes: { mode: "cubic" }, inputs: [image, "", weight(constant([1, 1, 1.5, 2]))] },
  ],
  ["GridSample", { opset: 16, op: "GridSample", attributes: { mode: "bilinear" }, inputs: [image, f([2, 2, 3, 2])] }],
  [
    "bicubic GridSample",
    { opset: 16, op: "GridSample", attributes: { mode: "bicubic" }, inputs: [image, f([2, 2, 3, 2])] },
  ],
  ["DFT", { opset: 17, op: "DFT", attributes: { axis: 1 }, inputs: [f([2, 4, 3, 1])] }],
  ["DFT along its default axis", { opset: 17, op: "DFT", inputs: [f([2, 4, 1])] }],
  [
    "GroupNormalization with a scale per group",
    {
      opset: 18,
      op: "GroupNormalization",
      attributes: { num_groups: 2 },
      inputs: [f([2, 4, 3]), weight(f([2])), weight(f([2], 2))],
    },
  ],
  [
    "Scatter",
    {
      opset: 10,
      op: "Scatter",
      attributes: { axis: 1 },
      inputs: [f([2, 4]), weight(constant([1, 3], "int64", [1, 2])), f([1, 2])],
    },
  ],
  ["ArgMax", { opset: 11, op: "ArgMax", attributes: { axis: 1 }, inputs: [f([2, 4])] }],
  ["Flatten", { opset: 9, op: "Flatten", attributes: { axis: 2 }, inputs: [image] }],
  [
    "MaxPool",
    { opset: 8, op: "MaxPool", attributes: { kernel_shape: [2, 2], strides: [2, 2] }, inputs: [image], outputs: 2 },
  ],
  [
    "LSTM",
    {
      opset: 7,
      op: "LSTM",
      attributes: { hidden_size: 2 },
      inputs: [f([3, 1, 4]), weight(f([1, 8, 4])), weight(f([1, 8, 2]))],
      outputs: 3,
    },
  ],
];

describe("an operator of an old operator set, in today's form", () => {
  test.each(cases)("%s: gives what it gave", async (_, old) => {
    const { model, feeds } = modelOf(old);
    const graph = importModel(model);
    expect(graph.opset).toBe(20);
    const [before, after] = [await run(encodeModel(model), feeds), await run(exportModel(graph), feeds)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    // The same kernels, but for Softmax and norms in another layout.
    for (const name of Object.keys(before)) expect(apart(after[name], before[name])).toBeLessThan(1e-6);
    for (const [name, type] of graph.outputs)
      expect(type).toEqual({ elem: before[name]?.elem, shape: before[name]?.dims });
  });

  test.each<readonly [string, Old, string]>([
    ["Scan", { opset: 8, op: "Scan", inputs: [f([1, 2])] }, "Scan `the node` (opset 8) is the batched Scan of opset 8"],
    [
      "Tile",
      { opset: 1, op: "Tile", inputs: [f([2]), f([1]), f([1])] },
      "Tile `the node` (opset 1) tiles one axis only",
    ],
    [
      "a norm of each place",
      {
        opset: 8,
        op: "BatchNormalization",
        attributes: { spatial: 0 },
        inputs: [image, channel(1), channel(2), channel(1), channel(1)],
      },
      "BatchNormalization `the node` (opset 8) normalizes each place by itself",
    ],
    [
      "a Resize up and down at once",
      { opset: 10, op: "Resize", inputs: [image, weight(constant([1, 1, 2, 0.5]))] },
      "makes one side larger and another smaller",
    ],
    [
      "tf_half_pixel_for_nn",
      {
        opset: 11,
        op: "Resize",
        attributes: { coordinate_transformation_mode: "tf_half_pixel_for_nn" },
        inputs: [image, "", list(1)],
      },
      'Resize `the node` (opset 11) has the mode "tf_half_pixel_for_nn"',
    ],
  ])("%s cannot be said today, and the error says where", (_, old, message) => {
    expect(() => importModel(modelOf(old).model)).toThrow(message);
  });

  // onnxruntime reads operator sets from 7 on, so what these mean is worked out by hand.
  test.each<readonly [string, Old, readonly number[], number]>([
    [
      "Add along an axis",
      { opset: 6, op: "Add", attributes: { broadcast: 1, axis: 0 }, inputs: [f([2, 3]), constant([10, 20])] },
      [2, 3],
      10,
    ],
    [
      "Add along the last axes",
      { opset: 6, op: "Add", attributes: { broadcast: 1 }, inputs: [f([2, 3]), constant([10, 20, 30])] },
      [2, 3],
      10,
    ],
    [
      "Cast by a name",
      { opset: 5, op: "Cast", attributes: { to: { kind: "string", value: "DOUBLE" } }, inputs: [f([2])] },
      [2],
      0,
    ],
    [
      "Reshape to an attribute",
      { opset: 4, op: "Reshape", attributes: { shape: [3, -1] }, inputs: [f([2, 3])] },
      [3, 2],
      0,
    ],
    ["Concat along the axis of old", { opset: 3, op: "Concat", inputs: [f([2, 1]), f([2, 3])] }, [2, 4], 0],
    [
      "Upsample by two factors",
      {
        opset: 1,
        op: "Upsample",
        attributes: { height_scale: { kind: "float", value: 2 }, width_scale: { kind: "float", value: 3 } },
        inputs: [f([1, 1, 2, 2])],
      },
      [1, 1, 4, 6],
      0,
    ],
  ])("%s, of before operator set 7", async (_, old, dims, first) => {
    const { model, feeds } = modelOf(old);
    const { y0 } = await run(exportModel(importModel(model)), feeds);
    expect(y0?.dims).toEqual(dims);
    expect(Number(y0?.data[0])).toBeCloseTo(Math.sin(0.3) + first, 5);
  });

  test("PRelu of before operator set 7 has a slope for each channel", async () => {
    const x = constant(new Float32Array(8).fill(-1), "float32", [1, 2, 2, 2]);
    const { model, feeds } = modelOf({ opset: 6, op: "PRelu", inputs: [x, constant([0.5, 2])] });
    const { y0 } = await run(exportModel(importModel(model)), feeds);
    expect([...(y0?.data ?? [])]).toEqual([-0.5, -0.5, -0.5, -0.5, -2, -2, -2, -2]);
  });

  test.each(["SAME_UPPER", "SAME_LOWER"])(
    "a convolution with holes is padded as %s says, which no kernel does",
    async (auto_pad) => {
      const x = constant([1, 2, 3, 4, 5], "float32", [1, 1, 5]);
      const kernel = weight(constant([1, 10, 100, 1000], "float32", [1, 1, 4]));
      const { model, feeds } = modelOf({
        opset: 20,
        op: "Conv",
        attributes: { auto_pad, dilations: [3] },
        inputs: [x, kernel],
      });
      await expect(run(encodeModel(model), feeds)).rejects.toThrow(/Dilation not supported for AutoPadType/);
      const { y0 } = await run(exportModel(importModel(model)), feeds);
      // Nine zeros in all; the odd one at the end, or at the beginning.
      const before = auto_pad === "SAME_UPPER" ? 4 : 5;
      const at = (i: number): number => (i >= 0 && i < 5 ? i + 1 : 0);
      const wanted = [0, 1, 2, 3, 4].map((i) =>
        [0, 1, 2, 3].reduce((sum, k) => sum + at(i + 3 * k - before) * 10 ** k, 0),
      );
      expect([...(y0?.data ?? [])]).toEqual(wanted);
    },
  );

  test("bounds are of the element type of what they bound", () => {
    const half = constant(new Uint16Array(3), "float16", [3]);
    const graph = importModel(modelOf({ opset: 10, op: "Clip", attributes: { min: 0, max: 6 }, inputs: [half] }).model);
    const [, low = "", high = ""] = graph.nodes[0]?.inputs ?? [];
    expect(graph.value(low)).toEqual({ elem: "float16", dims: [], data: Uint16Array.of(0) });
    expect(graph.value(high)).toEqual({ elem: "float16", dims: [], data: Uint16Array.of(0x4600) });
  });

  test("a norm that trained in operator set 9 trains, with its three outputs", async () => {
    const { model, feeds } = modelOf({
      opset: 9,
      op: "BatchNormalization",
      inputs: [image, channel(1), channel(2), channel(0.1), weight(constant([1, 2, 3]))],
      outputs: 5,
    });
    const graph = importModel({ ...model, graph: { ...model.graph, output: [{ name: "y0" }, { name: "y1" }] } });
    expect(graph.nodes[0]?.attributes.training_mode).toEqual({ kind: "int", value: 1 });
    expect(graph.nodes[0]?.outputs).toEqual(["y0", "y1", "y2"]);
    const { y0 } = await run(exportModel(graph), feeds);
    // Each channel is normalized by its own mean: with scale s and bias b the mean is b.
    const mean = [0, 1, 2].map((c) => {
      const of = [0, 1].flatMap((s) =>
        Array.from(y0?.data.slice((s * 3 + c) * 20, (s * 3 + c + 1) * 20) ?? [], Number),
      );
      return of.reduce((a, b) => a + b, 0) / of.length;
    });
    const bias = Array.from(f([3], 2).data, Number);
    for (const c of [0, 1, 2]) expect(mean[c]).toBeCloseTo(bias[c] ?? 0, 4);
  });
});
