import { adam, adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { frozen, partition } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { meanSquared, Trainer, type TrainerOptions } from "../src/index.ts";

/* Weights that come to be trained and go: the others train as if nothing had happened. The steps are those of arrays, which have `add` and `remove`. */

const shapes = { w1: [4, 3], b1: [4], w2: [4, 2], b2: [2] } as const;
type Name = keyof typeof shapes;
const numbers = (n: number, phase: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(phase + 1.3 * i));

function perceptron(): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 3] });
  Object.entries(shapes).forEach(([name, dims], k) => {
    g.initializer(name, {
      elem: "float32",
      dims: [...dims],
      data: numbers(
        dims.reduce((a: number, b) => a * b, 1),
        k,
      ),
    });
  });
  const [h = ""] = g.op("Gemm", ["x", "w1", "b1"], { transB: 1 });
  const [m = ""] = g.op("MatMul", [g.op("Tanh", [h])[0]!, "w2"]);
  g.output(g.op("Add", [m, "b2"], {}, ["y"])[0]!);
  return exportModel(g);
}
const batch = { x: numbers(15, 7), labels: numbers(10, 8) };
const create = (options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create(perceptron(), { optimizer: adam({ lr: 0.1 }), loss: meanSquared(), ...options });

/** Steps of arrays, whose gradients a trainer of all weights computes at their weights. */
async function reference(trained: readonly Name[]) {
  const all = await create();
  const weights = await all.weights();
  const described = (names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, { data: weights[name]!, shape: shapes[name] }]));
  const opt = optimizer<string>(described(trained), adam({ lr: 0.1 }));
  const now = new Set<Name>(trained);
  return {
    weights,
    step: async () => {
      await all.setWeights(weights);
      const { gradients } = await all.gradients(batch);
      opt.update(Object.fromEntries([...now].map((name) => [name, gradients[name]!])));
    },
    add: (name: Name) => {
      opt.add(described([name]));
      now.add(name);
    },
    remove: (name: Name) => {
      opt.remove(name);
      now.delete(name);
    },
    set: (lr: number) => opt.set({ lr }),
    counts: () => Object.fromEntries(Object.entries(opt.inspect().parameters).map(([name, { t }]) => [name, t])),
    dispose: () => all.dispose(),
  };
}

describe.each([
  ["host", false],
  ["host", true],
  ["graph", false],
] as const)("on the plan %s (in a worker: %s)", (plan, worker) => {
  test("weights are added and removed in mid-training, and the others keep their state", async () => {
    const trainer = await create({ trainable: ["w2", "b2"], plan, worker });
    const wanted = await reference(["w2", "b2"]);
    const both = async (): Promise<void> => {
      await trainer.trainStep(batch);
      await wanted.step();
    };
    const agree = async (): Promise<void> => {
      const found = await trainer.weights();
      for (const { name } of trainer.parameters)
        for (const [i, x] of wanted.weights[name]!.entries())
          expect(found[name]![i]).toBeCloseTo(x, plan === "host" ? 6 : 5);
      const { parameters } = await trainer.inspect();
      expect(Object.fromEntries(Object.entries(parameters).map(([name, { t }]) => [name, t]))).toEqual(wanted.counts());
    };
    await both();
    await trainer.set({ lr: 0.05 });
    wanted.set(0.05);
    await both();
    await trainer.add("w1");
    wanted.add("w1");
    expect(trainer.parameters.map(({ name }) => name).sort()).toEqual(["b2", "w1", "w2"]);
    await agree();
    await both();
    await both();
    await agree();
    await trainer.remove("w2");
    wanted.remove("w2");
    const held = (await trainer.weights()).w2!;
    await both();
    await both();
    await agree();
    expect((await trainer.weights()).w2).toEqual(held);
    await trainer.add("w2"); // it starts without state
    wanted.add("w2");
    await both();
    await agree();
    expect(trainer.step).toBe(7);
    const row = trainer.report.weights.find(({ name }) => name === "w1")!;
    expect(row.trained).toBe(true);
    await trainer.dispose();
    await wanted.dispose();
  });
});

test("a weight that is not trained any more is evaluated, saved and exported as it is now", async () => {
  const trainer = await create();
  for (let t = 0; t < 3; t++) await trainer.trainStep(batch);
  await trainer.remove("w1", "b1");
  await trainer.trainStep(batch);
  const y = (await trainer.predict({ x: batch.x })).y!.data as Float32Array;
  const session = await ort.InferenceSession.create(await trainer.exportModel());
  const exported = await session.run({ x: new ort.Tensor("float32", batch.x, [5, 3]) });
  for (const [i, x] of (exported.y!.data as Float32Array).entries()) expect(x).toBeCloseTo(y[i]!, 6);
  await session.release();
  const { loss } = await trainer.evalStep(batch);
  const labels = batch.labels;
  expect(loss).toBeCloseTo(labels.reduce((sum, l, i) => sum + (y[i]! - l) ** 2, 0) / labels.length, 5);
  const checkpoint = await trainer.checkpoint();
  expect(Object.keys(checkpoint.parameters).sort()).toEqual(["b1", "b2", "w1", "w2"]);
  const again = await create();
  await again.remove("w1", "b1");
  await again.load(checkpoint);
  await trainer.trainStep(batch);
  await again.trainStep(batch);
  expect(await again.checkpoint()).toEqual(await trainer.checkpoint());
  await expect(trainer.trainingGraph()).rejects.toThrow("were trained before");
  await trainer.dispose();
  await again.dispose();
});

test("a training graph that was saved trains fewer weights and more again", async () => {
  const first = await create();
  const bytes = await first.trainingGraph();
  await first.dispose();
  const trainer = await Trainer.open(bytes, { optimizer: adam({ lr: 0.1 }) });
  await trainer.remove("w1");
  const { w1 } = await trainer.weights();
  await trainer.trainStep(batch);
  expect((await trainer.weights()).w1).toEqual(w1);
  await trainer.add("w1");
  await trainer.trainStep(batch);
  expect((await trainer.weights()).w1).not.toEqual(w1);
  await trainer.dispose();
});

test("what cannot come or go is refused by name, and training goes on as before", async () => {
  const grouped = partition({ rest: adamw(), fixed: frozen() }, ({ name }) => (name === "b1" ? "fixed" : "rest"));
  const trainer = await create({ optimizer: grouped, accumulate: 2 });
  const before = await trainer.checkpoint();
  await expect(trainer.add("w3")).rejects.toThrow("w3");
  await expect(trainer.add("w1")).rejects.toThrow("`w1` is trained already");
  await expect(trainer.add("b1")).rejects.toThrow("the optimizer freezes `b1`");
  await expect(trainer.remove("b1")).rejects.toThrow("b1");
  await expect(trainer.remove("w1", "w2", "b2")).rejects.toThrow("`remove` would leave no parameter");
  await trainer.trainStep(batch);
  await expect(trainer.remove("w1")).rejects.toThrow("The gradients of 1 batches wait for an update");
  await trainer.trainStep(batch);
  await trainer.load(before);
  expect(await trainer.checkpoint()).toEqual(before);
  await trainer.dispose();
});
