/// <reference types="vite/client" />
// A training step on onnxruntime-web's webgpu provider, by where the update happens, in Chromium on whatever it draws with:
// node_modules/.bin/vitest bench --run --project browser packages/onnxruntime/test/device.bench.ts
import { adamw } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import asyncify from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";
import { bench, describe } from "vitest";
import { crossEntropy, Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

ort.env.wasm.wasmPaths = { wasm: asyncify };

const models = {
  "784-256-10, batches of 64": [784, 256, 10],
  "eight layers of 64, batches of 64": Array.from({ length: 9 }, () => 64),
} as const;
const rules = { AdamW: adamw(), "AdamW, clipped": clipByGlobalNorm(adamw(), 1) };

for (const [title, sizes] of Object.entries(models))
  for (const [name, optimizer] of Object.entries(rules))
    describe(`${title}, ${name}`, async () => {
      const batch = {
        x: Float32Array.from({ length: 64 * sizes[0]! }, (_, i) => Math.sin(i)),
        labels: Array.from({ length: 64 }, (_, i) => i % 10),
      };
      for (const plan of ["device", "graph", "host"] as const) {
        const options = { optimizer, loss: crossEntropy(), runtime: ort, executionProviders: ["webgpu"], plan };
        const trainer = await Trainer.create(perceptron(sizes), options);
        await trainer.trainStep(batch);
        bench(plan, async () => void (await trainer.trainStep(batch)));
      }
    });
