import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { Graph } from "../../src/graph/graph.ts";
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
