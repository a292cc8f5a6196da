import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { sgd } from "@descent/sgd";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { chromium as chromiums } from "playwright";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { BROWSER } from "../../../tests/limits.ts";
import { chromium } from "../../../tests/optional.ts";
import "@tensorflow/tfjs-backend-wasm";
import { batch, type Digits, fingerprint, type Mnist } from "../src/data/digits.ts";
import { loadMnist } from "../src/data/mnist.ts";
import { digitNames } from "../src/data/names.ts";
import type { Engine, Learner } from "../src/engines/engine.ts";
import { exported } from "../src/engines/exported.ts";
import { hiddenUnits, model, startingWeights } from "../src/engines/model.ts";
import { onnxruntimeEngine } from "../src/engines/onnxruntime.ts";
import { tfjsEngine } from "../src/engines/tfjs.ts";
import { UserError } from "../src/errors.ts";
import { comparisonText, leads } from "../src/report/comparison.ts";
import { report } from "../src/report/report.ts";
import { loadCheckpoint, loadModel, saveCheckpoint, saveModel } from "../src/run/checkpoint.ts";
import { compare, rows, spread, type Trial } from "../src/run/compare.ts";
import type { Summary } from "../src/run/summary.ts";
import { Progress } from "../src/terminal/progress.ts";
import { evaluate } from "../src/training/evaluation.ts";
import type { EpochLine, StepLine } from "../src/training/lines.ts";
import { optimizerOf } from "../src/training/optimizer.ts";
import { order } from "../src/training/order.ts";
import type { Recipe } from "../src/training/recipe.ts";
import { kept, mixed, mixes } from "../src/training/regularizers.ts";
import { train, updatesOf } from "../src/training/train.ts";
import { smallFiles, writeFiles } from "./data.ts";
import { scratch } from "./world.ts";

const engineNames = ["tfjs", "onnxruntime"] as const;
type EngineName = (typeof engineNames)[number];
let engines: Readonly<Record<EngineName, Engine>>;
let mnist: Mnist;
let folder: string;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("wasm");
  await tf.ready();
  engines = {
    tfjs: tfjsEngine(tf, { readEvery: 1, queued: false }),
    onnxruntime: onnxruntimeEngine(ort, ort.env.versions.node ?? "", "cpu", { intraOpNumThreads: 1 }),
  };
});

async function small(): Promise<Mnist> {
  folder = writeFiles(scratch(), smallFiles());
  mnist = await loadMnist(folder);
  return mnist;
}

const recipe: Recipe = {
  model: "mlp",
  optimizer: "radam",
  lr: 3e-3,
  schedule: "cosine",
  warmup: "0",
  epochs: 2,
  batchSize: 32,
  seed: 1,
};

/** A learner that is disposed of after the test, however it ends. */
async function learn(
  given: Recipe,
  digits: Digits,
  { engine = "tfjs", ...from }: Partial<Parameters<Engine["learner"]>[0]> & { readonly engine?: EngineName } = {},
): Promise<Learner> {
  const net = model(given.model, 10);
  const optimizer = (await optimizerOf(given, updatesOf(digits.count, given))).configured;
  const learner = await engines[engine].learner({
    model: net,
    weights: startingWeights(net, given.seed),
    optimizer,
    dropout: given.dropout !== undefined,
    mixed: mixes(given),
    ...from,
  });
  onTestFinished(() => learner.dispose());
  return learner;
}

