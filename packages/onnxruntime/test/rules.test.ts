import { adam, adamw } from "@descent/adam";
import {
  type Configured,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  decoupledDecay,
  partition,
  schedule,
  withL2,
} from "@descent/core";
import { cosine, warmup } from "@descent/schedules";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";
import { perceptron } from "./graphs.ts";
import { apart, type Weights } from "./models.ts";

const model = perceptron([12, 10, 4]);
const batch = { x: Float32Array.from({ length: 72 }, (_, i) => Math.sin(i * i)), labels: [0, 1, 2, 3, 2, 1] };
async function trained(optimizer: Configured, options: Partial<TrainerOptions>): Promise<Weights> {
  const trainer = await Trainer.create(model, { optimizer, loss: crossEntropy(), ...options });
  for (let i = 0; i < 4; i++) await trainer.trainStep(batch);
  const weights = await trainer.weights();
  await trainer.dispose();
  return weights;
}

describe("what is made of rules moves alike on the host and in the graph, joined to the gradients", () => {
  test.each<readonly [string, Configured]>([
    ["clipByValue", clipByValue(momentum({ lr: 0.1 }), 0.01)],
    ["clipByNorm", clipByNorm(momentum({ lr: 0.1 }), 0.05)],
    ["clipByGlobalNorm", clipByGlobalNorm(adam({ lr: 0.01, eps: 1e-4 }), 0.05)],
    ["withL2", withL2(sgd({ lr: 0.1 }), 0.1)],
    ["decoupledDecay", decoupledDecay(momentum({ lr: 0.1 }), 0.1)],
    ["decay of chosen parameters", adamw({ lr: 0.01, eps: 1e-4, weightDecay: 0.1, decays: (p) => p.name === "b1" })],
    ["a schedule", sgd({ lr: schedule("0.1 * 0.5 ^ step") })],
    ["schedules of schedules", sgd({ lr: warmup(2, cosine({ from: 0.1, over: 4 })) })],
    ["groups", partition({ fast: sgd({ lr: 0.5 }), slow: adam({ lr: 0.001, eps: 1e-4 }) }, { fast: /^b/ })],
  ])("%s", async (_, optimizer) => {
    const start = await trained(sgd({ lr: 0 }), {});
    const host = await trained(optimizer, { plan: "host" });
    const graph = await trained(optimizer, { plan: "graph" });
    expect(apart(start, host, start)).toBe(1); // it has moved
    // float32 in both; sums are float64 on the host, and quotients of small gradients magnify what that changes
    expect(apart(graph, host, start)).toBeLessThan(2e-5);
  });
});
