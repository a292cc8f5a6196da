import { describe } from "vitest";
import { type Case, Feeds, run } from "../check.ts";

const f = new Feeds(7);
const both = ["cpu", "webgpu"] as const;
type Attributes = Record<string, number | string | readonly number[]>;
/** Squared, so that the gradient of the gradient is not just zero. */
const pool = (
  op: string,
  name: string,
  x: readonly number[],
  attributes: Attributes,
  more: Partial<Case> = {},
): Case => ({
  name: `${op}, ${name}`,
  // Kinks: at ties of MaxPool, at zero of LpPool.
  inputs: { x: /Max|Lp/.test(op) ? f.apart(x, 0.11) : f.float(x) },
  build: (g) => {
    const [y = ""] = g.op(op, ["x"], attributes);
    return g.op("Mul", [y, y])[0]!;
  },
  ...(op === "MaxPool" ? { targets: both } : {}),
  ...more,
});
/** By name only the batch, so that each formulation knows the image. */
const batch = (x: readonly number[]): Partial<Case> => ({ symbolic: { x: ["batch", ...x.slice(1)] } });

const forms: readonly [string, readonly number[], Attributes][] = [
  ["tiles", [2, 3, 4, 6], { kernel_shape: [2, 3], strides: [2, 3] }],
  ["tiles, a rest left over", [2, 3, 5, 7], { kernel_shape: [2, 3], strides: [2, 3] }],
  ["overlapping, padded", [2, 2, 7, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ["stride 1", [1, 2, 4, 5], { kernel_shape: [2, 3] }],
  ["uneven padding", [1, 2, 5, 6], { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 2, 1] }],
  ["ceil_mode", [1, 2, 6, 7], { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }],
  ["ceil_mode, padded", [1, 2, 6, 6], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }],
  ["SAME_UPPER", [1, 2, 5, 6], { kernel_shape: [2, 3], strides: [2, 1], auto_pad: "SAME_UPPER" }],
  ["SAME_LOWER", [1, 2, 5, 6], { kernel_shape: [2, 3], strides: [2, 1], auto_pad: "SAME_LOWER" }],
  ["VALID", [1, 2, 5, 6], { kernel_shape: [2, 3], strides: [2, 1], auto_pad: "VALID" }],
  ["one dimension", [2, 2, 7], { kernel_shape: [3], strides: [2], pads: [1, 1] }],
  ["three dimensions", [1, 2, 4, 4, 5], { kernel_shape: [2, 2, 3], strides: [2, 1, 2] }],
];

describe("poolings", () => {
  run([
    ...forms.map(([name, x, attributes]) => pool("MaxPool", name, x, attributes, batch(x))),
    pool("MaxPool", "dilation 2", [1, 2, 6, 7], { kernel_shape: [2, 3], dilations: [2, 2] }),
    pool("MaxPool", "dilation and stride", [1, 2, 8, 7], {
      kernel_shape: [2, 2],
      dilations: [3, 2],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    pool(
      "MaxPool",
      "an image of a size only the run tells",
      [2, 2, 6, 6],
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      { targets: ["cpu"], symbolic: { x: ["batch", 2, "height", "width"] } },
    ),
    {
      name: "MaxPool, places counted by columns",
      inputs: { x: f.apart([1, 2, 5, 5]) },
      build: (g) => g.op("MaxPool", ["x"], { kernel_shape: [3, 3], strides: [2, 2], storage_order: 1 }, 2)[0]!,
    },
    ...forms.flatMap(([name, x, attributes]) => [
      pool("AveragePool", name, x, attributes, batch(x)),
      pool("AveragePool", `${name}, padding counted`, x, { ...attributes, count_include_pad: 1 }, { targets: both }),
    ]),
    pool("AveragePool", "dilation 2", [1, 2, 6, 7], { kernel_shape: [2, 3], dilations: [2, 2], pads: [1, 1, 1, 1] }),
    ...[1, 2, 3].flatMap((p) => [
      pool("LpPool", `p ${p}, tiles`, [1, 2, 4, 6], { kernel_shape: [2, 3], strides: [2, 3], p }),
      pool("LpPool", `p ${p}, overlapping`, [1, 2, 5, 5], { kernel_shape: [3, 3], strides: [2, 2], p }),
      pool("GlobalLpPool", `p ${p}`, [2, 2, 3, 3], { p }),
    ]),
    pool("GlobalAveragePool", "", [2, 3, 4, 4], {}, { symbolic: { x: ["batch", 3, "height", "width"] } }),
    pool("GlobalMaxPool", "", [2, 3, 4, 4], {}, batch([2, 3, 4, 4])),
    {
      name: "MaxUnpool",
      inputs: {
        x: f.float([1, 2, 2, 2]),
        i: { elem: "int64", dims: [1, 2, 2, 2], data: [0, 3, 9, 10, 20, 22, 28, 31], diff: false },
      },
      build: (g) => {
        const [y = ""] = g.op("MaxUnpool", ["x", "i", g.ints([1, 2, 4, 4])], { kernel_shape: [2, 2], strides: [2, 2] });
        return g.op("Mul", [y, y])[0]!;
      },
    },
  ]);
});