describe.each(engineNames)("the engine %s", (engine) => {
  test("an update of gradient descent moves as far as its numbers say", async () => {
    const { train: digits } = await small();
    const net = model("mlp", 10);
    const weights = startingWeights(net, 5);
    const lr = 0.25; // a power of two: the product with the gradient is exact
    const learner = await learn(recipe, digits, { weights, optimizer: sgd({ lr }), engine });
    const { images, labels } = batch(
      digits,
      Uint32Array.from({ length: 32 }, (_, i) => i),
    );
    const logits = await learner.logits(images);
    await learner.step({ images, labels });
    const [numbers] = await learner.read();
    const after = await learner.weights();
    learner.dispose();

    let [moved, size] = [0, 0];
    for (const { name } of net.parameters)
      weights[name]!.forEach((x, i) => {
        moved += (after[name]![i]! - x) ** 2;
        size += x ** 2;
      });
    // 1e-4: sums of 100,000 squares in single precision, and steps rounded to the parameters' own.
    expect(Math.abs(numbers!.gradNorm / (Math.sqrt(moved) / lr) - 1)).toBeLessThan(1e-4);
    expect(Math.abs(numbers!.updateRatio / Math.sqrt(moved / size) - 1)).toBeLessThan(1e-4);
    const loss = Array.from(labels, (label, i) => {
      const row = logits.subarray(10 * i, 10 * i + 10);
      return Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[label]!;
    });
    expect(numbers!.loss).toBeCloseTo(loss.reduce((a, b) => a + b) / 32, 5);
  });

  test("the numbers of several updates are read together, oldest first", async () => {
    const { train: digits } = await small();
    const { images, labels } = batch(digits, Uint32Array.of(0, 1, 2, 3));
    const singly: number[] = [];
    const a = await learn(recipe, digits, { engine });
    for (let i = 0; i < 3; i++) {
      await a.step({ images, labels });
      singly.push(...(await a.read()).map(({ loss }) => loss));
    }
    a.dispose();
    const b = await learn(recipe, digits, { engine });
    for (let i = 0; i < 3; i++) await b.step({ images, labels });
    expect((await b.read()).map(({ loss }) => loss)).toEqual(singly);
    expect(await b.read()).toEqual([]);
  });
});

describe("the engine tfjs", () => {
  test.each(["mlp", "cnn"] as const)("%s leaks no tensor over two epochs, and none when it is done", async (name) => {
    const { train: digits, test: tested } = await small();
    const given = { ...recipe, model: name, epochs: 1 };
    const optimizer = await optimizerOf(given, updatesOf(digits.count, given));
    const before = tf.memory().numTensors;
    const learner = await learn(given, digits);
    const counts: number[] = [];
    for (let i = 0; i < 2; i++) {
      await train({
        learner,
        readEvery: 1,
        recipe: given,
        optimizer,
        digits,
        test: tested,
        listener: { checkpoint: async () => {} },
      });
      counts.push(tf.memory().numTensors);
    }
    expect(counts[1]).toBe(counts[0]);
    learner.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("refuses two networks at once, whose parameters have the same names", async () => {
    const { train: digits } = await small();
    await learn(recipe, digits);
    // Names tell the states of parameters apart.
    await expect(learn(recipe, digits)).rejects.toThrow(/already/);
  });
});

/** The probabilities that `tf.loadLayersModel` gives with a saved model. */
async function byTfjs(folder: string, images: Float32Array): Promise<Float32Array> {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(path.join(folder, "model.json"), "utf8"));
  const bytes = readFileSync(path.join(folder, weightsManifest[0].paths[0]));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const loaded = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  );
  const found = (loaded.predict(tf.tensor4d(images, [20, 28, 28, 1])) as tf.Tensor).dataSync();
  loaded.dispose();
  return found as Float32Array;
}

/** The logits of plain onnxruntime-node with it. */
async function byOnnxruntime(folder: string, images: Float32Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(path.join(folder, "model.onnx"));
  const { logits } = await session.run({ images: new ort.Tensor("float32", images, [20, 28, 28, 1]) });
  await session.release();
  expect(logits!.dims).toEqual([20, 10]);
  return logits!.data as Float32Array;
}

