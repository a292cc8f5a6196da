import { adamw } from "@descent/adam";
import { decodeModel, encodeModel, exportModel, Graph, importModel } from "@descent/onnx";
import { describe, expect, test } from "vitest";
import { lightened } from "../src/graphs/lightened.ts";
import { crossEntropy, Trainer } from "../src/index.ts";

const [WORDS, WIDTH, CLASSES] = [40, 64, 32];
const wave = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => 0.2 * Math.sin(seed + 1.3 * i));

/** A bag of words: a table whose row 3 is zeros, as PyTorch makes the row of a padding_idx, and two layers. All are long. */
function model(): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "int64", shape: ["batch", 5] });
  const table = wave(WORDS * WIDTH, 1);
  table.fill(0, 3 * WIDTH, 4 * WIDTH);
  g.initializer("table", { elem: "float32", dims: [WORDS, WIDTH], data: table });
  g.initializer("hidden", { elem: "float32", dims: [WIDTH, WIDTH], data: wave(WIDTH * WIDTH, 2) });
  g.initializer("head", { elem: "float32", dims: [WIDTH, CLASSES], data: wave(WIDTH * CLASSES, 3) });
  const [looked = ""] = g.op("Gather", ["table", "x"]);
  const [mean = ""] = g.op("ReduceMean", [looked, g.ints([1])], { keepdims: 0 });
  const [hidden = ""] = g.op("MatMul", [mean, "hidden"]);
  g.op("MatMul", [g.op("Tanh", [hidden])[0]!, "head"], {}, ["logits"]);
  g.output("logits");
  return exportModel(g);
}

const batch = { x: Array.from({ length: 40 }, (_, i) => (7 * i) % WORDS), labels: [1, 5, 9, 30, 2, 0, 4, 8] };
const options = { optimizer: adamw({ lr: 1e-2 }), loss: crossEntropy() };

/** Every view of bytes in a tree. */
function views(tree: unknown): Uint8Array[] {
  if (tree instanceof Uint8Array) return [tree];
  return typeof tree === "object" && tree !== null ? Object.values(tree).flatMap(views) : [];
}

describe("a model without the numbers of what is trained", () => {
  test("holds none of the file's bytes, and is the same model but for those numbers", () => {
    const bytes = Buffer.from(model()); // as a file is read
    const read = decodeModel(bytes);
    const light = lightened(read, ["table", "hidden", "head"]);
    expect(views(read).some(({ buffer }) => buffer === bytes.buffer)).toBe(true);
    expect(views(light).some(({ buffer }) => buffer === bytes.buffer)).toBe(false);
    const [before, after] = [importModel(read), importModel(decodeModel(encodeModel(light)))];
    expect(after.nodes).toEqual(before.nodes);
    for (const [name, { dims, elem }] of before.initializers)
      expect(after.initializers.get(name)).toMatchObject({ dims, elem });
    expect(after.initializers.get("head")!.data.every((x) => x === 0)).toBe(true);
  });

  test("keeps fields that nobody knows", () => {
    const unknown = [0xa0, 0x06, 0x07]; // field 100, the number 7
    const light = lightened(decodeModel(Uint8Array.of(...model(), ...unknown)), ["table", "hidden", "head"]);
    expect([...encodeModel(light).subarray(-3)]).toEqual(unknown);
  });

  test.each([0, 1, 2, 4])("holds what is not trained once, where it can be read, also at byte %i of a file", (at) => {
    const bytes = new Uint8Array([...new Uint8Array(at), ...model()]).subarray(at);
    const light = lightened(decodeModel(bytes), ["head"]);
    const { data } = importModel(light).initializers.get("hidden")!;
    expect(data).toEqual(wave(WIDTH * WIDTH, 2));
    const { rawData } = light.graph!.initializer!.find(({ name }) => name === "hidden")!;
    expect([data.buffer, data.byteOffset]).toEqual([rawData!.buffer, rawData!.byteOffset]);
    expect(data.buffer).toBe(rawData!.buffer);
  });
});

describe("a trainer that dropped them", () => {
  test("trains, and its file has all weights", async () => {
    const bytes = model();
    const trainer = await Trainer.create(bytes, options);
    const before = await trainer.evalStep(batch);
    await trainer.trainStep(batch);
    // A batch of another size makes another graph, from the model as it is now.
    await trainer.trainStep({ x: batch.x.slice(0, 20), labels: batch.labels.slice(0, 4) });
    const weights = await trainer.weights();
    // The row of zeros is found by its numbers, and is not trained.
    expect(weights.table!.subarray(3 * WIDTH, 4 * WIDTH).every((x) => x === 0)).toBe(true);
    expect(weights.table!.subarray(0, WIDTH)).not.toEqual(wave(WIDTH, 1));
    const { loss } = await trainer.evalStep(batch);
    expect(loss).toBeLessThan(before.loss);
    const { initializers } = importModel(decodeModel(await trainer.exportModel()));
    for (const [name, data] of Object.entries(weights)) expect(initializers.get(name)!.data).toEqual(data);
    const again = await Trainer.create(await trainer.exportModel(), options);
    expect((await again.evalStep(batch)).loss).toBe(loss);
    await Promise.all([trainer.dispose(), again.dispose()]);
  });

  test("takes weights that were frozen with the file's numbers, and holds those that go", async () => {
    const trainer = await Trainer.create(model(), { ...options, trainable: ["table", "head"] });
    await trainer.trainStep(batch);
    await trainer.add("hidden");
    expect((await trainer.weights()).hidden).toEqual(wave(WIDTH * WIDTH, 2));
    const { table } = await trainer.weights();
    await trainer.remove("table");
    await trainer.trainStep(batch);
    const { initializers } = importModel(decodeModel(await trainer.exportModel()));
    expect(initializers.get("table")!.data).toEqual(table);
    expect(initializers.get("hidden")!.data).not.toEqual(wave(WIDTH * WIDTH, 2));
    await trainer.dispose();
  });
});
