import { adam, adamw } from "@descent/adam";
import {
  type Configured,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  decoupledDecay,
  partition,
  rule,
  schedule,
  withL2,
} from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import { cosine, warmup } from "@descent/schedules";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { crossEntropy, meanSquared, Trainer, type TrainerOptions } from "../src/index.ts";
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

test("a model may use the names that the update adds", async () => {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", 2] });
  let value = "x";
  for (const name of ["w", "m/w", "v/w", "w.sum", "w.next", "factor", "host.0.0", "w.grad", "loss"]) {
    graph.initializer(name, { elem: "float32", dims: [2], data: Float32Array.of(1.1, 0.9) });
    [value = ""] = graph.op("Mul", [value, name]);
  }
  graph.output(value);
  const results = [];
  for (const plan of ["host", "graph"] as const) {
    const options = { optimizer: adam({ eps: 1e-4 }), loss: meanSquared({ labels: "p" }), plan, accumulate: 2 };
    const trainer = await Trainer.create(exportModel(graph), options);
    const start = await trainer.weights();
    for (let i = 0; i < 4; i++) await trainer.trainStep({ x: [1, 2, 3, 4], p: [1, 1, 0, 0] });
    await trainer.applyGradients((await trainer.gradients({ x: [1, 2], p: [1, 1] })).gradients);
    results.push([start, await trainer.weights()] as const);
    await trainer.dispose();
  }
  const [[start, host], [, inGraph]] = results as [(typeof results)[0], (typeof results)[0]]; // of two rounds
  expect(Object.keys(host)).toHaveLength(9);
  expect(apart(inGraph, host, start)).toBeLessThan(2e-5);
});

/** A step of length 1, whatever the gradient's. */
const normalized = rule({
  id: "normalized",
  title: "Normalized",
  paper: "",
  hyper: { lr: 1 },
  state: {},
  update: { p: "p - lr * g / rms(g) / sqrt(size)" },
});

test.each([
  ["clipByGlobalNorm", clipByGlobalNorm],
  ["clipByNorm", clipByNorm],
  ["rms", () => normalized()],
] as const)(
  "%s takes gradients whose squares float32 does not hold to the length that was asked for",
  async (_, clip) => {
    const graph = new Graph();
    graph.initializer("w", { elem: "float32", dims: [2], data: new Float32Array(2) });
    graph.input("x", { elem: "float32", shape: [2] });
    graph.op("ReduceSum", [graph.op("Mul", ["w", "x"])[0]!], { keepdims: 0 }, ["loss"]);
    graph.output("loss");
    const model = exportModel(graph);
    for (const [limit, sizes] of [
      [1, [1e10, 1e19, 1e20, 1e30, 6e37]],
      [1e-25, [1e-15, 1e-20, 1e-24]],
    ] as const)
      for (const scale of sizes)
        for (const plan of ["host", "graph"] as const) {
          const trainer = await Trainer.create(model, { optimizer: clip(sgd({ lr: 1 / limit }), limit), plan });
          await trainer.trainStep({ x: [3 * scale, 4 * scale] });
          const { w } = await trainer.weights();
          expect([w![0], w![1]].map((x) => Math.round(x! * 1e4) / 1e4)).toEqual([-0.6, -0.8]);
          await trainer.dispose();
        }
  },
);
