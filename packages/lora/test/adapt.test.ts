import { readFileSync } from "node:fs";
import { adamw } from "@descent/adam";
import { type Adapted, adapt, decodeAdapter, dora, encodeAdapter, ia3, lora, rslora } from "@descent/lora";
import { loadAdapter } from "@descent/lora/node";
import { decodeModel } from "@descent/onnx";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { describe, expect, test } from "vitest";
import { at, feeds, first } from "./fixtures.ts";

const bert = readFileSync(at("bert.onnx"));
const net = readFileSync(at("net.onnx"));
const batch = { ...feeds(first("bert")), labels: first("bert").labels };

const trainer = (adapted: Adapted, more: object = {}): Promise<Trainer> =>
  Trainer.create(adapted.model, { optimizer: adamw({ lr: 0.01 }), loss: crossEntropy(), ...more });

describe("targets", () => {
  test("by default they are those of PEFT", async () => {
    const [ofLora, ofIa3] = [await loadAdapter(at("lora")), await loadAdapter(at("ia3"))];
    expect([...adapt(bert, lora()).layers].sort()).toEqual([...(ofLora.method.targets as string[])].sort());
    const own = adapt(bert, ia3()).adapter();
    const keys = Object.entries(own.tensors).map(([name, { shape }]) => `${name} ${shape}`);
    expect(keys.sort()).toEqual(
      Object.entries(ofIa3.tensors)
        .map(([name, { shape }]) => `${name} ${shape}`)
        .sort(),
    );
  });

  test.each([
    ["query", 2],
    ["encoder.layer.0.**", 6],
    ["layer.*.attention.self.*", 6],
    [/.*\.layer\.1\..*dense/, 3],
    ["all-linear", 13],
    [["bert.pooler.dense", "word_embeddings"], 2],
  ])("%s means %i layers", (targets, count) => {
    expect(adapt(bert, lora({ targets })).layers).toHaveLength(count);
  });

  test("layers are left out, and have ranks and alphas of their own", () => {
    const method = lora({ targets: "self.*", exclude: "key", rank: 4, ranks: { "layer.1.**": 2 } });
    const { tensors } = adapt(bert, method).adapter();
    const ranks = Object.entries(tensors).flatMap(([name, { shape }]) => (name.includes("lora_A") ? [shape[0]] : []));
    expect(ranks).toEqual([4, 4, 2, 2]);
  });
});

describe("an adapter that starts", () => {
  test("has A uniform between ±1/√fan-in and B at zero", () => {
    const { tensors } = adapt(net, lora({ targets: "stem", rank: 60 })).adapter();
    const a = tensors["stem.lora_A.weight"]!;
    expect(a.shape).toEqual([60, 2, 3, 3]);
    const bound = 1 / Math.sqrt(2 * 3 * 3);
    expect(Math.max(...a.data.map(Math.abs))).toBeLessThanOrEqual(bound);
    // 1,080 numbers: the variance of a uniform one is bound²/3, and five deviations of its estimate are 14 %.
    const variance = a.data.reduce((sum, x) => sum + x * x, 0) / a.data.length;
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(0.14);
    expect(tensors["stem.lora_B.weight"]!.data.every((x) => x === 0)).toBe(true);
  });

  test("is drawn from its seed", () => {
    const a = (seed: number): Float32Array =>
      adapt(net, lora({ targets: "fc", seed })).adapter().tensors["fc.lora_A.weight"]!.data;
    expect(a(1)).toEqual(a(1));
    expect(a(1)).not.toEqual(a(2));
  });

  test("of an embedding has A at zero and B normal", () => {
    const { tensors } = adapt(bert, lora({ targets: "word_embeddings", rank: 100 })).adapter();
    const [a, b] = ["A", "B"].map((x) => tensors[`bert.embeddings.word_embeddings.lora_embedding_${x}`]!.data);
    expect(a!.every((x) => x === 0)).toBe(true);
    const variance = b!.reduce((sum, x) => sum + x * x, 0) / b!.length;
    expect(Math.abs(variance - 1)).toBeLessThan(0.25); // 800 numbers, five deviations
  });

  test.each([
    ["lora", lora()],
    ["rslora", rslora({ targets: "all-linear" })],
    ["dora", dora({ targets: ["query", "word_embeddings", "classifier"] })],
    ["ia3", ia3()],
  ])("of %s changes no output", async (_, method) => {
    const plain = await Trainer.create(bert, { optimizer: adamw(), loss: crossEntropy() });
    const adapted = await trainer(adapt(bert, method));
    const [before, after] = [await plain.evalStep(batch), await adapted.evalStep(batch)];
    expect(Math.abs(before.loss - after.loss)).toBeLessThan(1e-6);
    await plain.dispose();
    await adapted.dispose();
  });
});

