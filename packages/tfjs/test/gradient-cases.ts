import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerWasmGradients } from "../src/wasm/gradients.ts";
import { hasSimd } from "../src/wasm/simd.ts";
import { randn, tf, use } from "./backends.ts";

type Case = readonly [name: string, f: (...x: tf.Tensor[]) => tf.Tensor, ...shapes: number[][]];
const image = [2, 9, 8, 3];
const conv: Case[] = [];
const explicit: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 2],
  [0, 1],
  [0, 0],
];
for (const strides of [1, 2, [1, 2]] as (number | [number, number])[])
  for (const pad of ["same", "valid", 1, explicit] as const)
    for (const [h, w] of [
      [3, 3],
      [1, 1],
      [5, 5],
      [2, 3],
    ] as const) {
      // tfjs sizes the output by the height alone where padding is one number.
      if (pad === 1 && (h !== w || typeof strides !== "number")) continue;
      conv.push([
        `conv2d ${h}x${w}, strides ${strides}, padding ${JSON.stringify(pad)}`,
        (x, k) =>
          tf.conv2d(
            x as tf.Tensor4D,
            k as tf.Tensor4D,
            strides,
            pad,
            "NHWC",
            1,
            typeof pad === "string" ? undefined : "floor",
          ),
        image,
        [h, w, 3, 4],
      ]);
    }
conv.push(
  [
    "conv2d of one channel",
    (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, "same"),
    [3, 9, 8, 1],
    [3, 3, 1, 8],
  ],
  [
    "conv2d at stride 8",
    (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 8, "valid"),
    [2, 16, 16, 3],
    [8, 8, 3, 5],
  ],
  [
    "conv2d of a batch of 40",
    (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, "same"),
    [40, 6, 6, 5],
    [3, 3, 5, 7],
  ],
  ["conv1d", (x, k) => tf.conv1d(x as tf.Tensor3D, k as tf.Tensor3D, 2, "same"), [2, 9, 3], [3, 3, 4]],
  [
    "fused conv2d with bias and relu",
    (x, filter, bias) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        bias: bias!,
        strides: 1,
        pad: "same",
        activation: "relu",
      }),
    image,
    [3, 3, 3, 4],
    [4],
  ],
  [
    "transposed conv2d, stride 2",
    (x, k) => tf.conv2dTranspose(x as tf.Tensor4D, k as tf.Tensor4D, [2, 10, 10, 3], 2, "same"),
    [2, 5, 5, 4],
    [3, 3, 3, 4],
  ],
  [
    "transposed conv2d, valid",
    (x, k) => tf.conv2dTranspose(x as tf.Tensor4D, k as tf.Tensor4D, [2, 7, 7, 3], 1, "valid"),
    [2, 5, 5, 4],
    [3, 3, 3, 4],
  ],
  ["conv3d", (x, k) => tf.conv3d(x as tf.Tensor5D, k as tf.Tensor5D, 1, "same"), [2, 5, 5, 4, 3], [3, 3, 3, 3, 4]],
  [
    "conv3d at stride 2",
    (x, k) => tf.conv3d(x as tf.Tensor5D, k as tf.Tensor5D, 2, "same"),
    [2, 5, 6, 4, 3],
    [2, 3, 2, 3, 4],
  ],
);
for (const strides of [1, 2])
  for (const pad of ["same", "valid", 1] as const)
    for (const multiplier of [1, 2])
      conv.push([
        `depthwise conv2d, strides ${strides}, padding ${pad}, multiplier ${multiplier}`,
        (x, k) =>
          tf.depthwiseConv2d(
            x as tf.Tensor4D,
            k as tf.Tensor4D,
            strides,
            pad,
            "NHWC",
            1,
            pad === 1 ? "floor" : undefined,
          ),
        image,
        [3, 3, 3, multiplier],
      ]);
conv.push([
  "separable conv2d",
  (x, d, p) => tf.separableConv2d(x as tf.Tensor4D, d as tf.Tensor4D, p as tf.Tensor4D, 1, "same"),
  image,
  [3, 3, 3, 2],
  [1, 1, 6, 4],
]);