describe.each(engineNames)("a network that %s trained", (engine) => {
  test.each([
    ["mlp", undefined],
    ["cnn", undefined],
    ["cnn", 0.5],
  ] as const)("%s with dropout %s: onnxruntime and tf.loadLayersModel predict as it did", async (name, dropout) => {
    const { train: digits, test: tested } = await small();
    const given = { ...recipe, model: name, dropout };
    const learner = await learn(given, digits, { engine });
    const step = batch(digits, Uint32Array.of(0, 1, 2, 3));
    // The saved weights are the trained ones.
    await learner.step(step, kept(given, 0, 4, hiddenUnits(model(name, 10))));
    const { images } = batch(
      tested,
      Uint32Array.from({ length: 20 }, (_, i) => i),
    );
    const logits = await learner.logits(images);
    const out = scratch();
    writeFiles(
      out,
      Object.fromEntries(
        Object.entries(exported(model(name, 10), await learner.readout())).map(([file, content]) => [
          file,
          Buffer.from(content),
        ]),
      ),
    );
    expect(readdirSync(out).sort()).toEqual(["model.json", "model.onnx", "weights.bin"]);
    // 5 digits: single precision; weights that are constants are laid out for kernels that add in another order.
    expect(Array.from(await byOnnxruntime(out, images))).toEqual(Array.from(logits, (x) => expect.closeTo(x, 5)));
    const wanted = Array.from({ length: 20 }, (_, i) => {
      const row = logits.subarray(10 * i, 10 * i + 10);
      const sum = row.reduce((total, x) => total + Math.exp(x), 0);
      return Array.from(row, (x) => expect.closeTo(Math.exp(x) / sum, 5));
    });
    expect(Array.from(await byTfjs(out, images))).toEqual(wanted.flat());
  });
});

describe("the engines", () => {
  test.each([
    ["mlp", undefined, undefined],
    ["mlp", undefined, 1],
    ["cnn", undefined, undefined],
    ["cnn", 0.5, 0.4],
  ] as const)(
    "train %s with dropout %s and mixup %s alike from the same seed, to the rounding of single precision",
    async (name, dropout, mixup) => {
      const { train: digits } = await small();
      const given = { ...recipe, model: name, dropout, mixup };
      const units = hiddenUnits(model(name, 10));
      const both = [
        await learn(given, digits, { engine: "tfjs" }),
        await learn(given, digits, { engine: "onnxruntime" }),
      ];
      const places = order(digits.count, given.seed, 0);
      for (let step = 0; step < 20; step++) {
        const at = (step * 16) % digits.count;
        const { images, labels } = batch(digits, places.subarray(at, at + 16));
        const [a, b] = await Promise.all(
          both.map(async (learner) => {
            await learner.step({ labels, ...mixed(images, labels, given, step, 10) }, kept(given, step, 16, units));
            return (await learner.read())[0]!;
          }),
        );
        // 2e-6 is eight units in the last place of a loss between 2 and 4: sums over the same numbers in another order.
        expect(Math.abs(a!.loss - b!.loss)).toBeLessThan(2e-6);
        expect(a!.accuracy).toBeCloseTo(b!.accuracy, 6);
        // 2e-4: norms of 100,000 numbers are sums in single precision in one engine and in double in the other.
        expect(Math.abs(a!.gradNorm / b!.gradNorm - 1)).toBeLessThan(2e-4);
        expect(Math.abs(a!.updateRatio / b!.updateRatio - 1)).toBeLessThan(2e-4);
      }
    },
  );

  test.each([
    ["tfjs", "onnxruntime"],
    ["onnxruntime", "tfjs"],
  ] as const)("resume each other's checkpoints: from %s to %s", async (first, second) => {
    const { train: digits, test: tested } = await small();
    const optimizer = await optimizerOf(recipe, updatesOf(digits.count, recipe));
    const common = { readEvery: 1, recipe, optimizer, digits, test: tested };
    const half = await learn(recipe, digits, { engine: first });
    const file = path.join(scratch(), "checkpoint.safetensors");
    const rest = { recipe, data: fingerprint(digits), where: undefined, names: digitNames };
    await train({
      ...common,
      learner: half,
      recipe: { ...recipe, epochs: 1 },
      listener: { checkpoint: (now) => saveCheckpoint(file, { ...now, ...rest }) },
    });
    half.dispose();
    const { weights, state, position } = loadCheckpoint(file);
    const ends = await Promise.all(
      [first, second].map(async (engine) => {
        const learner = await learn(recipe, digits, { engine, weights, state });
        const state1 = await learner.state();
        expect(state1.meta).toEqual(state.meta);
        expect(state1.tensors).toEqual(state.tensors);
        const { last } = await train({ ...common, learner, from: position });
        return last!;
      }),
    );
    // 1e-5 of the loss: ten updates apart by rounding alone.
    expect(Math.abs(ends[0]!.testLoss / ends[1]!.testLoss - 1)).toBeLessThan(1e-5);
    expect(ends[0]!.testAccuracy).toBe(ends[1]!.testAccuracy);
  });
});

