import { describe } from "vitest";
import { type Case, type Feed, Feeds, fixed, run } from "../check.ts";

const f = new Feeds(6);
type Attributes = Record<string, number | string | readonly number[]>;
const conv = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  attributes: Attributes = {},
  more: Partial<Case> & { readonly op?: string; readonly bias?: number } = {},
): Case => {
  const { op = "Conv", bias, ...rest } = more;
  const inputs: Record<string, Feed> = { x: f.float(x), w: f.float(w) };
  if (bias !== undefined) inputs.b = f.float([bias]);
  return { name: `${op}, ${name}`, inputs, build: (g) => g.op(op, Object.keys(inputs), attributes)[0]!, ...rest };
};

const both = ["cpu", "webgpu"] as const;
/** Then the kernel of the second gradient has sizes by name, and attributes are numbers. */
const once = "the second gradient needs the image's sizes as numbers";

describe("convolutions", () => {
  run([
    conv(
      "3 × 3, padded, with bias",
      [2, 3, 6, 6],
      [4, 3, 3, 3],
      { pads: [1, 1, 1, 1] },
      { bias: 4, symbolic: { x: ["batch", 3, 6, 6] } },
    ),
    conv("no padding", [2, 3, 5, 6], [4, 3, 3, 2]),
    conv("uneven padding", [2, 2, 5, 5], [3, 2, 3, 3], { pads: [0, 1, 2, 1] }),
    conv("more padding than the kernel reaches", [1, 2, 4, 4], [2, 2, 2, 2], { pads: [2, 2, 2, 2] }),
    conv(
      "stride 2, the end not reached",
      [2, 3, 7, 8],
      [4, 3, 3, 3],
      { pads: [1, 1, 1, 1], strides: [2, 2] },
      { symbolic: { x: ["batch", 3, 7, 8] } },
    ),
    conv("strides 3 and 1", [2, 2, 9, 5], [3, 2, 2, 3], { strides: [3, 1] }),
    conv("stride larger than the kernel", [2, 2, 8, 8], [3, 2, 2, 2], { strides: [3, 3] }),
    conv("dilation 2", [2, 3, 7, 7], [4, 3, 3, 3], { dilations: [2, 2] }),
    conv("dilation and stride", [2, 2, 9, 9], [3, 2, 3, 3], { dilations: [2, 3], strides: [2, 2], pads: [1, 2, 1, 2] }),
    ...["SAME_UPPER", "SAME_LOWER", "VALID"].map((auto_pad) =>
      conv(
        `auto_pad ${auto_pad}`,
        [2, 2, 6, 5],
        [3, 2, 3, 4],
        { auto_pad, strides: [2, 1] },
        { symbolic: { x: ["batch", 2, 6, 5] } },
      ),
    ),
    conv("1 × 1", [2, 3, 4, 4], [4, 3, 1, 1], {}, { symbolic: { x: ["batch", 3, 4, 4] } }),
    conv("1 × 1, stride 2", [2, 3, 5, 5], [4, 3, 1, 1], { strides: [2, 2] }),
    conv("1 × 1, padded", [2, 3, 4, 4], [4, 3, 1, 1], { pads: [1, 0, 1, 0] }),
    conv(
      "many channels",
      [1, 18, 4, 4],
      [2, 18, 3, 3],
      { pads: [1, 1, 1, 1] },
      { symbolic: { x: ["batch", 18, 4, 4] }, targets: both },
    ),
    conv(
      "many channels, stride and dilation",
      [1, 17, 6, 7],
      [2, 17, 2, 3],
      { strides: [2, 1], dilations: [1, 2] },
      { targets: both },
    ),
    conv("many channels and a large image", [1, 16, 88, 88], [1, 16, 3, 3]),
    conv("few channels, a batch of 16", [16, 2, 5, 6], [3, 2, 3, 3], {
      pads: [1, 0, 2, 1],
      strides: [2, 1],
      dilations: [1, 2],
    }),
    conv("few channels of many", [2, 2, 5, 6], [17, 2, 3, 3], { pads: [1, 1, 1, 1] }, { targets: both }),
    conv(
      "a small image under many outputs",
      [2, 2, 4, 4],
      [16, 2, 3, 3],
      { pads: [1, 1, 1, 1] },
      { symbolic: { x: ["batch", 2, 4, 4] }, targets: both },
    ),
    conv(
      "a small image under many outputs, stride and dilation",
      [2, 2, 4, 4],
      [16, 2, 2, 3],
      { pads: [0, 2, 1, 1], strides: [2, 1], dilations: [1, 2] },
      { symbolic: { x: ["batch", 2, 4, 4] }, targets: both },
    ),
    conv("a small image of one dimension", [2, 3, 9], [16, 3, 3], { pads: [1, 1], strides: [2] }),
    conv(
      "two groups, stride 2",
      [2, 4, 6, 6],
      [6, 2, 3, 3],
      { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
      { bias: 6, symbolic: { x: ["batch", 4, 6, 6] } },
    ),
    conv(
      "two groups, stride 1",
      [2, 4, 5, 5],
      [6, 2, 3, 3],
      { group: 2, pads: [1, 1, 1, 1] },
      { symbolic: { x: ["batch", 4, 5, 5] } },
    ),
    conv(
      "depthwise",
      [2, 4, 6, 6],
      [4, 1, 3, 3],
      { group: 4, pads: [1, 1, 1, 1] },
      { symbolic: { x: ["batch", 4, 6, 6] } },
    ),
    conv("depthwise, two outputs each, stride 2", [2, 3, 6, 6], [6, 1, 3, 3], { group: 3, strides: [2, 2] }),
    conv("depthwise with a large kernel", [1, 2, 7, 7], [2, 1, 6, 6], { group: 2, pads: [2, 2, 3, 3] }),
    conv(
      "one dimension, stride 2",
      [2, 3, 9],
      [4, 3, 3],
      { strides: [2], pads: [1, 1] },
      { symbolic: { x: ["batch", 3, 9] } },
    ),
    conv(
      "three dimensions",
      [1, 2, 4, 5, 4],
      [3, 2, 2, 3, 2],
      { pads: [0, 1, 0, 1, 1, 0], strides: [1, 2, 1] },
      { targets: ["cpu", "webgpu"] },
    ),
    conv(
      "an image of a size only the run tells",
      [2, 2, 7, 6],
      [3, 2, 3, 3],
      { pads: [1, 1, 1, 1] },
      { symbolic: { x: ["batch", 2, "height", "width"] }, once },
    ),
    conv(
      "stride 2 and an image of a size only the run tells",
      [2, 2, 7, 6],
      [3, 2, 3, 3],
      { pads: [1, 0, 1, 2], strides: [2, 2] },
      { symbolic: { x: ["batch", 2, "height", "width"] }, once },
    ),
    conv(
      "depthwise and an image of a size only the run tells",
      [2, 2, 7, 6],
      [2, 1, 3, 3],
      { group: 2, strides: [2, 2] },
      { symbolic: { x: ["batch", 2, "height", "width"] }, once },
    ),
    {
      name: "Conv, fixed weights",
      inputs: { x: f.float([1, 2, 5, 5]), w: fixed(f.float([3, 2, 3, 3])) },
      build: (g) => g.op("Conv", ["x", "w"])[0]!,
    },
  ]);
});

describe("columns added into an image", () => {
  const col = (
    name: string,
    x: readonly number[],
    image: readonly number[],
    block: readonly number[],
    attributes: Attributes = {},
  ): Case => ({
    name: `Col2Im, ${name}`,
    inputs: { x: f.float(x) },
    build: (g) => {
      const [y = ""] = g.op("Col2Im", ["x", g.ints(image), g.ints(block)], attributes);
      return g.op("Mul", [y, y])[0]!;
    },
  });
  run([
    col("plain", [2, 12, 6], [3, 4], [2, 2]),
    col("strides, padding, dilation", [1, 8, 9], [5, 6], [2, 2], {
      strides: [2, 2],
      pads: [1, 0, 0, 1],
      dilations: [1, 2],
    }),
  ]);
});

describe("transposed convolutions", () => {
  const op = "ConvTranspose";
  run([
    conv("plain", [2, 3, 4, 4], [3, 4, 3, 3], {}, { op, bias: 4, symbolic: { x: ["batch", 3, 4, 4] } }),
    conv(
      "stride 2, padded, more output",
      [2, 3, 4, 4],
      [3, 4, 3, 3],
      { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
      { op, bias: 4, symbolic: { x: ["batch", 3, 4, 4] } },
    ),
    conv("stride 3", [1, 2, 3, 4], [2, 3, 2, 2], { strides: [3, 3] }, { op }),
    conv("dilation 2", [1, 2, 4, 4], [2, 3, 3, 3], { dilations: [2, 2], strides: [2, 1] }, { op }),
    conv("two groups", [2, 4, 4, 4], [4, 3, 3, 3], { group: 2, strides: [2, 2] }, { op }),
    conv("depthwise", [2, 3, 4, 4], [3, 1, 3, 3], { group: 3, strides: [2, 2] }, { op }),
    conv("many channels", [1, 2, 4, 4], [2, 18, 2, 2], { strides: [2, 2] }, { op }),
    ...["SAME_UPPER", "SAME_LOWER", "VALID"].map((auto_pad) =>
      conv(`auto_pad ${auto_pad}`, [1, 2, 4, 3], [2, 3, 3, 4], { auto_pad, strides: [2, 3] }, { op }),
    ),
    conv("a given size", [1, 2, 3, 3], [2, 2, 3, 3], { strides: [3, 2], output_shape: [10, 8] }, { op }),
    conv(
      "a given size and more output",
      [1, 2, 3, 3],
      [2, 2, 3, 3],
      { strides: [2, 2], output_shape: [7, 6], output_padding: [1, 1] },
      { op },
    ),
    conv("a given smaller size", [1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 6] }, { op }),
    conv("one dimension", [2, 3, 5], [3, 2, 4], { strides: [2], pads: [1, 1] }, { op }),
    conv("three dimensions", [1, 2, 3, 2, 3], [2, 2, 2, 2, 2], { strides: [2, 1, 2] }, { op }),
  ]);
});
