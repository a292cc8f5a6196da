/// <reference types="vite/client" />
import { adam } from "@descent/adam";
import asyncify from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";
import { expect, test, vi } from "vitest";
import { crossEntropy, Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

// In a file of its own, because the runtime looks for an adapter once in the life of a page.
test('without a GPU adapter a page trains on the second of ["webgpu", "wasm"], and says on which', async () => {
  ort.env.wasm.wasmPaths = { wasm: asyncify };
  vi.spyOn(navigator.gpu, "requestAdapter").mockResolvedValue(null);
  const make = (executionProviders: readonly string[]): Promise<Trainer> =>
    Trainer.create(perceptron([20, 4]), {
      optimizer: adam(),
      loss: crossEntropy(),
      runtime: ort,
      executionProviders,
    });
  const trainer = await make(["webgpu", "wasm"]);
  expect([trainer.executionProviders, trainer.plan]).toEqual([["wasm"], "host"]);
  expect((await trainer.trainStep({ x: new Float32Array(20), labels: [1] })).updated).toBe(true);
  await trainer.dispose();
  await expect(make(["webgpu"])).rejects.toThrow(/no working provider "webgpu" here: .*use \["webgpu", "wasm"\]/);
});