describe("a checkpoint", () => {
  async function trained(given: Recipe, epochs: number): Promise<{ file: string; digits: Digits }> {
    const { train: digits, test: tested } = await small();
    const optimizer = await optimizerOf(given, updatesOf(digits.count, given));
    const learner = await learn(given, digits);
    const file = path.join(scratch(), "checkpoint.safetensors");
    await train({
      learner,
      readEvery: 1,
      recipe: { ...given, epochs },
      optimizer,
      digits,
      test: tested,
      listener: {
        checkpoint: (now) =>
          saveCheckpoint(file, {
            ...now,
            recipe: given,
            data: fingerprint(digits),
            where: undefined,
            names: digitNames,
          }),
      },
    });
    learner.dispose();
    return { file, digits };
  }

  test("holds parameters, optimizer state and place to the bit", async () => {
    const { file, digits } = await trained(recipe, 1);
    const saved = loadCheckpoint(file);
    expect(saved.recipe).toEqual(recipe);
    expect(saved.position).toMatchObject({ epoch: 1, place: 0, step: 10 });
    expect(saved.data).toBe(fingerprint(digits));
    const learner = await learn(recipe, digits, { weights: saved.weights, state: saved.state });
    expect(await learner.weights()).toEqual(saved.weights);
    const state = await learner.state();
    expect(state.meta).toEqual(saved.state.meta);
    expect(state.tensors).toEqual(saved.state.tensors);
    learner.dispose();
  });

  test("cut short or with a byte of its header changed gives an error of one line, or the same run", async () => {
    const { file } = await trained(recipe, 1);
    const whole = readFileSync(file);
    for (const length of [0, 7, 8, 100, 5000, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      expect(() => loadCheckpoint(file)).toThrow(UserError);
    }
    for (let at = 0; at < 3000; at += 37) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x15;
      writeFileSync(file, changed);
      try {
        loadCheckpoint(file);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).not.toContain("\n");
      }
    }
  });

  test("of another model, or no checkpoint at all, is refused", async () => {
    const { file } = await trained(recipe, 1);
    expect(() => loadCheckpoint(file, "cnn")).toThrow(/is a checkpoint of mlp, but --model asks for cnn/);
    const alone = path.join(scratch(), "model.safetensors");
    const net = model("cnn", 10);
    await saveModel(alone, { ...recipe, model: "cnn" }, startingWeights(net, 1), digitNames);
    expect((await loadModel(alone)).model.name).toBe("cnn");
    expect(() => loadCheckpoint(alone)).toThrow(/is a model, not a checkpoint/);
    expect(() => loadCheckpoint(path.join(scratch(), "checkpoint.safetensors"))).toThrow(
      /contains no checkpoint.safetensors/,
    );
  });
});

