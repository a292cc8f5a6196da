/// <reference types="vite/client" />
import { adam, adamw } from "@descent/adam";
import plain from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ortWasm from "onnxruntime-web/wasm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Batch, crossEntropy, decodeCheckpoint, Trainer, type TrainerOptions } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

ortWasm.env.wasm.wasmPaths = { wasm: plain };

const model = perceptron([20, 16, 4]);
const batch: Batch = { x: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * i)), labels: [0, 3, 1] };
const open: Trainer[] = [];
const make = async (options: Partial<TrainerOptions>): Promise<Trainer> => {
  const trainer = await Trainer.create(model, { optimizer: adam({ lr: 1e-2 }), loss: crossEntropy(), ...options });
  open.push(trainer);
  return trainer;
};
afterEach(async () => {
  for (const trainer of open.splice(0)) await trainer.dispose();
  vi.restoreAllMocks();
});
const wasm = { runtime: ortWasm, executionProviders: ["wasm"] };
const threads = (): Worker => new Worker(new URL("./threads.worker.ts", import.meta.url), { type: "module" });

async function steps(trainer: Trainer, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < count; i++) losses.push((await trainer.trainStep(batch)).loss);
  return losses;
}

describe("a page", () => {
  test("goes on between steps: messages, timers and frames have their turn", async () => {
    const trainer = await make(wasm);
    const { port1, port2 } = new MessageChannel();
    let [messages, timers, frames, count] = [0, 0, 0, 0];
    port1.onmessage = () => messages++;
    const timer = setInterval(() => timers++, 0);
    const frame = (): void => {
      frames++;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    // Nothing but the steps is awaited. Without a turn in between this would be all of them.
    while ((timers < 3 || frames < 3) && count < 20_000) {
      port2.postMessage(undefined);
      await trainer.trainStep(batch);
      count++;
      expect(messages).toBe(count);
    }
    clearInterval(timer);
    port1.close();
    expect(timers).toBeGreaterThanOrEqual(3);
    expect(frames).toBeGreaterThanOrEqual(3);
  });

  test("takes a File as a model and a Blob as a checkpoint, and knows a page when it sees one", async () => {
    const file = new File([model as Uint8Array<ArrayBuffer>], "model.onnx");
    const trainer = await Trainer.create(file, { optimizer: adamw(), loss: crossEntropy(), ...wasm });
    open.push(trainer);
    expect((await trainer.trainStep(batch)).updated).toBe(true);
    const html = new Blob(["\n<!DOCTYPE html><title>app</title>"]);
    await expect(trainer.load(html)).rejects.toThrow("The checkpoint is an HTML page.");
    await expect(Trainer.create(html, { optimizer: adamw(), ...wasm })).rejects.toThrow("The model is an HTML page.");
    await expect(Trainer.create(location.href, { optimizer: adamw(), ...wasm })).rejects.toThrow(
      /The model http.* is an HTML page/,
    );
  });

  test("downloads what is saved", async () => {
    const saved: { readonly name: string; readonly bytes: Promise<ArrayBuffer> }[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push({ name: this.download, bytes: fetch(this.href).then((answer) => answer.arrayBuffer()) });
    });
    const trainer = await make(wasm);
    await trainer.trainStep(batch);
    await trainer.save("runs/checkpoint.safetensors");
    await trainer.saveModel("trained.onnx");
    expect(saved.map(({ name }) => name)).toEqual(["checkpoint.safetensors", "trained.onnx"]);
    const [checkpoint, exported] = await Promise.all(saved.map(async ({ bytes }) => new Uint8Array(await bytes)));
    expect(decodeCheckpoint(checkpoint!)).toEqual(await trainer.checkpoint());
    expect(exported).toEqual(await trainer.exportModel());
  });
});

describe("a worker", () => {
  test.each(["terminate", "close"] as const)(
    "trains with two threads of ONNX Runtime, which load its file as well; ended (%s), it rejects the pending step, and says so",
    async (how) => {
      expect(crossOriginIsolated).toBe(true);
      let worker: Worker | undefined;
      const trainer = await make({ executionProviders: ["wasm"], worker: () => (worker = threads()) });
      const here = await make(wasm);
      const losses = await steps(trainer, 3);
      (await steps(here, 3)).forEach((loss, i) => {
        expect(losses[i]).toBeCloseTo(loss, 5); // sums of threads are in another order
      });
      const pending = Promise.allSettled(Array.from({ length: 50 }, () => trainer.trainStep(batch)));
      if (how === "terminate") worker!.terminate();
      else worker!.postMessage("close");
      const last = (await pending).at(-1)!;
      if (how === "terminate") expect(last.status).toBe("rejected");
      await expect(trainer.weights()).rejects.toThrow(
        "This trainer lost its worker: it was ended. Make a new one, and load the last checkpoint.",
      );
    },
  );
});
