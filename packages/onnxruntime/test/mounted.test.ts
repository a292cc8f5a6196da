import { createRequire } from "node:module";
import { exportModel, Graph } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { meanSquared, type Runtime, Trainer } from "../src/index.ts";

const require = createRequire(import.meta.url);
const web = require("onnxruntime-web") as Runtime & { readonly env: { readonly wasm: { numThreads: number } } };
const node = require("onnxruntime-node") as Runtime;
web.env.wasm.numThreads = 1;

const [WIDE, OUT] = [2048, 2];
/** More than four million frozen weights, below a trained layer. */
function model(): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: [2, WIDE] });
  const frozen = Float32Array.from({ length: WIDE * WIDE }, (_, i) => Math.sin(i) / Math.sqrt(WIDE));
  g.initializer("frozen", { elem: "float32", dims: [WIDE, WIDE], data: frozen });
  const head = Float32Array.from({ length: WIDE * OUT }, (_, i) => Math.cos(i) / Math.sqrt(WIDE));
  g.initializer("head", { elem: "float32", dims: [WIDE, OUT], data: head });
  const [hidden = ""] = g.op("MatMul", ["x", "frozen"]);
  g.output(g.op("MatMul", [hidden, "head"])[0]!);
  return exportModel(g);
}

test("large weights lie beside the model in WebAssembly, and train as in Node", async () => {
  const bytes = model();
  const x = Float32Array.from({ length: 2 * WIDE }, (_, i) => Math.sin(3 * i));
  const batch = { x, labels: [1, -1, 0.5, 2] };
  const asked: { size: number; external: number }[] = [];
  const watched: Runtime = {
    ...web,
    InferenceSession: {
      create(file, options) {
        const { externalData = [] } = options as { externalData?: { data: Uint8Array }[] }; // as onnxruntime-web takes it
        asked.push({ size: file.length, external: externalData.reduce((n, { data }) => n + data.length, 0) });
        return web.InferenceSession.create(file, options);
      },
    },
  };
  const outcome = async (runtime: Runtime, provider: string) => {
    const trainer = await Trainer.create(bytes, {
      optimizer: sgd({ lr: 0.01 }),
      loss: meanSquared(),
      trainable: ["head"],
      runtime,
      executionProviders: [provider],
      plan: "host",
    });
    const losses = [(await trainer.trainStep(batch)).loss, (await trainer.trainStep(batch)).loss];
    const { head } = await trainer.weights();
    await trainer.dispose();
    return { losses, head: head! };
  };
  const [inPage, inNode] = [await outcome(watched, "wasm"), await outcome(node, "cpu")];
  // The others ask what the runtime can do.
  expect(asked.filter(({ external }) => external > 0)).toHaveLength(1);
  expect(Math.max(...asked.map(({ external }) => external))).toBe(4 * WIDE * WIDE);
  expect(Math.max(...asked.map(({ size }) => size))).toBeLessThan(1e5);
  inNode.losses.forEach((loss, i) => {
    expect(Math.abs(inPage.losses[i]! / loss - 1)).toBeLessThan(1e-5);
  });
  expect(inNode.losses[1]).toBeLessThan(inNode.losses[0]!);
  const apart = inNode.head.reduce((most, v, i) => Math.max(most, Math.abs(v - inPage.head[i]!)), 0);
  expect(apart).toBeLessThan(1e-6);
});
