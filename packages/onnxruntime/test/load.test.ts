import { adam } from "@descent/adam";
import { exportModel, Graph } from "@descent/onnx";
import { expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint, Trainer, type TrainerOptions } from "../src/index.ts";

/* A checkpoint of a model whose weight had another name, or was smaller: y = x·w, and the loss is the sum of y. */

function model(name: string, rows: number, cols: number, fill: number): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", rows] });
  graph.initializer(name, { elem: "float32", dims: [rows, cols], data: new Float32Array(rows * cols).fill(fill) });
  const y = graph.op("MatMul", ["x", name])[0]!;
  graph.op("ReduceSum", [y], { keepdims: 0 }, ["loss"]);
  graph.output("loss");
  return exportModel(graph);
}
const open = (name: string, rows: number, cols: number, fill: number, options: Partial<TrainerOptions> = {}) =>
  Trainer.create(model(name, rows, cols, fill), { optimizer: adam({ lr: 0.1 }), trainable: [name], ...options });

test.each([
  ["host", false],
  ["graph", false],
  ["host", true],
] as const)("a checkpoint is loaded under another name, on the plan %s (in a worker: %s)", async (plan, worker) => {
  const [whole, old, next] = await Promise.all([
    open("w", 2, 2, 1),
    open("w", 2, 2, 1, { plan }),
    open("layer.w", 2, 2, 5, { plan, worker }),
  ]);
  for (const x of [
    [1, -2],
    [3, 0.5],
  ])
    await whole.trainStep({ x });
  await old.trainStep({ x: [1, -2] });
  const saved = decodeCheckpoint(encodeCheckpoint(await old.checkpoint()));
  await expect(next.load(saved)).rejects.toThrow("of another model");
  await expect(next.load(saved, { rename: { v: "layer.w" } })).rejects.toThrow("rename has `v`");
  expect((await next.weights())["layer.w"]).toEqual(new Float32Array(4).fill(5));
  const report = await next.load(saved, { rename: plan === "graph" ? (name) => `layer.${name}` : { w: "layer.w" } });
  expect(report.loaded).toEqual(["layer.w"]);
  await next.trainStep({ x: [3, 0.5] });
  const [there, here] = [(await whole.weights()).w!, (await next.weights())["layer.w"]!];
  if (plan === "host") expect(here).toEqual(there);
  else for (const [i, v] of here.entries()) expect(v).toBeCloseTo(there[i]!, 6);
  for (const trainer of [whole, old, next]) await trainer.dispose();
});

test("a weight that has grown keeps its numbers and its state in the corner, and so do gradients that wait", async () => {
  const accumulate = 2;
  const [old, wide] = await Promise.all([open("w", 2, 2, 1, { accumulate }), open("w", 3, 3, 5, { accumulate })]);
  for (let i = 0; i < 3; i++) await old.trainStep({ x: [1, -2] });
  const saved = await old.checkpoint();
  await expect(wide.load(saved)).rejects.toThrow("`w` was saved with shape [2,2] and has [3,3]");
  await expect(wide.load(saved, { resize: "crop" as never })).rejects.toThrow('resize must be "pad"');
  expect((await wide.load(saved, { resize: "pad" })).resized).toEqual(["w"]);
  const after = await wide.checkpoint();
  const corner = ([a, b, c, d]: ArrayLike<number> & Iterable<number>, rest: number): number[] => [
    a!,
    b!,
    rest,
    c!,
    d!,
    rest,
    rest,
    rest,
    rest,
  ];
  expect([...after.parameters.w!.data]).toEqual(corner(saved.parameters.w!.data, 5));
  expect([...after.optimizer.tensors["m/w"]!.data]).toEqual(corner(saved.optimizer.tensors["m/w"]!.data, 0));
  expect([...after.waiting!.sums.w!]).toEqual(corner(saved.waiting!.sums.w!, 0));
  for (const trainer of [old, wide]) await trainer.dispose();
});
