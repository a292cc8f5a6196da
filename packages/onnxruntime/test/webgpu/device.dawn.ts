import { adam, adamw } from "@descent/adam";
import { clipByGlobalNorm, schedule } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import { momentum } from "@descent/sgd";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import {
  crossEntropy,
  decodeCheckpoint,
  encodeCheckpoint,
  type Runtime,
  Trainer,
  type TrainerOptions,
  type Weights,
} from "../../src/index.ts";
import { dropping, perceptron } from "../graphs.ts";
import { apart, batchOf, fixture, train } from "../models.ts";
import { keepDevice } from "./kept.ts";

keepDevice();

const webgpu = { executionProviders: ["webgpu"] } as const;
const batch = batchOf(fixture("lenet"));

/** A model with little to compile, and a batch for it. */
const small = (options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create(perceptron([20, 16, 4]), { optimizer: adam({ lr: 1e-2 }), loss: crossEntropy(), ...options });
const rows = { x: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * i)), labels: [0, 3, 1] };

/** onnxruntime-node, telling where the outputs of every run lie. */
function watched(): { readonly runtime: Runtime; readonly places: Map<string, string> } {
  const places = new Map<string, string>();
  const create: Runtime["InferenceSession"]["create"] = async (model, options) => {
    const session = await ort.InferenceSession.create(model, options);
    const { inputNames, outputNames } = session;
    return {
      inputNames,
      outputNames,
      release: () => session.release(),
      async run(feeds, fetches) {
        const results = await session.run(feeds as never, fetches as never); // what our own sessions are given
        for (const [name, { location }] of Object.entries(results)) places.set(name, location);
        return results;
      },
    };
  };
  return { runtime: { ...ort, InferenceSession: { create } } as Runtime, places };
}

