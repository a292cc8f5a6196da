import { adamw } from "@descent/adam";
import { allFinite } from "@descent/arrays/engine";
import { OptimizerError } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import { expect, test } from "vitest";
import { Trainer, type TrainerOptions } from "../src/index.ts";

/** The mean of √(x·w): where x is 0 the value is 0, and the gradient 0 · ∞. */
function roots(): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", 2] });
  graph.initializer("w", { elem: "float32", dims: [2, 1], data: Float32Array.of(1, 1) });
  graph.op("ReduceMean", [graph.op("Sqrt", [graph.op("MatMul", ["x", "w"])[0]!])[0]!], { keepdims: 0 }, ["loss"]);
  graph.output("loss");
  return exportModel(graph);
}

const good = { x: [1, 2, 3, 4] };
const bad = { x: [0, 0, 3, 4] };
const make = (options: Partial<TrainerOptions>): Promise<Trainer> =>
  Trainer.create(roots(), { optimizer: adamw({ lr: 0.1 }), ...options });

const where: readonly Partial<TrainerOptions>[] = [
  { plan: "host" },
  { plan: "graph" },
  { plan: "host", worker: true },
  { plan: "host", accumulate: 2 },
  { plan: "graph", accumulate: 2 },
];

test.each(where)("a gradient that is not finite changes nothing, though the loss is finite (%o)", async (options) => {
  const trainer = await make(options);
  await trainer.trainStep(good);
  const before = await trainer.checkpoint();
  const step = trainer.trainStep(bad);
  await expect(step).rejects.toThrow(OptimizerError);
  await expect(step).rejects.toThrow(
    options.plan === "host"
      ? /^The gradient of `w` is not finite at step \d, and the step was not applied\./
      : /^A gradient is not finite at step \d, and the step was not applied\./,
  );
  expect(await trainer.checkpoint()).toEqual(before);
  expect((await trainer.inspect()).nonFinite).toBe(1);
  expect((await trainer.trainStep(good)).updated).toBe(true);
  expect(allFinite(await trainer.contiguousWeights())).toBe(true);
  await trainer.dispose();
});

test.each(["host", "graph"] as const)(
  'with nonFinite: "skip" training goes on as if it had not been (%s)',
  async (plan) => {
    const [skipping, other] = [await make({ plan, nonFinite: "skip" }), await make({ plan })];
    for (const batch of [good, bad, good]) {
      const { updated, loss } = await skipping.trainStep(batch);
      expect([updated, Number.isFinite(loss)]).toEqual([batch === good, true]);
    }
    for (const batch of [good, good]) await other.trainStep(batch);
    expect(await skipping.checkpoint()).toEqual(await other.checkpoint());
    expect((await skipping.inspect()).nonFinite).toBe(1);
    for (const t of [skipping, other]) await t.dispose();
  },
);

test.each(["host", "graph"] as const)('with nonFinite: "apply" nothing is looked at (%s)', async (plan) => {
  const trainer = await make({ plan, nonFinite: "apply" });
  expect((await trainer.trainStep(bad)).updated).toBe(true);
  expect(allFinite(await trainer.contiguousWeights())).toBe(false);
  expect((await trainer.inspect()).nonFinite).toBe(0);
  await trainer.dispose();
});

test.each(["host", "graph"] as const)("gradients of the caller's own are looked at as well (%s)", async (plan) => {
  const trainer = await make({ plan });
  const before = await trainer.checkpoint();
  const gradients = { w: Float32Array.of(1, Number.NaN) };
  await expect(trainer.applyGradients(gradients)).rejects.toThrow("The gradient of `w` is not finite at step 0");
  expect(await trainer.checkpoint()).toEqual(before);
  await trainer.dispose();
});

test.each(["host", "graph"] as const)("sums of gradients that overflow are refused (%s)", async (plan) => {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: [2] });
  graph.initializer("w", { elem: "float32", dims: [2], data: new Float32Array(2) });
  graph.op("ReduceSum", [graph.op("Mul", ["w", "x"])[0]!], { keepdims: 0 }, ["loss"]);
  graph.output("loss");
  const trainer = await Trainer.create(exportModel(graph), { optimizer: adamw(), plan, accumulate: 3 });
  const batch = { x: [3e38, 1] };
  await trainer.trainStep(batch);
  const before = await trainer.checkpoint();
  await expect(trainer.trainStep(batch)).rejects.toThrow("is not finite");
  expect(await trainer.checkpoint()).toEqual(before);
  await trainer.dispose();
});

test("large and tiny gradients are finite", async () => {
  const largest = 3.4028234663852886e38;
  expect(allFinite(new Float32Array(7).fill(largest))).toBe(true);
  expect(allFinite(new Float32Array(0))).toBe(true);
  for (const wrong of [Number.NaN, Infinity, -Infinity])
    for (const at of [0, 1, 2, 3, 4, 5, 6])
      expect(allFinite(new Float32Array(7).fill(largest).fill(wrong, at, at + 1))).toBe(false);
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: [2] });
  graph.initializer("w", { elem: "float32", dims: [2], data: new Float32Array(2) });
  graph.op("ReduceSum", [graph.op("Mul", ["w", "x"])[0]!], { keepdims: 0 }, ["loss"]);
  graph.output("loss");
  for (const plan of ["host", "graph"] as const) {
    const trainer = await Trainer.create(exportModel(graph), { optimizer: adamw(), plan });
    expect((await trainer.trainStep({ x: [largest, 1e-45] })).updated).toBe(true);
    await trainer.dispose();
  }
});
