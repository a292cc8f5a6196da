/// <reference types="vite/client" />
import { adam } from "@descent/adam";
import plain from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ortWasm from "onnxruntime-web/wasm";
import { describe, expect, test } from "vitest";
import lenet from "../../onnx/test/fixtures/lenet.onnx?url";
import {
  type Batch,
  crossEntropy,
  decodeCheckpoint,
  encodeCheckpoint,
  type StepResult,
  Trainer,
  type TrainerOptions,
} from "../src/index.ts";

ortWasm.env.wasm.wasmPaths = { wasm: plain };

// four pictures: a bar in one of ten places
const labels = [1, 3, 7, 9];
const images = Float32Array.from({ length: 4 * 784 }, (_, i) => {
  const [picture, column] = [Math.floor(i / 784), i % 28];
  return Math.abs(column - 2.5 * labels[picture]! - 2) < 2 ? 1 : 0;
});
const batch = { in0: images, labels };
const make = (options: Partial<TrainerOptions>): Promise<Trainer> =>
  Trainer.create(lenet, { optimizer: adam({ lr: 2e-3 }), loss: crossEntropy(), ...options });
async function steps(trainer: Trainer, count: number, on: Batch = batch): Promise<number[]> {
  const losses: StepResult[] = [];
  for (let i = 0; i < count; i++) losses.push(await trainer.trainStep(on));
  return losses.map((s) => s.loss);
}
const wasm = { runtime: ortWasm, executionProviders: ["wasm"] };

describe("in a browser, on onnxruntime-web", () => {
  test("a model trains in WebAssembly, and a checkpoint resumes exactly", async () => {
    const trainer = await make(wasm);
    expect(trainer.plan).toBe("host");
    const losses = await steps(trainer, 30);
    expect(losses[0]).toBeGreaterThan(2);
    expect(losses.at(-1)).toBeLessThan(0.2);
    const resumed = await make(wasm);
    await resumed.load(decodeCheckpoint(encodeCheckpoint(await trainer.checkpoint())));
    expect(await steps(resumed, 2)).toEqual(await steps(trainer, 2));
    expect(await resumed.weights()).toEqual(await trainer.weights());
    const exported = await trainer.exportModel();
    const session = await ortWasm.InferenceSession.create(exported);
    const { out } = await session.run({ in0: new ortWasm.Tensor("float32", images, [4, 1, 28, 28]) });
    const predicted = (await trainer.predict({ in0: images })).out?.data as Float32Array; // a float32 output
    predicted.forEach((v, i) => {
      expect(out?.data[i]).toBeCloseTo(v, 4);
    });
    await session.release();
    for (const t of [trainer, resumed]) await t.dispose();
  });

  test("a worker trains to the same bits, and dispose ends it", async () => {
    const here = await make(wasm);
    const there = await make({
      executionProviders: ["wasm"],
      worker: () => new Worker(new URL("./train.worker.ts", import.meta.url), { type: "module" }),
    });
    expect(await steps(there, 3)).toEqual(await steps(here, 3));
    expect(await there.checkpoint()).toEqual(await here.checkpoint());
    await expect(there.trainStep({ ...batch, labels: [0, 0, 0, 10] })).rejects.toThrow("`labels` holds 10");
    for (const t of [here, there]) await t.dispose();
    await expect(there.weights()).rejects.toThrow("was disposed of");
  });

  test("says how a worker is made, and that a file is missing", async () => {
    await expect(make({ worker: true })).rejects.toThrow("In a browser, `worker` is a function that makes the worker");
    await expect(make({ worker: () => new Worker("/no-such-worker.js") })).rejects.toThrow("lost its worker");
    const none = Trainer.create("/no-such-model.onnx.json", { optimizer: adam(), ...wasm });
    await expect(none).rejects.toThrow();
  });
});