describe("training", () => {
  test("touches the adapter alone, and says so", async () => {
    const adapted = adapt(bert, lora({ modulesToSave: ["classifier"] }));
    await using one = await trainer(adapted);
    expect(one.parameters.map(({ name }) => name).sort()).toEqual([...adapted.trained].sort());
    const because = new Map(one.report.weights.map(({ name, because }) => [name, because]));
    expect(because.get("bert.embeddings.word_embeddings.weight")).toMatch(/^frozen/);
    expect(because.get(adapted.trained[0]!)).toBe("an adapter");
    await one.trainStep(batch);
    const exported = decodeModel(await one.exportModel()).graph?.initializer ?? [];
    const before = new Map(adapted.model.graph?.initializer?.map(({ name, rawData }) => [name, rawData]));
    const changed = exported.filter(({ name, rawData }) => Buffer.compare(rawData!, before.get(name)!) !== 0);
    expect(changed.map(({ name }) => name).sort()).toEqual([...adapted.trained].sort());
  });

  test("gives the same numbers on the host and in the graph", async () => {
    const adapted = adapt(bert, dora({ targets: ["query", "output.dense"], rank: 2 }));
    const ends = [];
    for (const plan of ["host", "graph"] as const) {
      await using one = await trainer(adapted, { plan });
      for (let i = 0; i < 4; i++) await one.trainStep(batch);
      ends.push(await one.weights());
    }
    const [host, graph] = ends;
    // Float32 in another order: Adam's first steps are ±lr whatever the gradient's size.
    for (const name of adapted.trained)
      expect(Math.max(...host![name]!.map((x, i) => Math.abs(x - graph![name]![i]!)))).toBeLessThan(1e-4);
  });

  test("takes the file's bytes or the model without a copy, in this thread or in a worker", async () => {
    const adapted = adapt(net, lora({ targets: "fc", rank: 2 }));
    const given = { ...feeds(first("net")), labels: first("net").labels };
    const losses = [];
    for (const [model, worker] of [
      [adapted.bytes(), false],
      [adapted.model, false],
      [adapted.model, true],
    ] as const) {
      await using one = await Trainer.create(model, { optimizer: adamw({ lr: 0.01 }), loss: crossEntropy(), worker });
      await one.trainStep(given);
      losses.push((await one.evalStep(given)).loss);
    }
    expect(new Set(losses).size).toBe(1);
  });

  test("with dropout draws in training steps and not in use", async () => {
    const with0 = { ...(await loadAdapter(at("patterns"))) };
    const dropping = { ...with0, method: { ...with0.method, dropout: 0.5 } } as typeof with0;
    await using plain = await trainer(adapt(bert, with0));
    await using one = await trainer(adapt(bert, dropping));
    const [a, b] = [await plain.evalStep(batch), await one.evalStep(batch)];
    expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-6);
    const { loss } = await one.trainStep(batch);
    expect(Math.abs(loss - a.loss)).toBeGreaterThan(1e-4);
  });

  test("goes on from a saved adapter", async () => {
    const adapted = adapt(bert, lora({ modulesToSave: ["classifier"] }));
    await using one = await trainer(adapted);
    for (let i = 0; i < 3; i++) await one.trainStep(batch);
    const { loss } = await one.evalStep(batch);
    const files = encodeAdapter(adapted.adapter(await one.weights()));
    const again = adapt(bert, decodeAdapter(files));
    await using other = await trainer(again);
    expect(Math.abs((await other.evalStep(batch)).loss - loss)).toBeLessThan(1e-6);
    expect(encodeAdapter(again.adapter())).toEqual(files);
  });
});
