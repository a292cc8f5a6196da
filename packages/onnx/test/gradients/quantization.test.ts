import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { Graph } from "../../src/graph/graph.ts";
import { constant } from "../../src/proto/index.ts";
import { session, tensor } from "../check.ts";

/** The gradients of the weighted sum (weights 1, 2, 3 …) of numbers that are quantized and dequantized. */
async function gradients(
  x: readonly number[],
  dims: readonly number[],
  scale: readonly number[],
  zero: number,
  scales: readonly number[],
): Promise<{ readonly y: number[]; readonly x: number[]; readonly scale: number[] }> {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: dims });
  g.input("scale", { elem: "float32", shape: scales });
  const zeros = g.constant(
    scale.map(() => zero),
    "int8",
    scales,
  );
  const [q = ""] = g.op("QuantizeLinear", ["x", "scale", zeros], { axis: 0 });
  g.op("DequantizeLinear", [q, "scale", zeros], { axis: 0 }, ["y"]);
  g.output("y");
  const weights = x.map((_, i) => i + 1);
  const { graph } = differentiate(g, {
    loss: (h, [y = ""]) =>
      h.op("ReduceSum", [h.op("Mul", [y, h.constant(weights, "float32", dims)])[0]!], { keepdims: 0 })[0]!,
    inputs: ["x", "scale"],
  });
  const s = await session(graph);
  const out = await s.run({ x: tensor("float32", x, dims), scale: tensor("float32", scale, scales) });
  await s.release();
  const numbers = (name: string): number[] => Array.from(out[name]!.data as Float32Array);
  return { y: numbers("y"), x: numbers("x.grad"), scale: numbers("scale.grad") };
}

function close(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, w] of wanted.entries()) expect(Math.abs(found[i]! - w)).toBeLessThan(1e-5 * (1 + Math.abs(w)));
}

// The numbers are those of torch._fake_quantize_learnable_per_{tensor,channel}_affine, PyTorch 2.13.
describe("quantizing and dequantizing is fake quantization", () => {
  test("of a tensor: straight through within the range, nothing beyond", async () => {
    const { y, x, scale } = await gradients([-40, -1.3, -0.26, 0.12, 0.5, 1.9, 2.6, 40], [8], [0.25], 3, []);
    close(y, [-32.75, -1.25, -0.25, 0, 0.5, 2, 2.5, 31]);
    expect(x).toEqual([0, 2, 3, 4, 5, 6, 7, 0]);
    close(scale, [859.199951171875]);
  });

  test("of channels", async () => {
    const { x, scale } = await gradients([-3, -1.3, -0.26, 0.12, 0.5, 1.9], [2, 3], [0.01, 0.02], 0, [2]);
    expect(x).toEqual([0, 0, 3, 4, 5, 6]);
    close(scale, [-384, -8.381903171539307e-6]);
  });
});

const waves = (count: number, step: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(i * step + 1));
const bytesOf = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 89 + 41) % 256);

/** The output of a graph and the gradient by x of its weighted sum (weights 1, 2, 3 …). */
async function slopes(g: Graph, y: string, x: readonly number[], dims: readonly number[], size: readonly number[]) {
  g.output(y);
  const weights = Array.from({ length: size.reduce((a, b) => a * b, 1) }, (_, i) => i + 1);
  const { graph } = differentiate(g, {
    loss: (h) => h.op("ReduceSum", [h.op("Mul", [y, h.constant(weights, "float32", size)])[0]!], { keepdims: 0 })[0]!,
    inputs: ["x"],
  });
  const s = await session(graph);
  const out = await s.run({ x: tensor("float32", x, dims) });
  await s.release();
  return Array.from(out["x.grad"]!.data as Float32Array); // asked for
}

/** x quantized in the run, multiplied with whole numbers, and scaled: as ONNX Runtime's dynamic quantization writes it. */
function dynamic(
  op: "MatMulInteger" | "ConvInteger",
  dims: readonly number[],
  kernel: readonly number[],
  zeros: number[],
): Graph {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: dims });
  const count = kernel.reduce((a, b) => a * b, 1);
  g.literal("w", constant(bytesOf(count), "uint8", kernel));
  const [q = "", scale = "", zero = ""] = g.op("DynamicQuantizeLinear", ["x"], {}, 3);
  const [whole = ""] = g.op(op, [q, "w", zero, g.constant(zeros, "uint8", zeros.length === 1 ? [] : [zeros.length])]);
  const [float = ""] = g.op("Cast", [whole], { to: "float32" });
  g.op("Mul", [float, g.op("Mul", [scale, g.constant(0.02)])[0]!], {}, ["y"]);
  return g;
}

