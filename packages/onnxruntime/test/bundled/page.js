import { adam } from "@descent/adam";
import * as ort from "onnxruntime-web/wasm";
import { crossEntropy, Trainer } from "../../src/index.ts";

/** The losses of three steps, in a worker or in the page, or the error's message. */
globalThis.losses = async (model, inWorker) => {
  const where = inWorker
    ? { worker: () => new Worker(new URL("./train.worker.js", import.meta.url), { type: "module" }) }
    : { runtime: ort };
  const options = { optimizer: adam({ lr: 1e-2 }), loss: crossEntropy(), executionProviders: ["wasm"], ...where };
  try {
    const trainer = await Trainer.create(Uint8Array.from(model), options);
    const losses = [];
    for (let i = 0; i < 3; i++) losses.push((await trainer.trainStep({ x: [1, 2, 3], labels: [1] })).loss);
    await trainer.dispose();
    return losses;
  } catch (error) {
    return error.message;
  }
};
