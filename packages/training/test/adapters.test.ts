import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adam } from "@descent/adam";
import { exportModel, Graph } from "@descent/onnx";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { optimizer } from "@descent/tfjs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, expect, test } from "vitest";
import {
  accuracy,
  checkpoints,
  columns,
  csv,
  diagnose,
  earlyStopping,
  type FitOptions,
  findRate,
  fit,
  forLayersModel,
  jsonLines,
  type Logs,
  reduceOnPlateau,
  tensorBoard,
  withGradients,
} from "../src/index.ts";
import { appendTo, eventsIn, progress, readSaved, savedIn } from "../src/node/index.ts";

const folder = mkdtempSync(path.join(tmpdir(), "training-"));
afterAll(() => rmSync(folder, { recursive: true }));

const n = 60;
const x = Float32Array.from({ length: 2 * n }, (_, i) => Math.sin(12.9 * i + 0.3 * i * i));
const labels = BigInt64Array.from({ length: n }, (_, i) => BigInt(+(x[2 * i]! > x[2 * i + 1]!)));
const data = columns({ x: { data: x, shape: [2] }, labels });
type Batch = Awaited<ReturnType<typeof data.batch>>;

function trainer(): Promise<Trainer> {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 2] });
  g.initializer("w", { elem: "float32", dims: [2, 2], data: new Float32Array(4) });
  g.op("MatMul", ["x", "w"], {}, ["logits"]);
  g.output("logits");
  return Trainer.create(exportModel(g), { optimizer: adam({ lr: 0.1 }), loss: crossEntropy() });
}

test("a Trainer is a model as it is; files hold its log, its events and a run that resumes in mid-epoch", async () => {
  const options = (more: Partial<FitOptions<Batch>>): FitOptions<Batch> => ({
    data,
    validate: data,
    epochs: 3,
    batchSize: 16,
    metrics: { accuracy: accuracy() },
    ...more,
  });
  await using straight = await trainer();
  const whole = await straight.fit(options({}));
  expect(whole.history[2]!.val_accuracy!).toBeGreaterThan(0.9);

  await using killed = await trainer();
  const shown: string[] = [];
  const stream = { write: (text: string) => shown.push(text), isTTY: true, columns: 100 };
  const callbacks = [
    csv(appendTo(path.join(folder, "deep", "log.csv"))),
    tensorBoard(eventsIn(path.join(folder, "events")), { histograms: 1 }),
    progress({ stream }),
    checkpoints({ save: savedIn(folder), steps: 1, monitor: "val_loss" }),
  ];
  const cut = { name: "cut", onBatchEnd: (_: number, __: Logs, run: { step: number }) => { if (run.step === 7) throw new Error("killed"); } }; // biome-ignore format: short
  await expect(fit(killed, options({ callbacks: [...callbacks, cut] }))).rejects.toThrow("killed");
  expect(readdirSync(folder).sort()).toEqual(["best.safetensors", "deep", "events", "last.safetensors"]);
  await using resumed = await trainer();
  const from = await readSaved(path.join(folder, "last.safetensors"));
  expect(from).toMatchObject({ epoch: 1, batch: 2, step: 6 });
  const names = ["csv", "checkpoints"] as const;
  const rest = await fit(
    resumed,
    options({ from, callbacks: callbacks.filter(({ name }) => names.some((one) => one === name)) }),
  );
  expect(rest.history).toEqual(whole.history);
  expect(await resumed.weights()).toEqual(await straight.weights());
  const rows = readFileSync(path.join(folder, "deep", "log.csv"), "utf8")
    .trimEnd()
    .split("\n");
  expect(rows.map((row) => row.split(",")[0])).toEqual(["epoch", "0", "1", "2"]);
  expect(shown.join("")).toContain("epoch 1/3");
  expect(shown.join("")).toContain("━");
  for (const text of shown) expect(text.replace("\r\u001b[2K", "").length).toBeLessThan(100);
});

test("a callback that TensorFlow.js's own loop calls by itself says which door it needs", async () => {
  const sink = (): void => {};
  const all = [earlyStopping(), reduceOnPlateau(), findRate(), checkpoints({ save: sink }), csv(sink), jsonLines(sink), tensorBoard(sink), diagnose(), progress()]; // biome-ignore format: a list
  for (const one of all)
    await expect((async () => one.onTrainBegin?.({}, undefined as never))(), one.name).rejects.toThrow(
      `forLayersModel(tf, model, [${one.name}(…)])`,
    );
});