describe.each(engineNames)("training by %s", (engine) => {
  test("that diverges ends with one line that says when and what to try", async () => {
    const { train: digits, test: tested } = await small();
    const given = { ...recipe, optimizer: "sgd", lr: 1e20, schedule: "constant" };
    const optimizer = await optimizerOf(given, updatesOf(digits.count, given));
    const learner = await learn(given, digits, { engine });
    const run = train({ learner, readEvery: 1, recipe: given, optimizer, digits, test: tested });
    await expect(run).rejects.toThrow(
      /^The (loss|gradient norm|update-to-weight ratio) is (NaN|Infinity) at update \d+, with the rate 1\.00e\+20: training diverged\. Try/,
    );
    learner.dispose();
  });

  test("whose very last update goes wrong saves nothing of it", async () => {
    const { train: digits, test: tested } = await small();
    const given = { ...recipe, optimizer: "sgd", epochs: 1, batchSize: 320 };
    const steps = updatesOf(digits.count, given);
    expect(steps).toBe(1);
    const optimizer = await optimizerOf({ ...given, lr: 1e30, schedule: "constant" }, steps);
    const learner = await learn(given, digits, { optimizer: optimizer.configured, engine });
    let saved = 0;
    const listener = { checkpoint: async () => void saved++ };
    const run = train({ learner, readEvery: 1, recipe: given, optimizer, digits, test: tested, listener });
    await expect(run).rejects.toThrow(/(at|over the test images after) update 1\b.*: training diverged/);
    expect(saved).toBe(0);
  });

  test("stopped anywhere and resumed ends where the uninterrupted run does, to the bit", async () => {
    const { train: digits, test: tested } = await small();
    const given: Recipe = { ...recipe, l1: 1e-5, l2: 1e-4, dropout: 0.3, augment: 2, cutout: 8, mixup: 0.4, cutmix: 1 };
    const optimizer = await optimizerOf(given, updatesOf(digits.count, given));
    const common = { readEvery: 1, recipe: given, optimizer, digits, test: tested };
    const straight = await learn(given, digits, { engine });
    const wanted = await train({ ...common, learner: straight });
    straight.dispose();
    for (const updates of [1, 10, 14, 20]) {
      const first = await learn(given, digits, { engine });
      let done = 0;
      const counting: Learner = {
        ...first,
        step: (...batch) => {
          done++;
          return first.step(...batch);
        },
      };
      let saved: Pick<ReturnType<typeof loadCheckpoint>, "position" | "weights" | "state"> | undefined;
      const listener = { checkpoint: async (now: typeof saved) => void (saved = now) };
      await train({ ...common, learner: counting, stop: () => done >= updates, listener });
      first.dispose();
      const { position, weights, state } = saved!;
      expect(position.step).toBe(updates);
      const second = await learn(given, digits, { weights, state, engine });
      const found = await train({ ...common, learner: second, from: position });
      second.dispose();
      expect(found.weights).toEqual(wanted.weights);
      expect(found.evaluation).toEqual(wanted.evaluation);
      expect(found.last?.trainLoss).toBe(wanted.last?.trainLoss);
    }
  });

  test("reads rarely and reads always give the same lines", async () => {
    const { train: digits, test: tested } = await small();
    const optimizer = await optimizerOf(recipe, updatesOf(digits.count, recipe));
    const lines: StepLine[][] = [];
    for (const readEvery of [1, 4]) {
      const all: StepLine[] = [];
      const learner = await learn(recipe, digits, { engine });
      const listener = { step: (line: StepLine) => void all.push(line) };
      await train({ learner, readEvery, recipe, optimizer, digits, test: tested, listener });
      learner.dispose();
      lines.push(all);
    }
    expect(lines[0]).toHaveLength(20);
    expect(lines[1]).toEqual(lines[0]);
  });
});

