/// <reference types="vite/client" />
import { adam, adamw } from "@descent/adam";
import { clipByGlobalNorm, freeze, partition, schedule } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { exportModel, Graph } from "@descent/onnx";
import { adahessian } from "@descent/second-order";
import { momentum, sgd } from "@descent/sgd";
import asyncify from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newton } from "../../../tests/words.ts";
import {
  crossEntropy,
  decodeCheckpoint,
  encodeCheckpoint,
  meanSquared,
  Trainer,
  type TrainerOptions,
} from "../src/index.ts";
import { dropping, perceptron } from "./graphs.ts";

ort.env.wasm.wasmPaths = { wasm: asyncify };

const make = (options: Partial<TrainerOptions> = {}, model = perceptron([20, 8, 4])): Promise<Trainer> =>
  Trainer.create(model, {
    optimizer: adam({ lr: 1e-2 }),
    loss: crossEntropy(),
    runtime: ort,
    executionProviders: ["webgpu"],
    ...options,
  });
/** On the host: the same module's WebAssembly. */
const host = { executionProviders: ["wasm"] } as const;
const rows = { x: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * i)), labels: [0, 3, 1] };
const others = { x: Float32Array.from({ length: 40 }, (_, i) => Math.cos(i * i)), labels: [2, 1] };

type Numbers = Readonly<Record<string, Float32Array>>;
/** The largest difference, of what the largest number of its tensor is. */
function apart(a: Numbers, b: Numbers): number {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  const all = Object.entries(a).map(([name, x]) => {
    const scale = Math.max(1e-3, ...x.map(Math.abs));
    return Math.max(0, ...x.map((v, i) => Math.abs(v - b[name]![i]!))) / scale;
  });
  return Math.max(...all);
}
/** float32 sums in another order, through a few steps of Adam. */
const TOLERANCE = 1e-4;

/** Buffers of ours that were made and not destroyed. */
const live = new Set<GPUBuffer>();
/** Bytes read back to the host, submissions with commands of ours, and everybody's dispatches. */
const seen = { read: 0, submitted: 0, dispatched: 0 };
const restore: (() => void)[] = [];
function watch(): void {
  const { createBuffer, createCommandEncoder } = GPUDevice.prototype;
  const { destroy, mapAsync } = GPUBuffer.prototype;
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args): undefined {
    seen.dispatched++;
    return dispatchWorkgroups.apply(this, args);
  };
  GPUDevice.prototype.createBuffer = function (descriptor): GPUBuffer {
    const buffer = createBuffer.call(this, descriptor);
    if (descriptor.label?.startsWith("descent")) live.add(buffer);
    return buffer;
  };
  GPUDevice.prototype.createCommandEncoder = function (descriptor): GPUCommandEncoder {
    if (descriptor?.label?.startsWith("descent")) seen.submitted++;
    return createCommandEncoder.call(this, descriptor);
  };
  GPUBuffer.prototype.destroy = function (): undefined {
    live.delete(this);
    return destroy.call(this);
  };
  GPUBuffer.prototype.mapAsync = function (...args): Promise<undefined> {
    seen.read += this.size;
    return mapAsync.apply(this, args);
  };
  restore.push(() => {
    Object.assign(GPUDevice.prototype, { createBuffer, createCommandEncoder });
    Object.assign(GPUBuffer.prototype, { destroy, mapAsync });
    Object.assign(GPUComputePassEncoder.prototype, { dispatchWorkgroups });
  });
}

