import { exportModel, Graph } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { ema, meet, polyak, sam } from "../../../tests/words.ts";
import { Trainer } from "../src/index.ts";

/* What a step is given besides gradients, and when equations run, through the trainer. */

/** The mean of (x·w)²/2. */
function square(): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", 2] });
  graph.initializer("w", { elem: "float32", dims: [2, 1], data: Float32Array.of(3, 4) });
  const y = graph.op("MatMul", ["x", "w"])[0]!;
  const half = graph.op("Mul", [graph.op("Mul", [y, y])[0]!, graph.constant(0.5)])[0]!;
  graph.op("ReduceMean", [half], { keepdims: 0 }, ["loss"]);
  graph.output("loss");
  return exportModel(graph);
}

test("trainStep hands the loss to a rule that reads it", async () => {
  const trainer = await Trainer.create(square(), { optimizer: polyak(), plan: "host" });
  // One row (1, 0): the loss is w₀²/2 = 4.5, its gradient (w₀, 0), and Polyak's step half of it.
  const { loss } = await trainer.trainStep({ x: [1, 0] });
  expect(loss).toBe(4.5);
  expect([...(await trainer.contiguousWeights())]).toEqual([1.5, 4]);
  await trainer.dispose();
});

const plans = ["host", "graph"] as const;

test.each(plans)("guarded equations run in their steps alone, on the plan %s", async (plan) => {
  const trainer = await Trainer.create(square(), { optimizer: meet(sgd({ lr: 0.5 }), { every: 2 }), plan });
  const path: number[] = [];
  for (let t = 0; t < 4; t++) {
    await trainer.trainStep({ x: [1, 0] });
    path.push((await trainer.contiguousWeights())[0]!);
  }
  // Each step halves w₀; every second one goes halfway back to where the last such ended.
  expect(path).toEqual([1.5, (3 + 0.75) / 2, 0.9375, (1.875 + 0.46875) / 2]);
  await trainer.dispose();
});

test.each(plans)(
  "trainStep carries out all phases of a round on its batch, and tells the loss at the weights themselves, on the plan %s",
  async (plan) => {
    const trainer = await Trainer.create(square(), { optimizer: sam(sgd({ lr: 0.5 })), plan });
    // At w₀ = 3 the gradient is 3, where it climbed to 3.5, and the step takes half of that.
    expect((await trainer.trainStep({ x: [1, 0] })).loss).toBe(4.5);
    expect((await trainer.contiguousWeights())[0]).toBe(3 - 3.5 / 2);
    await expect(trainer.trainStep({ x: [NaN, 0] })).rejects.toThrow("was not applied");
    expect((await trainer.contiguousWeights())[0]).toBe(3 - 3.5 / 2);
    await trainer.dispose();
  },
);

test.each([
  ["host", false],
  ["host", true],
  ["graph", false],
] as const)(
  "accumulates in every phase of a round, over the same batches, on the plan %s (in a worker: %s)",
  async (plan, worker) => {
    const both = await Trainer.create(square(), { optimizer: sam(sgd({ lr: 0.5 })), plan, worker, accumulate: 2 });
    const batch = { x: Float32Array.of(1, 0) };
    expect((await both.trainStep(batch)).updated).toBe(false);
    await expect(both.checkpoint()).rejects.toThrow("1 batches wait for the other phases of a round");
    batch.x.set([0, 1]); // the trainer has a copy of what it needs again
    expect((await both.trainStep(batch)).updated).toBe(true);
    const now = await both.contiguousWeights();
    // The mean loss is (w₀² + w₁²) / 4 at (3, 4), so the gradient (1.5, 2) has the length 2.5, and the climb goes to (3.3, 4.4).
    expect(now[0]).toBeCloseTo(3 - 0.5 * 1.65, 6);
    expect(now[1]).toBeCloseTo(4 - 0.5 * 2.2, 6);
    await both.trainStep(batch);
    await expect(both.trainStep({ x: [NaN, 0] })).rejects.toThrow("was not applied");
    expect(await both.contiguousWeights()).toEqual(now);
    await both.trainStep(batch);
    expect(await both.contiguousWeights()).not.toEqual(now);
    await both.dispose();
  },
);

test.each([
  ["host", false],
  ["host", true],
  ["graph", false],
] as const)(
  "evaluate, predict and exported models use the readout, on the plan %s (in a worker: %s)",
  async (plan, worker) => {
    const trainer = await Trainer.create(square(), { optimizer: ema(sgd({ lr: 0.5 })), plan, worker });
    await trainer.trainStep({ x: [1, 0] }); // w₀ = 1.5, and its average 3 · 0.75 + 1.5 · 0.25
    const average = 2.625;
    expect((await trainer.evalStep({ x: [1, 0] })).loss).toBe(average ** 2 / 2);
    const again = await Trainer.create(await trainer.exportModel(), { optimizer: sgd() });
    expect((await again.contiguousWeights())[0]).toBe(average);
    expect((await trainer.contiguousWeights())[0]).toBe(1.5);
    await again.dispose();
    await trainer.dispose();
  },
);

test("the plan graph refuses the loss, which the host knows too late, and says what to do", async () => {
  const make = (optimizer: Parameters<typeof Trainer.create>[1]["optimizer"]) =>
    Trainer.create(square(), { optimizer, plan: "graph" });
  await expect(make(polyak())).rejects.toThrow(/^Polyak reads `loss`, and the plan `graph`.*Use plan: "host"\./);
});
