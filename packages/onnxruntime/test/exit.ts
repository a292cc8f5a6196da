// Ends its own process while a worker computes; worker.test.ts starts it. usage: exit.ts STEPS, after which it ends

import { adamw } from "@descent/adam";
import { crossEntropy, Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

const model = perceptron([400, 400]);
const batch = { x: new Float32Array(64 * 400).fill(0.1), labels: new Int32Array(64) };
const trainer = await Trainer.create(model, { optimizer: adamw(), loss: crossEntropy(), worker: true });
// All are posted at once, so the worker goes on with the next one while this thread ends.
const steps = Array.from({ length: Number(process.argv[2]) + 50 }, () => trainer.trainStep(batch));
await steps[Number(process.argv[2])];
console.log("ends");
process.exit(0);