describe("the update on the device that onnxruntime-web computes on", () => {
  const made: Trainer[] = [];
  const trainer = async (...args: Parameters<typeof make>): Promise<Trainer> => {
    const t = await make(...args);
    made.push(t);
    return t;
  };
  watch();
  /** While a session lives, so do the device and the shaders that were compiled for it. */
  let kept: ort.InferenceSession | undefined;
  beforeAll(async () => {
    const graph = new Graph();
    graph.input("x", { elem: "float32", shape: [1] });
    graph.op("Neg", ["x"], {}, ["y"]);
    graph.output("y");
    kept = await ort.InferenceSession.create(exportModel(graph), { executionProviders: ["webgpu"] });
  });
  afterAll(() => {
    for (const each of restore) each();
  });
  beforeEach(() => {
    expect(live.size).toBe(0);
  });
  afterEach(async () => {
    for (const t of made.splice(0)) await t.dispose();
    expect(
      [...live].map(({ label, size }) => `${label}, ${size} bytes`),
      "buffers that dispose left",
    ).toEqual([]);
  });

  test("is one submission after the graph's, and only the loss and the outputs come back", async () => {
    const t = await trainer({ optimizer: clipByGlobalNorm(adamw({ lr: 1e-2 }), 1) }, perceptron([256, 64, 4]));
    expect(t.plan).toBe("device");
    const batch = { x: new Float32Array(512).fill(0.5), labels: [0, 1] };
    await t.trainStep(batch);
    Object.assign(seen, { read: 0, submitted: 0, dispatched: 0 });
    for (let i = 0; i < 3; i++) await t.trainStep(batch);
    expect(seen.submitted).toBe(3);
    expect(seen.read).toBeLessThanOrEqual(3 * 256); // of 66,000 bytes of weights
    await t.weights();
    expect(seen.read).toBeGreaterThan(66_000);
  });

  test("takes one dispatch for each weight, where the update in the graph takes one for each operator", async () => {
    const counted = async (
      options: Partial<TrainerOptions>,
      act: (t: Trainer) => Promise<unknown>,
    ): Promise<number> => {
      const t = await trainer({ optimizer: adamw(), ...options });
      await act(t); // ONNX Runtime packs weights once
      const before = seen.dispatched;
      await act(t);
      return seen.dispatched - before;
    };
    const backward = await counted({}, (t) => t.gradients(rows));
    const step = (t: Trainer): Promise<unknown> => t.trainStep(rows);
    const bare = await counted({ nonFinite: "apply" }, step);
    expect(bare - backward).toBe(4);
    // Whether gradients are finite takes a product and a sum for each of them, and three additions.
    expect((await counted({}, step)) - bare).toBe(11);
    expect((await counted({ plan: "graph" }, step)) - backward).toBeGreaterThan(40);
  });

  test("walks as the host's and the graph's do, over batches of several shapes", async () => {
    const optimizer = clipByGlobalNorm(adamw({ lr: schedule("1e-2 / (1 + step)"), eps: 1e-4 }), 1);
    const [a, b, c] = [
      await trainer({ optimizer }),
      await trainer({ optimizer, plan: "graph" }),
      await trainer({ optimizer, ...host }),
    ];
    expect([a.plan, b.plan, c.plan]).toEqual(["device", "graph", "host"]);
    for (const batch of [rows, others, rows]) {
      const [x, y, z] = [await a.trainStep(batch), await b.trainStep(batch), await c.trainStep(batch)];
      expect(Math.abs(x.loss / z.loss - 1)).toBeLessThan(TOLERANCE);
      expect(Math.abs(y.loss / z.loss - 1)).toBeLessThan(TOLERANCE);
      expect(x.updated).toBe(true);
    }
    expect(apart(await a.weights(), await c.weights())).toBeLessThan(TOLERANCE);
    expect((await a.evalStep(rows)).loss).toBeCloseTo((await c.evalStep(rows)).loss, 4);
    const [p, q] = [await a.predict({ x: rows.x }), await c.predict({ x: rows.x })];
    expect(apart({ y: p.y!.data as Float32Array }, { y: q.y!.data as Float32Array })).toBeLessThan(TOLERANCE);
  });

  test("accumulates: four batches are one update by their mean, and a checkpoint amid them resumes bit for bit", async () => {
    const options = { accumulate: 4 };
    const [gpu, cpu] = [await trainer(options), await trainer({ ...options, ...host })];
    for (let i = 0; i < 6; i++) {
      const [a, b] = [await gpu.trainStep(i % 2 ? rows : others), await cpu.trainStep(i % 2 ? rows : others)];
      expect(a.updated).toBe(b.updated);
    }
    expect([gpu.step, cpu.step]).toEqual([1, 1]);
    expect(apart(await gpu.weights(), await cpu.weights())).toBeLessThan(TOLERANCE);
    const bytes = encodeCheckpoint(await gpu.checkpoint());
    const resumed = await trainer(options);
    await resumed.trainStep(rows); // what waits is forgotten
    await resumed.load(decodeCheckpoint(bytes));
    expect(encodeCheckpoint(await resumed.checkpoint())).toEqual(bytes);
    for (const t of [gpu, resumed]) for (let i = 0; i < 2; i++) await t.trainStep(rows);
    expect([gpu.step, resumed.step]).toEqual([2, 2]);
    expect(await resumed.checkpoint()).toEqual(await gpu.checkpoint());
    expect((await gpu.checkpoint()).waiting).toBeUndefined();
  });

  test.each(["graph", "host"] as const)("a checkpoint goes on in the plan %s, and comes back from it", async (plan) => {
    const optimizer = partition(
      { kernels: adam({ lr: schedule("1e-2 / (1 + step)") }), rest: momentum({ lr: 0.05 }) },
      { kernels: (p) => p.name.startsWith("w") },
    );
    const here = await trainer({ optimizer });
    const there = await trainer({ optimizer, ...(plan === "host" ? host : { plan }) });
    for (let i = 0; i < 2; i++) await here.trainStep(rows);
    const checkpoint = await here.checkpoint();
    await there.load(decodeCheckpoint(encodeCheckpoint(checkpoint)));
    expect(await there.checkpoint()).toEqual(checkpoint);
    for (const t of [here, there]) for (let i = 0; i < 2; i++) await t.trainStep(others);
    expect(apart(await here.weights(), await there.weights())).toBeLessThan(TOLERANCE);
    await here.load(await there.checkpoint());
    expect(await here.checkpoint()).toEqual(await there.checkpoint());
    expect(await here.inspect()).toEqual(await there.inspect());
  });

  test("gives gradients, takes gradients of one's own for some weights, and leaves frozen ones", async () => {
    const optimizer = freeze(sgd({ lr: 0.5 }), /b0/);
    const [gpu, cpu] = [await trainer({ optimizer }), await trainer({ optimizer, ...host })];
    expect(gpu.parameters.map((p) => p.name)).toEqual(["w0", "w1", "b1"]);
    const before = await gpu.weights();
    const { loss, gradients } = await gpu.gradients(rows);
    const wanted = await cpu.gradients(rows);
    expect(Math.abs(loss / wanted.loss - 1)).toBeLessThan(TOLERANCE);
    expect(apart(gradients, wanted.gradients)).toBeLessThan(TOLERANCE);
    expect(await gpu.weights()).toEqual(before);
    await gpu.applyGradients({ b1: Float32Array.of(1, 2, 3, 4) });
    const after = await gpu.weights();
    expect(after).toEqual({ ...before, b1: Float32Array.of(-0.5, -1, -1.5, -2) });
    await expect(gpu.applyGradients({ b0: new Float32Array(8) })).rejects.toThrow(
      "`b0`, which is not a parameter here",
    );
    await expect(gpu.applyGradients({ b1: new Float32Array(3) })).rejects.toThrow("`b1` has 3 gradients for 4");
    expect(await gpu.weights()).toEqual(after);
    await gpu.set({ lr: 0.25 });
    await gpu.applyGradients({ b1: Float32Array.of(-2, -4, -6, -8) });
    expect((await gpu.weights()).b1).toEqual(new Float32Array(4));
    await gpu.setWeights({ b1: Float32Array.of(4, 3, 2, 1) });
    expect((await gpu.weights()).b1).toEqual(Float32Array.of(4, 3, 2, 1));
  });

  test("running statistics move with steps that count, evaluation reads them, and an exported model has them", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 1] });
    for (const [name, value] of [["scale", 1], ["bias", 0], ["mean", 0.5], ["variance", 2]] as const)
      g.initializer(name, { elem: "float32", dims: [1], data: Float32Array.of(value) }); // biome-ignore format: a table
    const norm = { training_mode: 1, momentum: 0.75, epsilon: 1e-5 };
    g.op("BatchNormalization", ["x", "scale", "bias", "mean", "variance"], norm, ["y", "next_mean", "next_variance"]);
    g.output("y");
    const options: Partial<TrainerOptions> = { optimizer: sgd({ lr: 0.1 }), loss: meanSquared(), nonFinite: "skip" };
    const t = await trainer(options, exportModel(g));
    const batch = { x: [1, 2, 3, 6], labels: [0, 0, 0, 0] };
    for (const [mean, variance] of [[0.5, 2], [0.75 * 0.5 + 0.25 * 3, 0.75 * 2 + 0.25 * 3.5]] as const) {
      await t.trainStep(batch);
      const w = await t.weights();
      expect(w.mean![0]).toBeCloseTo(0.75 * mean + 0.25 * 3, 5);
      expect(w.variance![0]).toBeCloseTo(0.75 * variance + 0.25 * 3.5, 5);
    } // biome-ignore format: pairs
    const { parameters } = await t.checkpoint();
    const skipped = await t.trainStep({ ...batch, labels: [0, 0, 0, Number.POSITIVE_INFINITY] });
    expect(skipped.updated).toBe(false);
    await t.gradients(batch);
    const { outputs } = await t.evalStep(batch);
    expect((await t.checkpoint()).parameters).toEqual(parameters);
    const again = await trainer({ ...options, ...host }, await t.exportModel());
    expect(await again.weights()).toEqual(await t.weights());
    const wanted = (await again.evalStep(batch)).outputs.y!.data as Float32Array;
    expect(apart({ y: outputs.y!.data as Float32Array }, { y: wanted })).toBeLessThan(TOLERANCE);
  });

  test("a step is handed `h` on the device as on the host, by the caller or by the trainer's own estimate", async () => {
    const given = { h: { w0: new Float32Array(160).fill(2), w1: new Float32Array(32).fill(4) } };
    const walk = async (t: Trainer, inputs: object): Promise<Numbers> => {
      for (let i = 0; i < 3; i++) await t.trainStep(rows, inputs);
      return t.weights();
    };
    const kernels = { trainable: ["w0", "w1"] };
    for (const [optimizer, options, inputs] of [
      [newton({ every: 2 }), kernels, { inputs: given }],
      [adahessian({ lr: 0.01, eps: 0.01 }), { ...kernels, hutchinson: 1 }, {}],
    ] as const) {
      const t = await trainer({ optimizer, ...options });
      expect(t.plan).toBe("device");
      const same = await make({ optimizer, ...options, ...host });
      expect(apart(await walk(t, inputs), await walk(same, inputs))).toBeLessThan(TOLERANCE);
      await same.dispose();
    }
  });

  test("a loss that is not finite changes nothing, not while gradients accumulate either", async () => {
    const infinite = { ...rows, x: rows.x.map((v, i) => (i === 7 ? Number.POSITIVE_INFINITY : v)) };
    const model = perceptron([20, 4]);
    const t = await trainer({ loss: meanSquared(), accumulate: 2 }, model);
    const batch = { x: rows.x, labels: new Float32Array(12) };
    await t.trainStep(batch);
    const before = await t.checkpoint();
    expect(before.waiting?.count).toBe(1);
    await expect(t.trainStep({ ...batch, x: infinite.x })).rejects.toThrow("and the step was not applied");
    expect(await t.checkpoint()).toEqual(before);
    const s = await trainer({ loss: meanSquared(), nonFinite: "skip" }, model);
    expect((await s.trainStep({ ...batch, x: infinite.x })).updated).toBe(false);
    expect([s.step, await s.weights()]).toEqual([0, before.parameters && (await t.weights())]);
  });

  test("state in fewer bytes is the host's, but where a threshold lies between two roundings of a gradient", async () => {
    const options = { optimizer: momentum({ lr: 0.05, momentum: 0.5 }), state: "bfloat16" } as const;
    const wide = perceptron([128, 64, 4]);
    const seeing = { x: Float32Array.from({ length: 3 * 128 }, (_, i) => Math.sin(i * i)), labels: [0, 3, 1] };
    const both = [await make(options, wide), await make({ ...options, ...host }, wide)] as const;
    for (let step = 0; step < 3; step++) for (const one of both) await one.trainStep(seeing);
    expect(apart(await both[0].weights(), await both[1].weights())).toBeLessThan(1e-2);
    const [ours, theirs] = await Promise.all(both.map(async (one) => (await one.checkpoint()).optimizer.tensors));
    const coded = Object.keys(ours!).filter((key) => ours![key]!.data.length >= 4096);
    expect(coded).toHaveLength(1);
    for (const state of [ours!, theirs!])
      for (const key of coded) {
        const bits = new Uint32Array(Float32Array.from(state[key]!.data).buffer);
        expect(bits.every((word) => (word & 0xffff) === 0)).toBe(true);
      }
    for (const one of both) await one.dispose();
  });

  test("dropout drops as on the host", async () => {
    const options = { loss: undefined, optimizer: sgd({ lr: 0 }), seed: 5 };
    const [gpu, cpu] = [await trainer(options, dropping(0.5)), await trainer({ ...options, ...host }, dropping(0.5))];
    const x = { x: new Float32Array(1000).fill(1) };
    for (let i = 0; i < 2; i++)
      expect((await gpu.trainStep(x)).outputs.dropped).toEqual((await cpu.trainStep(x)).outputs.dropped);
  });

  test("more shapes of batches than sessions are kept for lose neither weights nor state", async () => {
    const [gpu, cpu] = [await trainer({}, perceptron([1, 1])), await trainer(host, perceptron([1, 1]))];
    for (const t of [gpu, cpu])
      for (let n = 1; n <= 18; n++) await t.trainStep({ x: new Float32Array(n).fill(n), labels: new Array(n).fill(0) });
    expect(apart(await gpu.weights(), await cpu.weights())).toBeLessThan(TOLERANCE);
  });

  test("two trainers share the device, and one that goes leaves it to the other", async () => {
    const [first, second] = [await trainer(), await trainer()];
    await first.trainStep(rows);
    await second.trainStep(rows);
    expect(await first.checkpoint()).toEqual(await second.checkpoint());
    const expected = await first.checkpoint();
    await first.dispose();
    expect(await second.checkpoint()).toEqual(expected);
    expect((await second.trainStep(rows)).updated).toBe(true);
  });

  test("a device of one's own is used, and left alive", async () => {
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    const layer = perceptron([20, 4]); // for this device all programs are compiled again
    const t = await trainer({ executionProviders: [{ name: "webgpu", device }] }, layer);
    expect(t.plan).toBe("device");
    const other = await trainer({}, layer);
    for (const each of [t, other]) await each.trainStep(rows);
    expect(await t.checkpoint()).toEqual(await other.checkpoint());
    await t.dispose();
    await other.dispose();
    device.pushErrorScope("validation");
    device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE }).destroy();
    expect(await device.popErrorScope()).toBeNull();
    expect(await Promise.race([device.lost, "alive"])).toBe("alive");
    device.destroy();
  });

  test("a rule that multiplies matrices runs on the device as on the host, and nowhere else when that was asked for", async () => {
    const rule = {
      id: "products",
      title: "Products",
      paper: "",
      hyper: { lr: 0.01 },
      state: {},
      update: { p: "p - lr * (g @ g') @ p" },
    };
    const options = { optimizer: configured(rule, {}), trainable: ["w0"] };
    const [gpu, cpu] = [await trainer(options), await trainer({ ...options, ...host })];
    expect(gpu.plan).toBe("device");
    for (const t of [gpu, cpu]) for (let i = 0; i < 3; i++) await t.trainStep(rows);
    expect(apart(await gpu.weights(), await cpu.weights())).toBeLessThan(TOLERANCE);
    await expect(make({ ...host, plan: "device" })).rejects.toThrow(
      'The update cannot run on the device: this ONNX Runtime does not hand out its GPU device, as onnxruntime-web does. Use plan: "graph" or "host".',
    );
  });

  test("in a worker, it trains to the same bits", async () => {
    const worker = (): Worker => new Worker(new URL("./train-webgpu.worker.ts", import.meta.url), { type: "module" });
    const layer = perceptron([20, 4]); // the worker compiles all programs again
    const [here, there] = [await trainer({}, layer), await trainer({ runtime: undefined, worker }, layer)];
    expect(there.plan).toBe("device");
    for (const t of [here, there]) for (let i = 0; i < 2; i++) await t.trainStep(rows);
    expect(await there.checkpoint()).toEqual(await here.checkpoint());
  });

  test("steps are those of WebAssembly, clipped and on a schedule, and a checkpoint resumes bit for bit", async () => {
    const optimizer = clipByGlobalNorm(adamw({ lr: schedule("1e-3 / (1 + step)"), eps: 1e-4 }), 1);
    const [gpu, cpu] = [await trainer({ optimizer }), await trainer({ optimizer, ...host })];
    expect([gpu.plan, cpu.plan]).toEqual(["device", "host"]);
    for (let i = 0; i < 3; i++) {
      const [a, z] = [await cpu.trainStep(rows), await gpu.trainStep(rows)];
      expect(Math.abs(z.loss / a.loss - 1)).toBeLessThan(TOLERANCE);
    }
    const bytes = encodeCheckpoint(await gpu.checkpoint());
    const resumed = await trainer({ optimizer });
    await resumed.load(decodeCheckpoint(bytes));
    expect(encodeCheckpoint(await resumed.checkpoint())).toEqual(bytes);
    expect((await resumed.trainStep(rows)).loss).toEqual((await gpu.trainStep(rows)).loss);
  });

  test("three models train at once, on wasm and on the device, while a fourth predicts", async () => {
    const steps = async (t: Trainer): Promise<number[]> => {
      const losses: number[] = [];
      for (let i = 0; i < 5; i++) losses.push((await t.trainStep(rows)).loss);
      return losses;
    };
    const x = { x: rows.x };
    const alone = [await steps(await trainer(host)), await steps(await trainer())];
    const predicted = await (await trainer(host)).predict(x);
    const all = await Promise.all([trainer(host), trainer(), trainer(), trainer(host)]);
    const [a, b, c, d] = all as [Trainer, Trainer, Trainer, Trainer]; // four
    const [first, second, third, ...predictions] = await Promise.all([
      ...[a, b, c].map(steps),
      ...Array.from({ length: 5 }, () => d.predict(x)),
    ]);
    expect([first, second, third]).toEqual([alone[0], alone[1], alone[1]]);
    for (const one of predictions) expect(one).toEqual(predicted);
  });

  test("a lost device closes the trainer, dispose frees its buffers, and a new trainer takes the last checkpoint", async () => {
    const t = await trainer();
    await t.trainStep(rows);
    const checkpoint = await t.checkpoint();
    const { device } = ort.env.webgpu as unknown as { readonly device: GPUDevice }; // there is one by now
    await kept?.release();
    device.destroy();
    await expect(t.trainStep(rows)).rejects.toThrow("Make a new one, and load the last checkpoint.");
    await expect(t.weights()).rejects.toThrow("lost its device");
    await t.dispose();
    expect(live.size).toBe(0);
    const next = await trainer();
    await next.load(checkpoint);
    expect((await next.trainStep(rows)).updated).toBe(true);
  });
});