describe("a product of numbers that are quantized in the run passes gradients straight through", () => {
  // As PyTorch's fake quantization with a scale from the numbers themselves: the gradient of the product with the dequantized matrix.
  test("of a matrix, with a zero point for each column", async () => {
    const zeros = [100, 120, 90];
    const found = await slopes(dynamic("MatMulInteger", [2, 4], [4, 3], zeros), "y", waves(8, 1.7), [2, 4], [2, 3]);
    const w = bytesOf(12).map((v, i) => (v - zeros[i % 3]!) * 0.02);
    const wanted = Array.from({ length: 8 }, (_, i) =>
      [0, 1, 2].reduce((sum, j) => sum + (3 * Math.floor(i / 4) + j + 1) * w[(i % 4) * 3 + j]!, 0),
    );
    close(found, wanted);
  });

  test("of a convolution", async () => {
    const zeros = [100];
    const found = await slopes(
      dynamic("ConvInteger", [1, 1, 5], [2, 1, 2], zeros),
      "y",
      waves(5, 1.3),
      [1, 1, 5],
      [1, 2, 4],
    );
    const w = bytesOf(4).map((v) => (v - 100) * 0.02);
    const wanted = Array<number>(5).fill(0);
    // dx[i] = Σ over channels c and taps k of the weight of y[c, i − k] times w[c, k].
    for (const i of wanted.keys())
      for (const c of [0, 1])
        for (const k of [0, 1]) if (i - k >= 0 && i - k < 4) wanted[i]! += (4 * c + i - k + 1) * w[2 * c + k]!;
    close(found, wanted);
  });

  test("and nothing beyond the range of a scale that is fixed", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [1, 3] });
    g.literal("w", constant([1, 2, 3], "int8", [3, 1]));
    const [scale, zero] = [g.constant(0.1), g.constant(10, "uint8")];
    const [q = ""] = g.op("QuantizeLinear", ["x", scale, zero]);
    const [whole = ""] = g.op("MatMulInteger", [q, "w", zero]);
    g.op("Mul", [g.op("Cast", [whole], { to: "float32" })[0]!, scale], {}, ["y"]);
    close(await slopes(g, "y", [0.5, -7, 1.5], [1, 3], [1, 1]), [1, 0, 3]);
  });
});

describe("whole numbers of a quantizer that go another way", () => {
  test("are refused where they are floats again, by the names of both", () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [2, 2] });
    const [scale, zero] = [g.constant(0.1), g.constant(10, "uint8")];
    const [q = ""] = g.op("QuantizeLinear", ["x", scale, zero]);
    const [moved = ""] = g.op("QLinearMatMul", [
      q,
      scale,
      zero,
      g.constant([1, 2, 3, 4], "uint8", [2, 2]),
      scale,
      zero,
      scale,
      zero,
    ]);
    const [y = ""] = g.op("DequantizeLinear", [moved, scale, zero]);
    // A path beside the quantized one must not hide that its gradient would be left out.
    g.output(g.op("ReduceSum", [g.op("Add", [y, "x"])[0]!], { keepdims: 0 })[0]!);
    expect(() => differentiate(g, { inputs: ["x"] })).toThrow(
      /^DequantizeLinear .* reads whole numbers that QuantizeLinear .* rounded, and no gradient is known on that way\. Train .*QuantFormat\.QDQ/,
    );
  });

  test("cost nothing where they only decide on places", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [1, 3] });
    const [q = ""] = g.op("QuantizeLinear", ["x", g.constant(0.1), g.constant(10, "uint8")]);
    const [best = ""] = g.op("ArgMax", [q], { axis: 1 });
    g.op("GatherElements", ["x", best], { axis: 1 }, ["y"]);
    expect(await slopes(g, "y", [0.5, 2, 1.5], [1, 3], [1, 1])).toEqual([0, 1, 0]);
  });
});