test("without a terminal, progress is a line per epoch", async () => {
  const shown: string[] = [];
  await fit({ trainStep: () => ({ loss: 0.5 }) }, { data: [1, 2], epochs: 2, callbacks: [progress({ stream: { write: (text) => shown.push(text) } })] }); // biome-ignore format: short
  expect(shown.map((text) => text.replace(/[\d.]+ s\n$/, ""))).toEqual([
    "epoch 1/2  loss 0.5000  ",
    "epoch 2/2  loss 0.5000  ",
  ]);
});

test("callbacks serve TensorFlow.js's own loop: they stop it, change its rate, and put the best weights back", async () => {
  await tf.setBackend("cpu");
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: "ones" })] });
  model.compile({ optimizer: optimizer(adam({ lr: 0.1 })), loss: "meanSquaredError" });
  const [xs, ys] = [tf.tensor2d([[1], [2]]), tf.tensor2d([[3], [6]])];
  const kernels: number[] = [];
  const scripted = [5, 3, 4, 4, 1];
  const before = tf.memory().numTensors;
  const watch = {
    name: "watch",
    onEpochEnd: () => void kernels.push(model.weights[0]!.read().dataSync()[0]!),
  };
  const stopping = earlyStopping({ monitor: "val_loss", patience: 1 });
  const rates = reduceOnPlateau({ monitor: "val_loss", patience: 0, factor: 0.5 });
  // The losses are told instead of found.
  const told = [stopping, rates].map((one) => ({
    ...one,
    onEpochEnd: (epoch: number, logs: Logs, run: never) =>
      one.onEpochEnd!(epoch, { ...logs, val_loss: scripted[epoch]! }, run),
  }));
  const history = await model.fit(xs, ys, {
    epochs: 5,
    verbose: 0,
    callbacks: forLayersModel(tf, model, [...told, watch]),
  });
  expect(history.epoch.length).toBe(4);
  expect(model.weights[0]!.read().dataSync()[0]).toBe(kernels[1]);
  const { hyper } = (model.optimizer as unknown as ReturnType<typeof optimizer>).inspect().groups[""]!;
  expect(hyper.lr).toBeCloseTo(0.025, 10);
  expect(tf.memory().numTensors - before).toBeLessThan(12); // the optimizer's state, and no copies of weights
});

test("a Trainer hands its gradients to diagnose, and trains to the same bits; running statistics are refused", async () => {
  await using plain = await trainer();
  await using watched = await trainer();
  const doctor = diagnose({ onFinding: () => {} });
  const options = { data, epochs: 12, batchSize: 16 } as const;
  await fit(plain, options);
  await fit(await withGradients(watched), { ...options, callbacks: [doctor] });
  expect(await watched.weights()).toEqual(await plain.weights());
  expect(doctor.numbers).toMatchObject({ step: 25, parameters: [{ name: "w" }] });
  expect(doctor.numbers!.gradientNorm).toBeGreaterThan(0);
  expect(doctor.findings).toEqual([]);
  const odd = {
    ...bound(watched),
    weights: async () => ({ w: new Float32Array(4), "norm.running_mean": new Float32Array(2) }),
  };
  await expect(withGradients(odd)).rejects.toThrow("running statistics, `norm.running_mean`");
});

const bound = (one: Trainer) => ({
  parameters: one.parameters,
  trainStep: one.trainStep.bind(one),
  gradients: one.gradients.bind(one),
  applyGradients: one.applyGradients.bind(one),
  inspect: one.inspect.bind(one),
});

test("diagnose in TensorFlow.js's own loop reads the gradients on their way, and leaves the optimizer as it was", async () => {
  await tf.setBackend("cpu");
  const layer = () => tf.layers.dense({ units: 8, activation: "sigmoid" });
  const first = tf.layers.dense({ units: 8, activation: "sigmoid", inputShape: [2] });
  const deep = tf.sequential({ layers: [first, ...Array.from({ length: 9 }, layer), tf.layers.dense({ units: 1 })] });
  const own = optimizer(adam({ lr: 0.01 }));
  deep.compile({ optimizer: own, loss: "meanSquaredError" });
  const doctor = diagnose({ onFinding: () => {} });
  const xs = tf.tensor2d(x, [n, 2]);
  const before = Object.hasOwn(own, "applyGradients");
  const fitted = { epochs: 2, batchSize: 10, verbose: 0, callbacks: forLayersModel(tf, deep, [doctor]) } as const;
  await deep.fit(xs, tf.ones([n, 1]), fitted);
  expect(doctor.numbers!.step).toBe(10); // the last of the first ten
  expect(doctor.numbers!.parameters.length).toBe(22);
  expect(doctor.findings.map(({ name }) => name)).toContain("vanishing-gradients");
  expect(Object.hasOwn(own, "applyGradients")).toBe(before);
});
