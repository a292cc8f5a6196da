import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import type { AttributeInput } from "../../src/graph/attribute.ts";
import { Graph } from "../../src/graph/graph.ts";
import { session, tensor } from "../check.ts";

/** The gradient of the sum of what an operator gives, where there are several to choose from. */
async function gradient(
  op: string,
  x: readonly number[],
  dims: readonly number[],
  attributes: Readonly<Record<string, AttributeInput>> = {},
  others: readonly number[] = [],
  target: "cpu" | "webgpu" = "cpu",
  elem: "float32" | "float64" = "float32",
): Promise<readonly number[]> {
  const g = new Graph();
  g.input("x", { elem, shape: dims });
  g.output(g.op(op, ["x", ...others.map((v) => g.constant(v))], attributes)[0]!);
  const made = differentiate(g, {
    loss: (h, [y = ""]) => h.op("ReduceSum", [y], { keepdims: 0 })[0]!,
    inputs: ["x"],
    target,
  });
  const s = await session(made.graph);
  const out = await s.run({ x: tensor(elem, x, dims) });
  await s.release();
  return Array.from(out["x.grad"]!.data as Float32Array);
}

describe("where a function has no slope, the gradient is", () => {
  test("shared by all that are largest or smallest in a reduction, as in PyTorch's amax", async () => {
    expect(await gradient("ReduceMax", [2, 1, 2, 2], [4])).toEqual([1 / 3, 0, 1 / 3, 1 / 3].map(Math.fround));
    expect(await gradient("ReduceMin", [2, 1, 1, 2], [4])).toEqual([0, 0.5, 0.5, 0]);
    expect(await gradient("GlobalMaxPool", [3, 3, 1, 0], [1, 1, 2, 2])).toEqual([0.5, 0.5, 0, 0]);
  });

  test("that of one of the largest in a window, whichever the formulation: they add up to one", async () => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    const overlapping = { kernel_shape: [2, 2] };
    expect(await gradient("MaxPool", [3, 3, 1, 3], [1, 1, 2, 2], attributes)).toEqual([1, 0, 0, 0]);
    expect(await gradient("MaxPool", [3, 3, 1, 3], [1, 1, 2, 2], attributes, [], "webgpu")).toEqual(
      [1 / 3, 1 / 3, 0, 1 / 3].map(Math.fround),
    );
    for (const target of ["cpu", "webgpu"] as const) {
      expect(await gradient("MaxPool", [5, 5, 5, 5, 5, 5], [1, 1, 2, 3], overlapping, [], target)).toEqual([
        1, 1, 0, 0, 0, 0,
      ]);
    }
  });

  test("the first's where windows do not overlap, each window by itself, whatever the type", async () => {
    const x = [2, 5, 1, 7, 5, 0, 7, 7, 3, 3, 4, 4, 3, 3, 9, 4, -1, -2, 0, 0, -1, -1, 0, 0];
    const first = [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    for (const elem of ["float32", "float64"] as const) {
      const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
      expect(await gradient("MaxPool", x, [1, 1, 6, 4], attributes, [], "cpu", elem)).toEqual(first);
    }
  });

  test("nothing's where a window is NaN, and the other windows' are as they would be", async () => {
    const found = await gradient("MaxPool", [Number.NaN, Number.NaN, 1, 2], [1, 1, 4], {
      kernel_shape: [2],
      strides: [2],
    });
    expect(found).toEqual([0, 0, 0, 1]);
  });

  test("the first operand's of Max and Min", async () => {
    expect(await gradient("Max", [0, 1, -1], [3], {}, [0])).toEqual([1, 1, 0]);
    expect(await gradient("Min", [0, 1, -1], [3], {}, [0])).toEqual([1, 0, 1]);
    expect(await gradient("Max", [0, 1, -1], [3], {}, [0, 0])).toEqual([1, 1, 0]);
  });

  test("that of the inside at the bounds of Clip, and that of the left at the kink of Relu and its kind", async () => {
    expect(await gradient("Clip", [-1, 0, 1, 2], [4], {}, [-1, 1])).toEqual([1, 1, 1, 0]);
    expect(await gradient("Clip", [-1, 0, 3, 6, 7], [5], {}, [0, 6])).toEqual([0, 0, 1, 0, 0]); // PyTorch's relu6
    expect(await gradient("Relu", [0], [1])).toEqual([0]);
    expect(await gradient("LeakyRelu", [0], [1], { alpha: 0.25 })).toEqual([0.25]);
    expect(await gradient("Elu", [0], [1], { alpha: 2 })).toEqual([2]);
  });

  test("zero at the tip of a norm, never NaN", async () => {
    for (const target of ["cpu", "webgpu"] as const)
      expect(await gradient("Abs", [0, -2, 3], [3], {}, [], target)).toEqual([0, -1, 1]);
    expect(await gradient("ReduceL2", [0, 0], [2])).toEqual([0, 0]);
    expect(await gradient("ReduceL1", [0, 2], [2])).toEqual([0, 1]);
    expect(await gradient("GlobalLpPool", [0, 0], [1, 1, 2])).toEqual([0, 0]);
    expect(await gradient("Pow", [0], [1], {}, [0])).toEqual([0]);
    expect(await gradient("Pow", [0], [1], {}, [2])).toEqual([0]);
    expect(await gradient("Pow", [0], [1], {}, [1])).toEqual([1]);
  });
});