describe("on onnxruntime-node's webgpu provider", () => {
  test("lenet trains as on the cpu, its weights and state staying on the device", async () => {
    const { runtime, places } = watched();
    const optimizer = clipByGlobalNorm(adamw({ lr: schedule("1e-3 / (1 + step)"), eps: 1e-4 }), 1);
    const cpu = await train("lenet", { optimizer });
    const gpu = await train("lenet", { optimizer, ...webgpu, runtime });
    const start = await cpu.weights();
    for (let i = 0; i < 3; i++) {
      const [a, z] = [await cpu.trainStep(batch), await gpu.trainStep(batch)];
      expect(Math.abs(z.loss / a.loss - 1)).toBeLessThan(1e-4); // float32 sums in another order
    }
    expect(apart(await gpu.weights(), await cpu.weights(), start)).toBeLessThan(2e-3); // as between the plans on the cpu
    for (const t of [cpu, gpu]) await t.dispose();
    const on = (place: string): string[] => [...places].filter(([, p]) => p === place).map(([name]) => name);
    expect(on("gpu-buffer")).toContain("descent.next.p/c1.weight");
    expect(on("gpu-buffer")).toContain("descent.next.v/f3.bias");
    expect(on("gpu-buffer")).toHaveLength(30); // ten weights, each with two moments
    expect(on("cpu")).toEqual(expect.arrayContaining(["loss", "out"]));
  });

  test("updateBatchNorm finds the running statistics of the cpu", async () => {
    const b = batchOf(fixture("resnet"));
    const found = [];
    for (const options of [{}, webgpu]) {
      const trainer = await train("resnet", options);
      const before = await trainer.weights();
      await trainer.updateBatchNorm([b]);
      found.push(await trainer.weights());
      expect(found.at(-1)).not.toEqual(before);
      await trainer.dispose();
    }
    const [cpu, gpu] = found as [Weights, Weights];
    for (const [name, numbers] of Object.entries(cpu))
      numbers.forEach((x, i) => void expect(Math.abs(gpu[name]![i]! - x), name).toBeLessThan(1e-4 * (1 + Math.abs(x))));
  });

  test.each(["resnet", "gpt_o17"])("%s has the gradients of the cpu", async (name) => {
    const b = batchOf(fixture(name));
    const options = { trainable: Object.keys(fixture(name).grads) };
    const cpu = await train(name, options);
    const gpu = await train(name, { ...options, ...webgpu });
    expect([gpu.plan, cpu.plan]).toEqual(["graph", "host"]);
    const [a, z] = [await cpu.gradients(b), await gpu.gradients(b)];
    for (const [key, g] of Object.entries(a.gradients)) {
      const error = Math.hypot(...g.map((v, i) => v - z.gradients[key]![i]!));
      expect(error, key).toBeLessThanOrEqual(1e-5 * Math.hypot(...g) + 1e-7); // and gradients that are zero but for rounding
    }
    for (const t of [cpu, gpu]) await t.dispose();
  });

  test("a checkpoint resumes bit for bit, and on the cpu as well", async () => {
    const whole = await small(webgpu);
    for (let i = 0; i < 2; i++) await whole.trainStep(rows);
    const bytes = encodeCheckpoint(await whole.checkpoint());
    const resumed = await small(webgpu);
    await resumed.load(decodeCheckpoint(bytes));
    expect(encodeCheckpoint(await resumed.checkpoint())).toEqual(bytes);
    const losses = [];
    for (const t of [whole, resumed]) losses.push((await t.trainStep(rows)).loss);
    expect(losses[1]).toBe(losses[0]);
    expect(await resumed.weights()).toEqual(await whole.weights());
    const cpu = await small();
    await cpu.load(decodeCheckpoint(bytes));
    expect((await cpu.trainStep(rows)).loss / losses[0]!).toBeCloseTo(1, 4);
    for (const t of [whole, resumed, cpu]) await t.dispose();
  });

  test("accumulates, skips what is not finite, and takes weights and gradients of one's own", async () => {
    const options: Partial<TrainerOptions> = { optimizer: momentum({ lr: 0.1 }), accumulate: 2, nonFinite: "skip" };
    const results = [];
    for (const more of [{}, webgpu]) {
      const trainer = await small({ ...options, ...more });
      const start = await trainer.weights();
      await trainer.trainStep(rows);
      // a loss of 6e38; NaN would do on the host only, for a shader may take it for a number
      await trainer.setWeights({ b1: Float32Array.of(-3e38, 3e38, 0, 0) });
      const large = await trainer.trainStep({ x: rows.x.slice(0, 20), labels: [0] });
      expect(large).toMatchObject({ loss: Number.POSITIVE_INFINITY, updated: false });
      await trainer.setWeights(start);
      const { waiting } = await trainer.checkpoint();
      expect(waiting?.count).toBe(1);
      expect((await trainer.trainStep(rows)).updated).toBe(true);
      const { gradients } = await trainer.gradients(rows);
      await trainer.applyGradients(gradients);
      await trainer.setWeights({ b1: new Float32Array(4).fill(0.5) });
      await trainer.applyGradients(gradients);
      expect(trainer.step).toBe(3);
      results.push([await trainer.weights(), start] as const);
      await trainer.dispose();
    }
    const [[cpu, start], [gpu]] = results as [(typeof results)[0], (typeof results)[0]]; // of two rounds
    expect(apart(gpu, cpu, start)).toBeLessThan(1e-4); // float32 sums in another order
  });

  test("drops the same elements as the cpu", async () => {
    const losses = [];
    for (const more of [{}, webgpu]) {
      const trainer = await Trainer.create(dropping(0.5), { optimizer: adam(), ...more });
      losses.push((await trainer.trainStep({ x: new Float32Array(1000).fill(1) })).loss);
      await trainer.dispose();
    }
    expect(losses[1]).toBeCloseTo(losses[0]!, 5);
  });

  test("a training graph made on the cpu is refused, one made here is opened", async () => {
    const [cpu, gpu] = [await small(), await small(webgpu)];
    await expect(Trainer.open(await cpu.trainingGraph(), { optimizer: adam(), ...webgpu })).rejects.toThrow(
      'The training graph was made for the provider "cpu"',
    );
    const opened = await Trainer.open(await gpu.trainingGraph(), { optimizer: adam(), ...webgpu });
    expect((await opened.trainStep(rows)).loss / (await cpu.trainStep(rows)).loss).toBeCloseTo(1, 4);
    for (const t of [cpu, gpu, opened]) await t.dispose();
  });

  test("a tensor on the device is refused as a batch, because another provider would read it as numbers of the host", async () => {
    const graph = new Graph();
    graph.input("x", { elem: "float32", shape: [4] });
    graph.op("Exp", ["x"], {}, ["y"]);
    graph.output("y");
    const session = await ort.InferenceSession.create(exportModel(graph), {
      ...webgpu,
      preferredOutputLocation: "gpu-buffer",
    });
    const { y } = await session.run({ x: new ort.Tensor("float32", new Float32Array(4), [4]) });
    expect(y!.location).toBe("gpu-buffer");
    const trainer = await train("lenet");
    await expect(trainer.trainStep({ in0: y as never, labels: [0] })).rejects.toThrow(
      "`in0` is on a device (gpu-buffer)",
    );
    y!.dispose();
    await trainer.dispose();
  });
});
