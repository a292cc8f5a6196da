import { describe } from "vitest";
import { type Case, type Feed, Feeds, fixed, run } from "../check.ts";

const f = new Feeds(8);
const both = ["cpu", "webgpu"] as const;
type Attributes = Record<string, number | string | readonly number[]>;
const layer = (
  op: string,
  name: string,
  x: readonly number[],
  scale: readonly number[],
  attributes: Attributes = {},
  more: Partial<Case> & { outputs?: number; bias?: boolean } = {},
): Case => {
  const { outputs = 1, bias = true, ...rest } = more;
  const inputs: Record<string, Feed> = { x: f.float(x, -2, 2), s: f.float(scale, 0.5, 1.5) };
  if (bias) inputs.b = f.float(scale);
  return {
    name: `${op}, ${name}`,
    inputs,
    build: (g) => g.op(op, Object.keys(inputs), attributes, outputs)[0]!,
    ...rest,
  };
};
const statistics = { m: fixed(f.float([2])), v: fixed(f.float([2], 0.5, 1)) };

describe("normalisations", () => {
  run([
    layer("LayerNormalization", "the last dimension", [2, 3, 8], [8], {}, { symbolic: { x: ["batch", "time", 8] } }),
    layer("LayerNormalization", "two dimensions", [2, 3, 4], [3, 4], { axis: 1, epsilon: 1e-2 }),
    layer("LayerNormalization", "without bias", [2, 8], [8], {}, { bias: false }),
    layer("LayerNormalization", "with statistics", [2, 3, 8], [8], {}, { outputs: 3 }),
    {
      name: "LayerNormalization, the statistics used",
      single: true,
      inputs: { x: f.float([2, 6]), s: f.float([6]) },
      build: (g) => {
        const [y = "", mean = "", inv = ""] = g.op("LayerNormalization", ["x", "s"], {}, 3);
        return g.op("Mul", [g.op("Add", [y, mean])[0]!, inv])[0]!;
      },
    },
    {
      name: "BatchNormalization, fixed statistics",
      inputs: { x: f.float([3, 2, 4, 4]), s: f.float([2]), b: f.float([2]), ...statistics },
      symbolic: { x: ["batch", 2, 4, 4] },
      build: (g) => g.op("BatchNormalization", ["x", "s", "b", "m", "v"])[0]!,
    },
    {
      name: "BatchNormalization, fixed statistics that are wanted too",
      inputs: { x: f.float([3, 2, 4]), s: f.float([2]), b: f.float([2]), m: f.float([2]), v: f.float([2], 0.5, 1) },
      build: (g) => g.op("BatchNormalization", ["x", "s", "b", "m", "v"], { epsilon: 1e-2 })[0]!,
    },
    {
      name: "BatchNormalization that trains",
      inputs: { x: f.float([3, 2, 4, 4]), s: f.float([2]), b: f.float([2]), ...statistics },
      targets: both,
      symbolic: { x: ["batch", 2, 4, 4] },
      build: (g) => g.op("BatchNormalization", ["x", "s", "b", "m", "v"], { training_mode: 1 }, 3)[0]!,
    },
    {
      name: "BatchNormalization that trains, of vectors",
      inputs: { x: f.float([5, 2]), s: f.float([2]), b: f.float([2]), ...statistics },
      targets: both,
      build: (g) => g.op("BatchNormalization", ["x", "s", "b", "m", "v"], { training_mode: 1, epsilon: 1e-2 }, 3)[0]!,
    },
    {
      name: "BatchNormalization that trains, its new statistics used",
      inputs: { x: f.float([3, 2, 4]), s: f.float([2]), b: f.float([2]), m: f.float([2]), v: f.float([2], 0.5, 1) },
      targets: both,
      build: (g) => {
        // ONNX Runtime overwrites the fed statistics if the new ones are not outputs, so it gets copies.
        const [m = "", v = ""] = ["m", "v"].map((name) => g.op("Neg", [g.op("Neg", [name])[0]!])[0]!);
        const [y = "", mean = "", variance = ""] = g.op(
          "BatchNormalization",
          ["x", "s", "b", m, v],
          { training_mode: 1, momentum: 0.7 },
          3,
        );
        const both = g.op("Reshape", [g.op("Mul", [mean, variance])[0]!, g.ints([1, 2, 1])])[0]!;
        return g.op("Mul", [y, both])[0]!;
      },
    },
    layer("InstanceNormalization", "images", [3, 2, 4, 4], [2], {}, { symbolic: { x: ["batch", 2, 4, 4] } }),
    layer(
      "GroupNormalization",
      "scales per channel",
      [2, 6, 3, 3],
      [6],
      { num_groups: 3 },
      { opset: 21, single: true, symbolic: { x: ["batch", 6, 3, 3] } },
    ),
    layer(
      "RMSNormalization",
      "the last dimension",
      [2, 3, 8],
      [8],
      { epsilon: 1e-3 },
      { opset: 23, bias: false, symbolic: { x: ["batch", 3, 8] } },
    ),
    layer("RMSNormalization", "two dimensions", [2, 3, 4], [3, 4], { axis: -2 }, { opset: 23, bias: false }),
    ...[1, 2].map(
      (p): Case => ({
        name: `LpNormalization, p ${p}`,
        inputs: { x: f.apart([3, 4], 0.3) },
        build: (g) => g.op("LpNormalization", ["x"], { axis: 1, p })[0]!,
      }),
    ),
    {
      name: "MeanVarianceNormalization",
      inputs: { x: f.float([2, 3, 2, 2]) },
      build: (g) => g.op("MeanVarianceNormalization", ["x"])[0]!,
    },
    {
      name: "LRN",
      inputs: { x: f.float([2, 5, 2, 3]) },
      build: (g) => g.op("LRN", ["x"], { size: 3, alpha: 0.5, beta: 0.6, bias: 1.3 })[0]!,
    },
    ...["Softmax", "LogSoftmax"].flatMap((op): Case[] =>
      [-1, 1, 0].map((axis) => ({
        name: `${op}, axis ${axis}`,
        inputs: { x: f.float([2, 3, 4], -2, 2) },
        targets: both,
        symbolic: { x: ["batch", 3, 4] },
        build: (g) => g.op(op, ["x"], { axis })[0]!,
      })),
    ),
  ]);
});