describe("the optimizer's part of a step", () => {
  test.each(engineNames)("is more than nothing by %s, and less than the whole", async (engine) => {
    const { train: digits, test: tested } = await small();
    const optimizer = await optimizerOf(recipe, updatesOf(digits.count, recipe));
    const learner = await learn(recipe, digits, { engine });
    const { pace } = await train({ learner, readEvery: 1, recipe, optimizer, digits, test: tested });
    expect(pace!.optimizer).toBeGreaterThan(0);
    expect(pace!.optimizer).toBeLessThan(pace!.step);
  });

  test("is the mean of the updates that were timed, but for the first, which compiles kernels", async () => {
    const { train: digits, test: tested } = await small();
    const given = { ...recipe, epochs: 1, batchSize: 80 };
    const learner = await learn(given, digits);
    const optimizer = await optimizerOf(given, updatesOf(digits.count, given));
    const told = [100, 1, undefined, 3];
    const timed = {
      ...learner,
      step: async (...batch: Parameters<Learner["step"]>) => {
        await learner.step(...batch);
        return told.shift();
      },
    };
    const run = (one: Learner, recipe: Recipe) =>
      train({ learner: one, readEvery: 1, recipe, optimizer, digits, test: tested });
    expect((await run(timed, given)).pace?.optimizer).toBe(2);
    expect((await run(learner, { ...given, batchSize: 320 })).pace).toBeUndefined(); // one update, and no other
  });

  test("is timed now and then where work is queued, and no number changes by it", async () => {
    const { train: digits, test: tested } = await small();
    const optimizer = await optimizerOf(recipe, updatesOf(digits.count, recipe));
    const ends = [];
    for (const queued of [false, true]) {
      const engine = tfjsEngine(tf, { readEvery: 4, queued });
      const learner = await engine.learner({
        model: model("mlp", 10),
        weights: startingWeights(model("mlp", 10), 1),
        optimizer: optimizer.configured,
      });
      const before = tf.memory().numTensors;
      const times: (number | undefined)[] = [];
      const step = async (...batch: Parameters<Learner["step"]>) => {
        times.push(await learner.step(...batch));
        return times.at(-1);
      };
      const { weights } = await train({
        learner: { ...learner, step },
        readEvery: 4,
        recipe,
        optimizer,
        digits,
        test: tested,
      });
      const slots = 2 * model("mlp", 10).parameters.length; // RAdam's m and v, made at the first update
      expect(tf.memory().numTensors).toBe(before + slots);
      learner.dispose();
      ends.push({ weights, timed: times.flatMap((time, i) => (time === undefined ? [] : [i])) });
    }
    expect(ends[0]!.timed).toHaveLength(20);
    expect(ends[1]!.timed).toEqual([1]);
    expect(ends[1]!.weights).toEqual(ends[0]!.weights);
  });
});

describe("an evaluation", () => {
  test("counts what is right, orders the mistakes by confidence and takes the mean of the losses", async () => {
    const { test: tested } = await small();
    const four: Digits = { count: 4, images: tested.images.subarray(0, 4 * 784), labels: Uint8Array.of(0, 1, 2, 3) };
    const logits = new Float32Array(40);
    logits[0] = 5; // right
    logits[10 + 7] = 2; // a 1 taken for a 7
    logits[20 + 3] = 9; // a 2 taken for a 3, surely
    logits[30 + 3] = 1; // right
    const found = await evaluate({ model: model("mlp", 10), logits: async () => logits }, four);
    expect(found.accuracy).toBe(0.5);
    expect(found.mistakes.map(({ index, label, predicted }) => [index, label, predicted])).toEqual([
      [2, 2, 3],
      [1, 1, 7],
    ]);
    expect(found.mistakes[1]!.confidence).toBeCloseTo(Math.exp(2) / (Math.exp(2) + 9), 12);
    const losses = [
      Math.log(Math.exp(5) + 9) - 5,
      Math.log(Math.exp(2) + 9),
      Math.log(Math.exp(9) + 9),
      Math.log(Math.E + 9) - 1,
    ];
    expect(found.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 4, 12);
    expect([found.confusion[1]![7], found.confusion[2]![3], found.confusion[3]![3]]).toEqual([1, 1, 1]);
  });
});

