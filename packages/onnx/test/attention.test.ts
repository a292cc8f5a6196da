import { describe, expect, test } from "vitest";
import { type AttributeInput, prune } from "../src/graph/index.ts";
import { differentiate, exportModel, Graph, importModel } from "../src/index.ts";
import { type Constant, constant } from "../src/proto/index.ts";
import { run } from "./runtime.ts";

// By ONNX 1.23 (Attention of opset 25), where onnxruntime has no kernel to compare with. All scores are equal, so that each
// query's output is the mean of the values it attends.

/** The output and the gradient of v of an Attention, as the differentiated graph computes them. */
async function attention(
  queries: number,
  values: readonly number[],
  attributes: Readonly<Record<string, AttributeInput>>,
  mask?: Constant,
  cached?: number,
): Promise<{ readonly y: number[]; readonly dv: number[] }> {
  const g = new Graph(25);
  const tensor = (name: string, length: number): string => g.input(name, { elem: "float32", shape: [1, 1, length, 1] });
  const inputs = [tensor("q", queries), tensor("k", values.length), tensor("v", values.length)];
  if (mask !== undefined) inputs.push(g.input("m", { elem: mask.elem, shape: mask.dims }));
  if (cached !== undefined) {
    if (mask === undefined) inputs.push("");
    inputs.push("", "", g.input("n", { elem: "int64", shape: [1] }));
  }
  g.op("Attention", inputs, attributes, ["y"]);
  g.output("y");
  const { graph, inputs: made } = differentiate(importModel(exportModel(g)), {
    loss: (h) => h.op("ReduceSum", ["y"], { keepdims: 0 })[0]!,
    inputs: ["v"],
  });
  prune(graph);
  const zeros = (length: number): Constant => constant(new Float32Array(length), "float32", [1, 1, length, 1]);
  const results = await run(exportModel(graph), {
    q: zeros(queries),
    k: zeros(values.length),
    v: constant(Float32Array.from(values), "float32", [1, 1, values.length, 1]),
    ...(mask && { m: mask }),
    ...(cached !== undefined && { n: constant([cached], "int64") }),
  });
  const numbers = (name: string): number[] => Array.from(results[name]?.data ?? [], Number);
  return { y: numbers("y"), dv: numbers(made[0]?.grad ?? "") };
}

describe("attention", () => {
  test("through windows to the left and to the right", async () => {
    const values = [1, 2, 3, 4];
    expect((await attention(4, values, { left_window_size: 0, is_causal: 1 })).y).toEqual([1, 2, 3, 4]);
    expect((await attention(4, values, { left_window_size: 1, right_window_size: 0 })).y).toEqual([1, 1.5, 2.5, 3.5]);
    expect((await attention(4, values, { right_window_size: 1 })).y).toEqual([1.5, 2, 2.5, 2.5]);
  });

  test("with a mask of −∞: no gradient passes it, and a query without keys is zero", async () => {
    const mask = constant(
      [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
      "float32",
      [2, 2],
    );
    expect(await attention(2, [1, 3], {}, mask)).toEqual({ y: [1, 0], dv: [1, 0] });
    expect(await attention(2, [1, 3], { softcap: 2 }, mask)).toEqual({ y: [1, 0], dv: [1, 0] });
  });

  test("with the lowest finite number in a whole row, which excludes nothing", async () => {
    const lowest = -3.4028234663852886e38;
    expect((await attention(1, [1, 3], {}, constant([lowest, lowest], "float32", [1, 2]))).y).toEqual([2]);
  });

  test("with a mask for fewer keys than there are, which excludes the others", async () => {
    const bool = constant([true, true], "bool", [1, 2]);
    const float = constant([0, 0], "float32", [1, 2]);
    for (const mask of [bool, float]) expect((await attention(1, [1, 3, 8], {}, mask)).y).toEqual([2]);
  });

  test("over an external cache: causal from its end, and a query before its beginning has no key", async () => {
    const values = [1, 2, 3, 4];
    expect((await attention(1, values, { is_causal: 1 }, undefined, 4)).y).toEqual([2.5]);
    expect((await attention(2, values, { is_causal: 1 }, undefined, 3)).y).toEqual([1.5, 2]);
    expect((await attention(2, values, {}, undefined, 3)).y).toEqual([2, 2]);
    expect(await attention(2, values, { is_causal: 1 }, undefined, 1)).toEqual({ y: [0, 1], dv: [1, 0, 0, 0] });
  });

  test("with an attribute that nobody knows is refused", async () => {
    await expect(attention(1, [1], { sink: 1 })).rejects.toThrow("has the attribute `sink`, which is not understood");
  });
});