const labels = f.ints([4], 5);
const loss = (
  op: string,
  name: string,
  inputs: Record<string, Feed>,
  attributes: Attributes = {},
  outputs = 1,
  more: Partial<Case> = {},
): Case => ({
  name: `${op}, ${name}`,
  inputs,
  targets: both,
  build: (g) => g.op(op, Object.keys(inputs), attributes, outputs)[0]!,
  ...more,
});
describe("losses over classes", () => {
  run([
    ...["SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"].flatMap((op): Case[] => [
      ...["mean", "sum", "none"].flatMap((reduction) => [
        loss(op, reduction, { x: f.float([4, 5]), t: labels }, { reduction }, 1, {
          symbolic: { x: ["batch", 5], t: ["batch"] },
        }),
        loss(op, `${reduction}, images`, { x: f.float([2, 5, 3]), t: f.ints([2, 3], 5) }, { reduction }),
        loss(
          op,
          `${reduction}, weights and a label ignored`,
          { x: f.float([6, 3]), t: f.ints([6], 3), w: fixed(f.float([3], 0.5, 2)) },
          { reduction, ignore_index: 1 },
        ),
        loss(
          op,
          `${reduction}, the weights`,
          { x: f.float([6, 3]), t: f.ints([6], 3), w: f.float([3], 0.5, 2) },
          { reduction },
        ),
      ]),
      loss(
        op,
        "an ignored label that is not a class",
        { x: f.float([5, 3]), t: { elem: "int64", dims: [5], data: [0, -100, 2, 1, -100], diff: false } },
        { ignore_index: -100 },
      ),
      loss(op, "32-bit labels", { x: f.float([4, 5]), t: f.ints([4], 5, "int32") }),
    ]),
    loss("SoftmaxCrossEntropyLoss", "with log probabilities", { x: f.float([4, 5]), t: labels }, {}, 2),
    {
      name: "SoftmaxCrossEntropyLoss, log probabilities used",
      inputs: { x: f.float([4, 5]), t: labels },
      targets: both,
      build: (g) => {
        const [y = "", log = ""] = g.op("SoftmaxCrossEntropyLoss", ["x", "t"], {}, 2);
        return g.op("Mul", [y, log])[0]!;
      },
    },
  ]);
});