test("a report is one page that holds everything it shows", async () => {
  const { train: digits, test: tested } = await small();
  const optimizer = await optimizerOf(recipe, updatesOf(digits.count, recipe));
  const learner = await learn({ ...recipe, seed: 9 }, digits);
  const steps: StepLine[] = [];
  const epochs: EpochLine[] = [];
  await train({
    learner,
    readEvery: 1,
    recipe,
    optimizer,
    digits,
    test: tested,
    listener: { step: (line) => void steps.push(line), epoch: (line) => void epochs.push(line) },
  });
  learner.dispose();
  const confusion = Array.from({ length: 10 }, (_, label) =>
    Array.from({ length: 10 }, (_, k) => (k === label ? 5 : label === 4 && k === 9 ? 27 : 0)),
  );
  const mistakes = Array.from({ length: 27 }, (_, index) => ({
    index,
    label: 4,
    predicted: 9,
    confidence: 0.99 - index / 100,
  }));
  const evaluation = { count: 77, accuracy: 50 / 77, loss: 1.25, confusion, mistakes };
  const summary: Summary = {
    testAccuracy: 50 / 77, testLoss: 1.25, trainLoss: 1, optimizer: "radam", title: "RAdam <b>", engine: "tfjs", engineVersion: "4", device: "wasm", deviceWhat: "x",
    seconds: 61, imagesPerSecond: 5678, stepMilliseconds: 8, optimizerMilliseconds: 0.5, shared: null, seed: 1, epochs: 2, bestEpoch: null, steps: 20, batchSize: 32, trainImages: 320, heldImages: 0, testImages: 77, parameters: 101770, model: "mlp", lr: 3e-3,
    schedule: "cosine", rate: "x", recipe, data: "d", classes: digitNames, started: "2026-11-22T09:05:07.000Z", node: "v20", version: "0", command: "npm start -- train", files: [],
  }; // biome-ignore format: a record of no interest
  const text = "`conv1` stands still: frozen; thaw it";
  const findings = [{ name: "frozen", step: 1234, evidence: {}, text }] as const;
  const lines = [
    { trainLoss: 2.13, trainAccuracy: 0.2875, testLoss: 1.75, testAccuracy: 41 / 77, seconds: 3.2 },
    { trainLoss: 1.46, trainAccuracy: 0.5125, testLoss: 1.25, testAccuracy: 50 / 77, seconds: 6.7 },
  ]; // a run's own clock may show one time twice
  const shown = epochs.map((line, i) => ({ ...line, ...lines[i]! }));
  const html = report(summary, { steps, epochs: shown, damaged: 0, findings }, evaluation, tested);
  for (const title of ["Loss", "Wrong answers", "Learning rate", "Gradient norm", "Update-to-weight ratio"])
    expect(html).toMatch(new RegExp(`<figcaption>${title}.*[\\s\\S]*?<svg`));
  expect(html.match(/<svg /g)).toHaveLength(5);
  expect(html.match(/<img src="data:image\/png;base64,/g)).toHaveLength(20); // the twenty surest of 27
  expect(html).toContain("27 × a 4 read as a 9");
  expect(html.replace(/<title>.*<\/title>/, "").match(/64\.94/g)).toHaveLength(1); // the headline, and not with its epoch too
  const numbers = [...html.matchAll(/<(?:dd|small|td|h1)>([^<]*)<\//g)].flatMap(
    ([, text]) => text!.match(/\d[\d,.]*\d/g) ?? [],
  );
  expect(numbers.filter((one, i) => numbers.indexOf(one) !== i)).toEqual([]);
  expect(numbers).toEqual(expect.arrayContaining(["64.94", "27", "320", "101,770"]));
  expect(html).toContain("the optimizer took 6.3 % of a step, 0.5 of 8 ms");
  expect(html).toContain("prefers-color-scheme: dark");
  expect(html).toContain("RAdam &#60;b&#62;");
  expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
    /<script|<link|https?:\/\/|url\((?!#)|NaN|undefined/,
  ); // nothing from elsewhere, nothing missing
  if (chromium === undefined) return;
  const browser = await chromiums.launch({ executablePath: chromium, args: ["--no-sandbox"], timeout: BROWSER });
  onTestFinished(() => browser.close());
  for (const width of [320, 390, 800, 1280]) {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.setDefaultTimeout(BROWSER);
    await page.setContent(html);
    // A phone need not scroll sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const drawn = await page.evaluate(() => ({
      cards: [".tile", "figure.chart", "div.chart", ".mistakes li"].map((selector) => {
        const { margin, borderTopWidth } = getComputedStyle(document.querySelector(selector) as Element);
        return [margin, borderTopWidth];
      }),
      mistakesPerRow: getComputedStyle(document.querySelector(".mistakes") as Element).gridTemplateColumns.split(" ")
        .length,
    }));
    expect(drawn.cards).toEqual(Array(4).fill(["0px", "1px"]));
    expect(drawn.mistakesPerRow).toBe(width <= 480 ? 4 : width <= 992 ? 5 : 10);
  }
});

describe("a comparison", () => {
  const trial = (lr: number, seed: number, testAccuracy: number | null): Trial => ({
    optimizer: "adam",
    title: "Adam",
    lr,
    seed,
    regularizer: "none",
    testAccuracy,
    testLoss: testAccuracy === null ? null : 1 - testAccuracy,
    trainLoss: testAccuracy === null ? null : 0.9 - testAccuracy,
    seconds: 2,
    curve: [
      [0.5, seed],
      [1, 2 * seed],
    ],
  });

  test("gives mean and standard deviation over the seeds, best first, and counts what diverged", () => {
    expect(spread([1, 2, 3])).toEqual({ mean: 2, deviation: 1 });
    expect(spread([5])).toEqual({ mean: 5, deviation: 0 });
    const all = rows([trial(1, 1, null), trial(1, 2, 0.5), trial(0.1, 1, 0.9), trial(0.1, 2, 0.92), trial(9, 1, null)]);
    expect(all.map(({ lr, runs, diverged }) => [lr, runs, diverged])).toEqual([
      [0.1, 2, 0],
      [1, 2, 1],
      [9, 1, 1],
    ]);
    const lines = comparisonText(all).split("\n");
    expect(lines[1]).toMatch(
      /^Adam +0\.1 +91\.00 % ± 1\.41 +-0\.0100 ± 0\.0141 +0\.0900 ± 0\.0141 +0\.1000 ± 0\.0000 +2\.0 s +2$/,
    );
    expect(lines[3]).toMatch(/diverged +2\.0 s +1 \(1 diverged\)$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1); // columns line up
    expect(lines[0]).not.toContain("regularizer");
    const two = comparisonText(rows([trial(1, 1, 0.5), { ...trial(1, 1, 0.6), regularizer: "dropout 0.5" }])).split(
      "\n",
    );
    expect(two[0]).toMatch(/^optimizer +rate +regularizer +test accuracy +train loss +test loss +gap +time +runs$/);
    expect(two.slice(1).map((line) => line.split(/ {2,}/)[2])).toEqual(["dropout 0.5", "none"]);
  });

  test("names a winner only above all others by Welch's test over three seeds or more", () => {
    const group = (lr: number, accuracies: readonly number[]) => accuracies.map((x, i) => trial(lr, i + 1, x));
    const [a, b] = rows([...group(1, [0.9, 0.91, 0.92]), ...group(2, [0.8, 0.81, 0.82])]);
    // SciPy: ttest_ind([.9, .91, .92], [.8, .81, .82], equal_var=False) has p = 2.6e-4
    expect(leads(a!, b!)).toBe(true);
    const near = rows([...group(1, [0.9, 0.91, 0.92]), ...group(2, [0.88, 0.9, 0.92])]);
    expect(leads(near[0]!, near[1]!)).toBe(false); // p = 0.50
    const two = rows([...group(1, [0.9, 0.91]), ...group(2, [0.1, 0.11])]);
    expect(leads(two[0]!, two[1]!)).toBe(false);
    expect(a!.curve).toEqual([
      [0.5, 2],
      [1, 4],
    ]);
  });

  test("trains each recipe and writes what is done as JSON and as a page", async () => {
    const data = await small();
    const out = scratch();
    const silent = new Progress({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream);
    const recipes = ["radam", "adam", "sgd"].flatMap((optimizer) =>
      [1e-3, 1e30].map((lr): Recipe => ({ ...recipe, optimizer, lr, schedule: "constant", epochs: 1 })),
    );
    const world = {
      engine: engines.tfjs,
      choice: { device: "wasm", engine: "tfjs", what: "", passedOver: [] },
      mnist: data,
      progress: silent,
      stop: () => false,
    } as const;
    const found = await compare(recipes, out, world);
    expect(found.trials).toHaveLength(6);
    expect(found.rows.find(({ optimizer, lr }) => optimizer === "sgd" && lr === 1e30)).toMatchObject({
      diverged: 1,
      accuracy: null,
    });
    expect(JSON.parse(readFileSync(path.join(out, "compare.json"), "utf8")).rows).toEqual(found.rows);
    const html = readFileSync(path.join(out, "compare.html"), "utf8");
    expect(html).toContain("<td>RAdam</td>");
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html).toContain("Undecided"); // one seed each
    expect(html).not.toMatch(/NaN|undefined/);
  });
});
