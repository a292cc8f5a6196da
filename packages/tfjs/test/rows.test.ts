import { adam, adamw } from "@descent/adam";
import { optimizer as arraysOptimizer, type RowGradient } from "@descent/arrays";
import { type Configured, clipByGlobalNorm, decodeState, encodeState, transform } from "@descent/core";
import { sgd } from "@descent/sgd";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type OptimizerOptions, optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

/*
 * Tables whose gradients are of some rows. The expected steps are those of arrays, which a golden of torch's SparseAdam holds; the
 * coefficients that the loss multiplies rows by are the gradients.
 */

const [height, width] = [6, 4];
const start = Float32Array.from({ length: height * width }, (_, i) => Math.sin(i));
const batches: readonly { readonly ids: readonly number[]; readonly c: readonly number[] }[] = [
  { ids: [1, 4], c: [1, -1, 0.5, 2, 0.25, 0.5, -1, 1] },
  { ids: [4, 4, 0], c: Array.from({ length: 12 }, (_, i) => Math.cos(i)) },
  { ids: [5], c: [1, 2, 3, 4] },
  { ids: [1, 0, 5], c: Array.from({ length: 12 }, (_, i) => Math.cos(3 * i)) },
];
type Batch = (typeof batches)[number];
const gradient = ({ ids, c }: Batch): RowGradient => ({ rows: ids, data: Float32Array.from(c) });
const isTable: OptimizerOptions["rows"] = ({ name }) => name === "table";
const loss =
  (table: import("@tensorflow/tfjs").Variable, b: import("@tensorflow/tfjs").Variable, { ids, c }: Batch) =>
  () =>
    tf
      .gather(table, tf.tensor1d([...ids], "int32"))
      .mul(tf.tensor2d([...c], [ids.length, width]))
      .sum()
      .add(b.sum())
      .asScalar();

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  let table: import("@tensorflow/tfjs").Variable;
  let b: import("@tensorflow/tfjs").Variable;
  beforeEach(async () => {
    await use(backend);
    table = tf.variable(tf.tensor2d(start, [height, width]), true, "table");
    b = tf.variable(tf.tensor1d([0.5]), true, "b");
  });
  afterEach(() => tf.disposeVariables());

  describe.each([true, false])("fused: %s", (fused) => {
    const make = (configured: Configured) => optimizer(configured, { fused, rows: isTable });

    test.each<[string, Configured]>([
      ["adam", adam({ lr: 0.1 })],
      ["adamw, whose decay acts on rows that were looked up", adamw({ lr: 0.1, weightDecay: 0.1 })],
    ])("minimize steps the rows that %s's loss looked up", (_, configured) => {
      const opt = make(configured);
      const expected = { data: start.slice(), shape: [height, width] };
      const other = arraysOptimizer({ table: expected, b: Float32Array.of(0.5) }, configured);
      let tensors = 0;
      for (const [k, batch] of batches.entries()) {
        tf.tidy(() => void opt.minimize(loss(table, b, batch), false, [table, b]));
        other.update({ table: gradient(batch), b: Float32Array.of(1) });
        if (k === 0) tensors = tf.memory().numTensors;
      }
      expect(tf.memory().numTensors).toBe(tensors);
      for (const [i, x] of table.dataSync().entries()) expect(x).toBeCloseTo(expected.data[i]!, 6);
      expect(table.dataSync().subarray(2 * width, 4 * width)).toEqual(start.subarray(2 * width, 4 * width));
      opt.dispose();
    });

    test("applyGradients takes rows as tensors or arrays, and a whole gradient steps every row at its own count", async () => {
      const opt = make(adam({ lr: 0.1 }));
      const expected = { data: start.slice(), shape: [height, width] };
      const other = arraysOptimizer({ table: expected }, adam({ lr: 0.1 }));
      const whole = Float32Array.from({ length: height * width }, (_, i) => Math.cos(i));
      opt.applyGradients({ table: gradient(batches[0]!) });
      opt.applyGradients([
        {
          name: "table",
          tensor: { rows: tf.tensor1d([4, 4, 0], "int32"), data: tf.tensor2d([...batches[1]!.c], [3, width]) },
        },
      ]);
      opt.applyGradients({ table: tf.tensor2d(whole, [height, width]) });
      for (const g of [gradient(batches[0]!), gradient(batches[1]!), whole]) other.update({ table: g });
      for (const [i, x] of table.dataSync().entries()) expect(x).toBeCloseTo(expected.data[i]!, 6);
      const state = await opt.state();
      expect([...state.tensors["t/table"]!.data]).toEqual([2, 2, 1, 1, 3, 1]);
      opt.dispose();
    });

    test("a state resumes bit for bit, with the count of every row", async () => {
      b.dispose();
      const opt = make(adam({ lr: 0.1 }));
      for (const batch of batches.slice(0, 2)) opt.applyGradients({ table: gradient(batch) });
      const [saved, there] = [decodeState(encodeState(await opt.state())), table.dataSync().slice()];
      for (const batch of batches.slice(2)) opt.applyGradients({ table: gradient(batch) });
      const expected = table.dataSync().slice();
      table.assign(tf.tensor2d(there, [height, width]));
      const again = make(adam({ lr: 0.1 }));
      again.load(saved, { variables: [table] });
      for (const batch of batches.slice(2)) again.applyGradients({ table: gradient(batch) });
      expect(table.dataSync()).toEqual(expected);
      expect(await again.state()).toEqual(await opt.state());
      again.dispose();
      opt.dispose();
    });

    test("what was read before a step does not change with it", async () => {
      const opt = make(sgd({ lr: 1 }));
      const [first, copy] = [table.dataSync(), tf.clone(table)];
      const seen: [ArrayLike<number>, number[]][] = [[first, [...first]]];
      for (const batch of batches) {
        opt.applyGradients({ table: gradient(batch) });
        const later = seen.length % 2 ? table.dataSync() : await table.data();
        seen.push([later, Array.from(later)]);
      }
      for (const [now, then] of seen) expect(Array.from(now)).toEqual(then);
      expect(copy.dataSync()).toEqual(start);
      expect(table.dataSync()).not.toEqual(start);
      copy.dispose();
      opt.dispose();
    });

    test("nor does what a copy or a view of the table handed out, nor the array that it was made of", () => {
      const given = start.slice();
      table.dispose();
      table = tf.tidy(() => tf.variable(tf.tensor2d(given, [height, width]), true, "table"));
      const opt = make(sgd({ lr: 1 }));
      const seen: [ArrayLike<number>, number[]][] = [];
      for (const batch of batches) {
        opt.applyGradients({ table: gradient(batch) });
        const read = tf.tidy(() => [table.clone().dataSync(), table.flatten().dataSync(), table.bufferSync().values]);
        for (const numbers of read) seen.push([numbers, Array.from(numbers)]);
      }
      for (const [now, then] of seen) expect(Array.from(now)).toEqual(then);
      expect(given).toEqual(start);
      opt.dispose();
    });

    test("a table that is another's gradient is read before its rows are stepped", () => {
      const other = tf.variable(tf.zeros([height, width]), true, "other");
      const opt = make(sgd({ lr: 1 }));
      for (let step = 0; step < 2; step++) {
        const [before, there] = [table.dataSync().slice(), other.dataSync().slice()];
        opt.applyGradients({ table: gradient(batches[0]!), other: table });
        expect([...other.dataSync()]).toEqual(Array.from(there, (x, i) => Math.fround(x - before[i]!)));
      }
      opt.dispose();
    });
  });

  test("rows beside each other and apart, in any order, step as those of arrays' interpreter, to the bit", () => {
    const opt = optimizer(adam({ lr: 0.1 }));
    const expected = { data: start.slice(), shape: [height, width] };
    const other = arraysOptimizer({ table: expected }, adam({ lr: 0.1 }), { engine: "interpreter" });
    for (const rows of [
      [0, 1, 2],
      [5, 4, 3],
      [3, 4, 0],
      [2, 0, 1, 5, 4, 3],
    ]) {
      const data = Float32Array.from({ length: rows.length * width }, (_, i) => Math.cos(i + rows[0]!));
      opt.applyGradients({ table: { rows, data } });
      other.update({ table: { rows, data } });
      expect(opt.execution?.composed).toBe(0);
    }
    expect(table.dataSync()).toEqual(expected.data);
    opt.dispose();
  });

  test("fit trains an embedding by rows", async () => {
    const embedding = tf.layers.embedding({ inputDim: height, outputDim: width, name: "embed" });
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [2], dtype: "int32" }), embedding, tf.layers.flatten()],
    });
    const [weights] = model.trainableWeights.map((w) => w.read());
    weights!.dataSync(); // what is read here stays
    (weights as import("@tensorflow/tfjs").Variable).assign(tf.tensor2d(start, [height, width]));
    model.compile({
      optimizer: optimizer(sgd({ lr: 1 }), { rows: ({ name }) => name.endsWith("/embeddings") }),
      loss: (_: unknown, y: import("@tensorflow/tfjs").Tensor) => y.sum(-1),
    });
    await model.fit(tf.tensor2d([[1, 4]], [1, 2], "int32"), tf.zeros([1, 2 * width]), { epochs: 2, verbose: 0 });
    const after = weights!.dataSync();
    expect([...after]).toEqual([...start.map((x, i) => (i >> 2 === 1 || i >> 2 === 4 ? x - 1 - 1 : x))]);
  });

  test("rows are told from columns where the shapes do not tell", () => {
    const square = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]), true, "square");
    const opt = optimizer(sgd({ lr: 1 }), { rows: ({ name }) => name === "square" });
    const c = tf.tensor2d([1, 2, 4, 8], [2, 2]);
    const step = (axis: number) => () =>
      opt.minimize(
        () =>
          tf
            .gather(square, tf.tensor1d([1, 1], "int32"), axis)
            .mul(c)
            .sum()
            .asScalar(),
        false,
        [square],
      );
    expect(step(1)).toThrow("reads it otherwise");
    expect([...square.dataSync()]).toEqual([1, 2, 3, 4]);
    step(0)();
    expect([...square.dataSync()]).toEqual([1, 2, 3 - 5, 4 - 10]);
    opt.dispose();
  });

  describe("is refused by name, and nothing has changed", () => {
    const sam = transform({ id: "sam", hyper: { rho: 0.5 }, phases: { climb: { p: "p + rho * g / norm(g)" } } });
    test.each<[string, Configured, string]>([
      [
        "sums over the model",
        clipByGlobalNorm(adam(), 1),
        "`table` is trained by Adam, which takes sums over all rows",
      ],
      ["several phases", sam(sgd()), "which steps in rounds of 2 phases, `climb`, `update`"],
    ])("a rule with %s", (_, configured, message) => {
      const opt = optimizer(configured, { rows: isTable });
      expect(() => opt.minimize(loss(table, b, batches[0]!), false, [table, b])).toThrow(message);
      expect([table.dataSync(), opt.step]).toEqual([start, 0]);
      opt.dispose();
    });

    test("a table that is read otherwise, whole gradients, rows that are not there, and numbers that are not finite", () => {
      const opt = optimizer(adam(), { rows: isTable });
      const all = () => table.sum().asScalar();
      expect(() => opt.minimize(all, false, [table])).toThrow("`table` steps by rows, and `Sum` reads it otherwise");
      expect(() => opt.computeGradients(all, [table])).toThrow("Use minimize(), or hand { rows, data }");
      const { numTensors } = tf.memory();
      const give = (g: object) => () => opt.applyGradients({ table: g as RowGradient });
      expect(give({ rows: [6], data: new Float32Array(width) })).toThrow("names row 6, and there are rows 0 to 5");
      expect(give({ rows: [1], data: [1, 2, 3, 4] })).toThrow("Give a tensor or a Float32Array");
      expect(give({ rows: [1], data: Float32Array.of(1, Number.NaN, 0, 0) })).toThrow("`table`");
      expect(tf.memory().numTensors - numTensors).toBeLessThanOrEqual(2); // Adam's m and v
      expect([table.dataSync(), opt.step]).toEqual([start, 0]);
      opt.dispose();
      expect(() => optimizer(adam(), { rows: ["table"] as never })).toThrow("optimizer: `rows`");
    });
  });
});