/** Whole numbers, many of them equal, through which gradients pass as they are. */
const rounded = (x: tf.Tensor): tf.Tensor4D =>
  tf.customGrad((y) => ({ value: tf.round(y as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy }))(x) as tf.Tensor4D;

const pool: Case[] = [1, 2, 3].flatMap((strides) =>
  (["same", "valid", 1] as const).map(
    (pad): Case => [
      `max pooling, strides ${strides}, padding ${pad}`,
      (x) => tf.maxPool(x as tf.Tensor4D, 3, strides, pad, pad === 1 ? "floor" : undefined),
      image,
    ],
  ),
);
pool.push(
  ["max pooling 2x2", (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid"), [2, 8, 8, 5]],
  ["max pooling of four equal channels", (x) => tf.maxPool(rounded(x), 3, 2, "valid"), [2, 9, 8, 4]],
  ["max pooling padded along x", (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "same"), [2, 4, 5, 4]],
  ["max pooling padded along y", (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "same"), [2, 5, 4, 4]],
  ["max pooling of equal numbers", (x) => tf.maxPool(rounded(x), 2, 2, "same"), image],
  ["max pooling of negative numbers", (x) => tf.maxPool(tf.sub(x, 9) as tf.Tensor4D, 2, 2, "same"), image],
  ["max pooling in three dimensions", (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, "same"), [2, 5, 5, 4, 3]],
  ["average pooling", (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, "valid"), image],
);

const others: Case[] = [false, true].flatMap((a) =>
  [false, true].flatMap((b): Case[] => [
    [
      `matMul${a ? " transposed" : ""} by${b ? " transposed" : ""}`,
      (x, y) => tf.matMul(x, y, a, b),
      a ? [40, 30] : [30, 40],
      b ? [50, 40] : [40, 50],
    ],
    [`small matMul ${a} ${b}`, (x, y) => tf.matMul(x, y, a, b), a ? [4, 3] : [3, 4], b ? [5, 4] : [4, 5]],
    [
      `batched matMul ${a} ${b}`,
      (x, y) => tf.matMul(x, y, a, b),
      a ? [2, 40, 30] : [2, 30, 40],
      b ? [2, 50, 40] : [2, 40, 50],
    ],
  ]),
);
others.push(
  ["gather", (x) => tf.gather(x, tf.tensor1d([0, 2, 2, 1], "int32")), [3, 5]],
  ["gather along the second axis", (x) => tf.gather(x, tf.tensor1d([0, 2, 2, 1], "int32"), 1), [3, 5]],
  [
    "gather from a batch",
    (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [0, 2],
            [1, 1],
          ],
          [2, 2],
          "int32",
        ),
        1,
        1,
      ),
    [2, 3, 5],
  ],
  ["sum by segment", (x) => tf.unsortedSegmentSum(x, tf.tensor1d([0, 1, 0, -1, 1], "int32"), 2), [5, 2]],
  ["clone", (x) => tf.mul(tf.clone(x), x), [3, 5]],
  [
    "batch normalisation",
    (x, scale, shift) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(
        x as tf.Tensor4D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        shift as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      );
    },
    image,
    [3],
    [3],
  ],
  [
    "softmax cross entropy",
    (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([0, 3, 1], "int32"), 5), x),
    [3, 5],
  ],
);

/** Gradients of a weighted sum of f, by every input. */
function gradients(f: (...x: tf.Tensor[]) => tf.Tensor, shapes: number[][]): { value: tf.Tensor; grads: tf.Tensor[] } {
  return tf.tidy(() => {
    const x = shapes.map((shape, i) => randn(shape, i + 1));
    const grads = tf.grads((...inputs: tf.Tensor[]) => {
      const y = f(...inputs);
      return tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape)));
    })(x);
    return { value: f(...x), grads };
  });
}

/** The largest difference as a fraction of the largest number. */
function farthest(tensor: tf.Tensor, want: Float32Array): number {
  const got = tensor.dataSync();
  expect(got.length).toBe(want.length);
  const most = want.reduce((m, x) => Math.max(m, Math.abs(x)), 1e-3);
  return want.reduce((m, x, k) => Math.max(m, Math.abs(x - got[k]!)), 0) / most;
}

const groups = { convolution: conv, pooling: pool, "the rest of a network": others };
const expected = new Map<string, Float32Array[]>();

/** Declares the tests; they register the kernels, so a file may call it once. */
export function describeGradients(title: string, simd: boolean): void {
  describe(title, () => {
    beforeAll(async () => {
      await use("cpu");
      for (const [name, f, ...shapes] of Object.values(groups).flat()) {
        const { value, grads } = gradients(f, shapes);
        expected.set(
          name,
          [value, ...grads].map((t) => t.dataSync() as Float32Array),
        ); // all are float32
        tf.dispose([value, ...grads]);
      }
      await use("wasm");
    });
    afterAll(() => use("cpu"));

    test(`loops of SIMD instructions are ${simd ? "" : "not "}used`, () => expect(hasSimd()).toBe(simd));

    test("the backend lacks the gradient of a convolution until they are supplied, once", () => {
      const [, f, ...shapes] = conv[0]!;
      expect(() => gradients(f, shapes)).toThrow("Conv2DBackpropFilter");
      // Those that are there and wrong: max pooling where nothing is positive, and 3-D convolution.
      for (const wrong of [
        "max pooling of negative numbers",
        "max pooling in three dimensions",
        "conv3d at stride 2",
      ]) {
        const [, g, ...s] = Object.values(groups)
          .flat()
          .find(([name]) => name === wrong)!;
        const { value, grads } = gradients(g, s);
        const off = [value, ...grads].map((t, i) => farthest(t, expected.get(wrong)![i]!));
        expect(Math.max(...off), wrong).toBeGreaterThan(0.1);
        tf.dispose([value, ...grads]);
      }
      expect(registerWasmGradients()).toContain("Conv2DBackpropFilter");
      expect(registerWasmGradients()).toEqual([]);
    });

    for (const [group, cases] of Object.entries(groups))
      describe(group, () => {
        const named = cases.map(([name, f, ...shapes]) => ({ name, f, shapes }));
        test.each(named)("$name", ({ name, f, shapes }) => {
          const before = tf.memory().numTensors;
          const { value, grads } = gradients(f, shapes);
          expect(tf.memory().numTensors - before).toBe(grads.length + 1);
          [value, ...grads].forEach((tensor, i) => {
            // Both sum up to some 2,000 float32 products, in different orders: 1e-5 of the largest is ten times what is seen.
            expect(farthest(tensor, expected.get(name)![i]!)).toBeLessThan(1e-5);
          });
          tf.dispose([value, ...grads]);
        });
      });
  });
}
