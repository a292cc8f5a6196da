import { adam } from "@descent/adam";
import { crossEntropy, Trainer } from "../../src/index.ts";

export const inWorker = {
  worker: () => new Worker(new URL("./train.worker.js", import.meta.url), { type: "module" }),
};

/** The losses of three steps, in a worker or with a runtime in the page, or the error's message. */
export async function losses(model, where) {
  const options = { optimizer: adam({ lr: 1e-2 }), loss: crossEntropy(), executionProviders: ["wasm"], ...where };
  try {
    const trainer = await Trainer.create(Uint8Array.from(model), options);
    const all = [];
    for (let i = 0; i < 3; i++) all.push((await trainer.trainStep({ x: [1, 2, 3], labels: [1] })).loss);
    await trainer.dispose();
    return all;
  } catch (error) {
    return error.message;
  }
}
