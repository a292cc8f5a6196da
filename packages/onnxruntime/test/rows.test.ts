import { adam, adamw } from "@descent/adam";
import { optimizer, type RowGradient } from "@descent/arrays";
import { type Configured, clipByGlobalNorm, transform } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { Trainer, type TrainerOptions } from "../src/index.ts";

/*
 * A table whose gradient is of the rows that a batch looks up. The loss is Σ c · e over looked-up rows e, so the gradient of a
 * row is the coefficients it came with, and the expected steps are those of arrays, which a golden of torch's SparseAdam holds.
 */

const [height, width] = [6, 4];
const start = Float32Array.from({ length: height * width }, (_, i) => Math.sin(i));

/** Σ coefficients · table[ids], and of `second` lookups; with `head`, also the table's sum, which reads all of it. */
function lookup({ second = false, head = false, axis = 0 } = {}): Uint8Array {
  const graph = new Graph();
  graph.input("ids", { elem: "int64", shape: ["n"] });
  graph.input("c", { elem: "float32", shape: ["n", axis === 0 ? width : "k"] });
  graph.initializer("table", { elem: "float32", dims: [height, width], data: start });
  graph.initializer("b", { elem: "float32", dims: [1], data: Float32Array.of(0.5) });
  const found = graph.op("Gather", ["table", "ids"], { axis })[0]!;
  let sum = graph.op("ReduceSum", [graph.op("Mul", [found, "c"])[0]!], { keepdims: 0 })[0]!;
  const add = (x: string): void => {
    [sum = ""] = graph.op("Add", [sum, graph.op("ReduceSum", [x], { keepdims: 0 })[0]!]);
  };
  if (second) {
    graph.input("more", { elem: "int64", shape: ["m", 2] });
    add(graph.op("Gather", ["table", "more"])[0]!);
  }
  if (head) add("table");
  add("b");
  graph.op("Identity", [sum], {}, ["loss"]);
  graph.output("loss");
  return exportModel(graph);
}

