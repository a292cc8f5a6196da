import { createRequire } from "node:module";
import { exportModel, Graph } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { meanSquared, type Runtime, Trainer } from "../src/index.ts";

const require = createRequire(import.meta.url);
// In this order: of two libraries that share a registry, "cpu" is then the one that does not write into what it is handed.
const web = require("onnxruntime-web") as Runtime & { readonly env: { readonly wasm: { numThreads: number } } };
const node = require("onnxruntime-node") as Runtime;
web.env.wasm.numThreads = 1;

describe("onnxruntime-web and onnxruntime-node in one process, web loaded first", () => {
  test("share their settings, so these do not tell which one computes", () => {
    expect(node.env).toBe(web.env);
    expect(web.env.versions).toHaveProperty("node");
  });

  test.each([
    { name: "web", runtime: web, provider: "wasm" },
    { name: "node", runtime: node, provider: "cpu" },
  ])("$name trains all the same", async ({ runtime, provider }) => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [2, 3] });
    g.initializer("w", { elem: "float32", dims: [3, 1], data: Float32Array.of(1, 2, 3) });
    g.output(g.op("MatMul", ["x", "w"])[0]!);
    const trainer = await Trainer.create(exportModel(g), {
      optimizer: sgd({ lr: 0.125 }),
      loss: meanSquared(),
      runtime,
      executionProviders: [provider],
      plan: "host",
    });
    // Outcomes 14 and 32, so the gradient is 13 · (1, 2, 3) + 30 · (4, 5, 6) = (133, 176, 219).
    await trainer.trainStep({ x: [1, 2, 3, 4, 5, 6], labels: [1, 2] });
    expect(Array.from((await trainer.weights()).w!)).toEqual([1 - 133 / 8, 2 - 176 / 8, 3 - 219 / 8]);
    await trainer.dispose();
  });
});
