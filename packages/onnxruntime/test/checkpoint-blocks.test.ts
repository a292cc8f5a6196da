import { adam } from "@descent/adam";
import { crossEntropy, differentiate, exportModel, Graph, importModel } from "@descent/onnx";
import { describe, expect, test } from "vitest";
import { Trainer, type TrainerOptions } from "../src/index.ts";
import { perceptron } from "./graphs.ts";
import { batchOf, fixture, model, train } from "./models.ts";
import { peak, ran } from "./order.ts";

/** The training graph of layers of width 8 on batches of 64. */
function deep(layers: number, checkpoint?: "blocks"): Graph {
  const model = perceptron([8, ...Array.from({ length: layers }, () => 8), 4]);
  return differentiate(importModel(model, { shapes: { x: [64, 8] } }), { loss: crossEntropy(), checkpoint }).graph;
}

const compare = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)), 0); // as many

describe("blocks that are computed again", () => {
  test.each(["gpt_o17", "resnet"])("give PyTorch's loss and gradients: %s", async (name) => {
    const { loss, grads } = fixture(name);
    const batch = batchOf(fixture(name));
    const [plain, again] = [await train(name), await train(name, { checkpoint: "blocks" })];
    const [a, b] = [await plain.gradients(batch), await again.gradients(batch)];
    expect(Math.abs(b.loss / loss - 1)).toBeLessThan(1e-5);
    for (const [weight, gradient] of Object.entries(grads)) {
      expect(compare(b.gradients[weight]!, gradient), weight).toBeLessThan(1e-5);
      expect(compare(b.gradients[weight]!, a.gradients[weight]!), weight).toBeLessThan(1e-6);
    }
    await plain.dispose();
    await again.dispose();
  });

  test.each<readonly [what: string, plan: TrainerOptions["plan"], accumulate: number]>([
    ["on the host", "host", 1],
    ["accumulated", "host", 2],
    ["in the graph", "graph", 1],
  ])("train and keep running statistics as without: %s", async (_, plan, accumulate) => {
    const results = [];
    for (const checkpoint of [undefined, "blocks"] as const) {
      const trainer = await train("resnet", { batchNorm: "batch", plan, accumulate, checkpoint });
      const batch = batchOf(fixture("resnet"));
      const losses: number[] = [];
      for (let i = 0; i < 4; i++) losses.push((await trainer.trainStep(batch)).loss);
      results.push({ losses, weights: await trainer.weights(), evaluated: (await trainer.evalStep(batch)).loss });
      await trainer.dispose();
    }
    // ONNX Runtime joins other nodes, which rounds otherwise.
    const [a, b] = [results[0]!, results[1]!];
    expect(compare(b.losses, a.losses)).toBeLessThan(1e-5);
    expect(Math.abs(b.evaluated - a.evaluated)).toBeLessThan(1e-4);
    for (const [name, w] of Object.entries(a.weights)) expect(compare(b.weights[name]!, w), name).toBeLessThan(1e-4);
  });

  test("drop the same elements the second time", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 16] });
    let value = "x";
    for (let i = 0; i < 6; i++) {
      const data = Float32Array.from({ length: 256 }, (_, k) => (((37 * i + 101 * k * k) % 17) - 8) / 20);
      g.initializer(`w${i}`, { elem: "float32", dims: [16, 16], data });
      [value = ""] = g.op("Tanh", g.op("MatMul", [value, `w${i}`]));
      [value = ""] = g.op("Dropout", [value, g.constant(0.3), g.constant(true, "bool")]);
    }
    g.output(g.op("ReduceMean", [value], { keepdims: 0 })[0]!);
    const results: (readonly Float32Array[])[] = [];
    for (const checkpoint of [undefined, "blocks"] as const) {
      const trainer = await Trainer.create(exportModel(g), { optimizer: adam(), checkpoint });
      const x = { data: Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)), dims: [4, 16] };
      results.push(Object.values((await trainer.gradients({ x })).gradients));
      await trainer.dispose();
    }
    for (const [i, gradient] of results[1]!.entries())
      expect(compare(gradient, results[0]![i]!), `w${i}`).toBeLessThan(1e-7);
    expect(compare(results[0]![0]!, new Float32Array(256))).toBeGreaterThan(1e-4);
  });

  test("keep less at a time, the deeper the model the more", () => {
    expect(peak(deep(64, "blocks"))).toBeLessThan(0.5 * peak(deep(64)));
    // Some √n of n layers' values are kept: four times the layers take twice the memory, besides the gradients' 72 a layer.
    const beside = (layers: number): number => peak(deep(layers, "blocks")) - 72 * layers;
    expect(beside(256)).toBeLessThan(2.6 * beside(64));
  });

  test("are refused where the model has none", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 2] });
    g.initializer("w", { elem: "float32", dims: [1], data: Float32Array.of(2) });
    g.output(g.op("ReduceMean", g.op("Mul", ["x", "w"]), { keepdims: 0 })[0]!);
    await expect(Trainer.create(exportModel(g), { optimizer: adam(), checkpoint: "blocks" })).rejects.toThrow(
      "`checkpoint` computes blocks of the model again, and this model has none",
    );
    expect(() => differentiate(model("gpt_o17"), { loss: crossEntropy(), checkpoint: "layers" as "blocks" })).toThrow(
      "`checkpoint`",
    );
  });
});

describe("nodes stand where ONNX Runtime, which goes back from the last, frees most", () => {
  const graph = deep(64);

  test("what it keeps at a time is what the forward pass made, and little more", () => {
    // Each layer's sum and its activation, and the gradients of 72 weights.
    expect(peak(graph)).toBeLessThan(64 * (2 * 512 + 72) + 16 * 512);
  });

  test("a layer's weights have their gradients before the layers before it", () => {
    const made = ran(graph).flatMap(({ outputs }) => outputs);
    const places = Array.from({ length: 65 }, (_, i) => made.indexOf(`w${i}.grad`));
    expect(places).toEqual([...places].sort((a, b) => b - a));
    expect(made.indexOf("loss")).toBeLessThan(places[64]!);
  });
});
