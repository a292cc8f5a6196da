import { adamw } from "@descent/adam";
import { exportModel, Graph } from "@descent/onnx";
import { afterEach, describe, expect, test } from "vitest";
import { inspectModel, meanSquared, Trainer, type TrainerOptions } from "../src/index.ts";

const float = (dims: readonly number[], f: (i: number) => number) => ({
  elem: "float32" as const,
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => f(i)),
});

/** As Optimum merges a decoder: the branch with the cache joins it to the new values, and both branches share the weights. */
function merged(): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", "steps", 3] });
  g.input("past", { elem: "float32", shape: ["batch", "before", 3] });
  g.input("use_cache_branch", { elem: "bool", shape: [1] });
  g.initializer(
    "w",
    float([3, 3], (i) => Math.sin(i + 1)),
  );
  const branch = (joined: boolean): Graph => {
    const b = new Graph(20, g);
    const all = joined ? b.op("Concat", ["past", "x"], { axis: 1 })[0]! : "x";
    const [y = ""] = b.op("MatMul", [all, "w"]);
    b.output(b.op("ReduceMean", [y, b.ints([1])], { keepdims: 0 })[0]!);
    return b;
  };
  const [y = ""] = g.op("If", ["use_cache_branch"], { then_branch: branch(true), else_branch: branch(false) }, ["y"]);
  g.output(y, { elem: "float32", shape: ["batch", 3] });
  return exportModel(g);
}

const trainers: Trainer[] = [];
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.dispose();
});
async function make(options: Partial<TrainerOptions>): Promise<Trainer> {
  const trainer = await Trainer.create(merged(), { optimizer: adamw(), loss: meanSquared(), ...options });
  trainers.push(trainer);
  return trainer;
}
const x = { data: [1, 2, 3, -1, 0, 1], dims: [1, 2, 3] };
const labels = [0, 1, 2];

describe("a decoder with two branches", () => {
  test("is trained in the branch that an input is fixed to, and the input is gone", async () => {
    const trainer = await make({ fixed: { use_cache_branch: false } });
    expect([...trainer.inputs.keys()]).toEqual(["x", "past", "labels"]);
    const { gradients } = await trainer.gradients({ x, past: { data: [], dims: [1, 0, 3] }, labels });
    expect(gradients.w!.some((v) => v !== 0)).toBe(true);
  });

  test("has the same gradients with a cache of length 0, and with the branch left open", async () => {
    const found: Float32Array[] = [];
    for (const fixed of [{ use_cache_branch: false }, { use_cache_branch: true }]) {
      const trainer = await make({ fixed });
      const { gradients } = await trainer.gradients({ x, past: { data: [], dims: [1, 0, 3] }, labels });
      found.push(gradients.w!);
    }
    const open = await make({});
    const { gradients } = await open.gradients({
      x,
      past: { data: [], dims: [1, 0, 3] },
      use_cache_branch: [0],
      labels,
    });
    found.push(gradients.w!);
    for (const g of found) for (const [i, v] of g.entries()) expect(v).toBeCloseTo(found[0]![i]!, 5);
  });

  test("refuses to fix what is not an input, or to another number of values", async () => {
    await expect(make({ fixed: { use_cash: true } })).rejects.toThrow(
      /`fixed` names `use_cash`; the model's inputs are `x`, `past`/,
    );
    await expect(make({ fixed: { use_cache_branch: [true, false] } })).rejects.toThrow(
      /2 numbers, and it is bool \[1\]/,
    );
    await expect(inspectModel(merged(), { fixed: { use_cache_branch: "yes" } } as never)).rejects.toThrow(
      /values by input/,
    );
  });
});