const create = (model: Uint8Array, optimizer: Configured, options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create(model, { optimizer, trainable: ["table", "b"], rows: ["table"], ...options });

const batches: readonly { readonly ids: readonly number[]; readonly c: readonly number[] }[] = [
  { ids: [1, 4], c: [1, -1, 0.5, 2, 0.25, 0.5, -1, 1] },
  { ids: [4, 4, 0], c: Array.from({ length: 12 }, (_, i) => Math.cos(i)) },
  { ids: [-1], c: [1, 2, 3, 4] },
  { ids: [1, 0, 5], c: Array.from({ length: 12 }, (_, i) => Math.cos(3 * i)) },
];

/** The rows of a batch as a gradient for arrays. */
const gradient = ({ ids, c }: (typeof batches)[number]): RowGradient => ({
  rows: ids.map((i) => (i < 0 ? i + height : i)),
  data: Float32Array.from(c),
});

test.each<[string, Configured]>([
  ["adam", adam({ lr: 0.1 })],
  ["adamw, whose decay acts on rows that were looked up", adamw({ lr: 0.1, weightDecay: 0.1 })],
])("%s steps the rows that a batch looked up, as arrays do with their gradient", async (_, configured) => {
  const trainer = await create(lookup(), configured);
  const table = { data: start.slice(), shape: [height, width] };
  const b = Float32Array.of(0.5);
  const opt = optimizer({ table, b }, configured);
  for (const batch of batches) {
    await trainer.trainStep(batch);
    opt.update({ table: gradient(batch), b: Float32Array.of(1) });
  }
  const trained = await trainer.weights();
  expect(trained.table).toEqual(table.data);
  expect(trained.b).toEqual(b);
  expect(trained.table!.subarray(2 * width, 4 * width)).toEqual(start.subarray(2 * width, 4 * width)); // never looked up
  const { optimizer: state } = await trainer.checkpoint();
  expect([...state.tensors["t/table"]!.data]).toEqual([2, 2, 0, 0, 2, 2]);
  await trainer.dispose();
});

test("two lookups of one table are one gradient, and gradients() shows it as a whole", async () => {
  const trainer = await create(lookup({ second: true }), sgd({ lr: 1 }));
  const batch = { ids: [1, 4], c: [1, -1, 0.5, 2, 0.25, 0.5, -1, 1], more: { data: [4, 4, 3, 1], dims: [2, 2] } };
  const { gradients } = await trainer.gradients(batch);
  const expected = new Float32Array(height * width);
  expected.set([2, 0, 1.5, 3], width);
  expected.fill(1, 3 * width, 4 * width);
  expected.set([2.25, 2.5, 1, 3], 4 * width);
  expect(gradients.table).toEqual(expected);
  await trainer.trainStep(batch);
  expect((await trainer.weights()).table).toEqual(start.map((x, i) => x - expected[i]!));
  await trainer.dispose();
});

test("a checkpoint resumes bit for bit, with the count of every row", async () => {
  const [whole, before, after] = await Promise.all([0, 1, 2].map(() => create(lookup(), adam({ lr: 0.1 }))));
  for (const batch of batches) await whole!.trainStep(batch);
  for (const batch of batches.slice(0, 2)) await before!.trainStep(batch);
  await after!.load(await before!.checkpoint());
  for (const batch of batches.slice(2)) await after!.trainStep(batch);
  expect(await after!.checkpoint()).toEqual(await whole!.checkpoint());
  for (const trainer of [whole, before, after]) await trainer!.dispose();
});

test("a padding row is looked up and not trained", async () => {
  const trainer = await create(lookup(), adamw({ lr: 0.1, weightDecay: 0.5 }), { paddingIdx: { table: 4 } });
  for (const batch of batches) await trainer.trainStep(batch);
  const { table } = await trainer.weights();
  expect(table!.subarray(4 * width, 5 * width)).toEqual(start.subarray(4 * width, 5 * width));
  expect(table!.subarray(width, 2 * width)).not.toEqual(start.subarray(width, 2 * width));
  await trainer.dispose();
});

test("applyGradients takes gradients of rows, and a worker does too", async () => {
  const trainer = await create(lookup(), adam({ lr: 0.1 }), { worker: true });
  const table = { data: start.slice(), shape: [height, width] };
  const opt = optimizer({ table }, adam({ lr: 0.1 }));
  for (const batch of batches) {
    await trainer.applyGradients({ table: gradient(batch) });
    opt.update({ table: gradient(batch) });
  }
  expect((await trainer.weights()).table).toEqual(table.data);
  await expect(trainer.applyGradients({ table: { rows: [6], data: new Float32Array(width) } })).rejects.toThrow(
    "names row 6, and there are rows 0 to 5",
  );
  await trainer.dispose();
});

describe("is refused by name", () => {
  const sam = transform({ id: "sam", hyper: { rho: 0.5 }, phases: { climb: { p: "p + rho * g / norm(g)" } } });
  test.each<[string, Uint8Array, Configured, Partial<TrainerOptions>, string]>([
    ["a table that is read otherwise", lookup({ head: true }), adam(), {}, "reads all of `table`"],
    ["a lookup of columns", lookup({ axis: 1 }), adam(), {}, "reads all of `table`"],
    ["a weight that is not there", lookup(), adam(), { rows: ["tabel"] }, "`rows` names `tabel`, which is not trained"],
    ["the plan graph", lookup(), adam(), { plan: "graph" }, 'Use plan: "host"'],
    ["accumulation", lookup(), adam(), { accumulate: 2 }, "Leave out `accumulate`"],
    ["no list", lookup(), adam(), { rows: "table" as never }, "must be a list of tables by name"],
  ])("%s", async (_, model, configured, options, message) => {
    await expect(create(model, configured, options)).rejects.toThrow(message);
  });
  test.each<[string, Configured, string]>([
    ["a rule with sums over the model", clipByGlobalNorm(adam(), 1), "which takes sums over all rows"],
    ["a rule with several phases", sam(sgd()), "which steps in rounds of 2 phases, `climb`, `update`"],
  ])("%s, and nothing has changed", async (_, configured, message) => {
    const trainer = await create(lookup(), configured);
    await expect(trainer.trainStep(batches[0]!)).rejects.toThrow(message);
    expect((await trainer.weights()).table).toEqual(start);
    await trainer.dispose();
  });
  test("a training graph's file, and a gradient that is not finite", async () => {
    const trainer = await create(lookup(), adam());
    await expect(trainer.trainingGraph()).rejects.toThrow("this trainer takes those of rows");
    await expect(trainer.trainStep({ ids: [1], c: [1, Number.NaN, 0, 0] })).rejects.toThrow("was not applied");
    const infinite = { rows: [1], data: Float32Array.of(1, Infinity, 0, 0) };
    await expect(trainer.applyGradients({ table: infinite })).rejects.toThrow("The gradient of `table` is not finite");
    expect((await trainer.weights()).table).toEqual(start);
    await trainer.dispose();
    const graph = await Trainer.create(lookup(), { optimizer: adam(), trainable: ["table"], plan: "graph" });
    await expect(graph.applyGradients({ table: gradient(batches[0]!) })).rejects.toThrow("steps whole tensors");
    await graph.dispose();
  });
});
