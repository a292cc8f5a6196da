import { exportModel, Graph, meanSquared } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { type Runtime, Trainer } from "../src/index.ts";

/** Four million numbers: smaller models stay in their sessions. */
const [WORDS, WIDTH] = [960, 1200];
function numbers(length: number, seed: number, scale: number): Float32Array {
  const all = new Float32Array(length);
  for (let i = 0; i < length; i++) all[i] = scale * ((((i + seed) * 7919) % 1999) / 1000 - 1);
  return all;
}

/** A table, a matrix read as it is and one that is turned, a table that is also the head, and a small layer between them. */
function model(): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "int64", shape: ["batch", 3] });
  g.initializer("table", { elem: "float32", dims: [WORDS, WIDTH], data: numbers(WORDS * WIDTH, 1, 0.5) });
  g.initializer("straight", { elem: "float32", dims: [WIDTH, WIDTH], data: numbers(WIDTH * WIDTH, 2, 0.05) });
  g.initializer("turned", { elem: "float32", dims: [WIDTH, WIDTH], data: numbers(WIDTH * WIDTH, 3, 0.05) });
  g.initializer("scale", { elem: "float32", dims: [WIDTH], data: numbers(WIDTH, 4, 1) });
  let [v = ""] = g.op("Gather", ["table", "x"]);
  [v = ""] = g.op("MatMul", [v, "straight"]);
  [v = ""] = g.op("Mul", [v, "scale"]);
  [v = ""] = g.op("MatMul", [v, g.op("Transpose", ["turned"], { perm: [1, 0] })[0]!]);
  g.op("MatMul", [v, g.op("Transpose", ["table"], { perm: [1, 0] })[0]!], {}, ["y"]);
  g.output("y");
  return exportModel(g);
}

test("large frozen weights are fed to sessions, which keep no copy, and train and export as before", async () => {
  const sizes: number[] = [];
  const runtime: Runtime = {
    ...(ort as unknown as Runtime),
    InferenceSession: {
      create: (bytes, options) => {
        sizes.push(bytes.length);
        return (ort as unknown as Runtime).InferenceSession.create(bytes, options);
      },
    },
  };
  const bytes = model();
  const batch = {
    x: { data: [1, 700, 3, 44, 5, 6], dims: [2, 3] },
    labels: { data: numbers(6 * WORDS, 5, 1), dims: [2, 3, WORDS] },
  };
  const make = (trainable: readonly string[]): Promise<Trainer> =>
    Trainer.create(bytes, { optimizer: sgd({ lr: 1e-2 }), loss: meanSquared(), trainable, runtime });
  const [frozen, whole] = [await make(["scale"]), await make(["scale", "straight", "turned", "table"])];
  sizes.length = 0;
  const [a, b] = [await frozen.gradients(batch), await whole.gradients(batch)];
  expect(a.loss).toBeCloseTo(b.loss, 4);
  const largest = Math.max(...b.gradients.scale!.map(Math.abs));
  for (const [i, g] of a.gradients.scale!.entries())
    expect(Math.abs(g - b.gradients.scale![i]!)).toBeLessThan(1e-5 * largest);
  await frozen.trainStep(batch);
  const after = (await frozen.evalStep(batch)).loss;
  expect(after).toBeLessThan(a.loss);
  const outputs = await frozen.predict({ x: batch.x });
  expect(Math.max(...sizes)).toBeLessThan(200_000); // bytes; the weights have 16 million

  // The file has the frozen weights, and trains on from there.
  const again = await Trainer.create(await frozen.exportModel(), {
    optimizer: sgd(),
    loss: meanSquared(),
    trainable: ["scale"],
  });
  expect((await again.evalStep(batch)).loss).toBeCloseTo(after, 5);
  expect((await again.predict({ x: batch.x })).y!.dims).toEqual(outputs.y!.dims);
  for (const trainer of [frozen, whole, again]) await trainer.dispose();
});
