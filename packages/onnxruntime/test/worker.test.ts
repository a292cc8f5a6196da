import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adam, adamw } from "@descent/adam";
import { clipByGlobalNorm, OptimizerError, partition, schedule } from "@descent/core";
import { OnnxError } from "@descent/onnx";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { oneIn } from "../../../tests/sample.ts";
import { root } from "../../../tests/workspace.ts";
import { type Batch, crossEntropy, huber, Trainer, type TrainerOptions } from "../src/index.ts";
import { closeGate, newGate } from "../src/worker/gate.ts";
import { workerFile } from "../src/worker/launch.ts";
import { perceptron } from "./graphs.ts";
import { batchOf, fixture, train } from "./models.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-worker-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const batch = batchOf(fixture("lenet"));

describe("in a worker", () => {
  test("trains, evaluates, saves and exports to the same bits as in this thread", async () => {
    vi.stubEnv("WORKERS", "source"); // the others of these tests start it compiled (workers.ts)
    const optimizer = clipByGlobalNorm(
      partition(
        { slow: adamw({ lr: schedule("1e-3 / (1 + step)"), decays: (p) => p.shape.length > 1 }), fast: adam() },
        (p) => (p.name.startsWith("c") ? "slow" : "fast"),
      ),
      1,
    );
    const loss = crossEntropy({ smoothing: 0.1 });
    const results = [];
    for (const worker of [false, true]) {
      const trainer = await train("lenet", { optimizer, loss, worker });
      const steps = [await trainer.trainStep(batch), await trainer.trainStep(batch)];
      await trainer.set({ lr: schedule("1e-2 * 0.5 ^ step") }, "fast");
      steps.push(await trainer.trainStep(batch));
      const { labels: _, ...inputs } = batch;
      const file = path.join(folder, `${worker}.safetensors`);
      await trainer.save(file);
      const report = await trainer.load(file);
      const { gradients } = await trainer.gradients(batch);
      await trainer.applyGradients(gradients);
      results.push({
        steps,
        report,
        step: trainer.step,
        plan: trainer.plan,
        inputs: trainer.inputs,
        parameters: trainer.parameters,
        evaluated: await trainer.evalStep(batch),
        predicted: await trainer.predict(inputs),
        inspection: await trainer.inspect(),
        checkpoint: await trainer.checkpoint(),
        exported: await trainer.exportModel(),
        graph: await trainer.trainingGraph(),
      });
      await trainer.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[1]?.step).toBe(4);
  });

  test("leaves this thread free during a step", async () => {
    const bytes = perceptron([512, 1024, 512, 10]);
    const big: Batch = { x: new Float32Array(512 * 512).fill(0.1), labels: new Int32Array(512) };
    const make = (worker: boolean): Promise<Trainer> =>
      Trainer.create(bytes, { optimizer: adam(), loss: crossEntropy(), worker });
    /** How often this thread's event loop turns during a step. */
    const turns = async (trainer: Trainer): Promise<number> => {
      await trainer.trainStep(big);
      let [count, ended] = [0, false];
      const step = trainer.trainStep(big).finally(() => {
        ended = true;
      });
      while (!ended) {
        await new Promise((resolve) => setImmediate(resolve));
        count++;
      }
      await step;
      return count;
    };
    const [here, there] = [await make(false), await make(true)];
    // A step here turns the loop once per session that it runs. A free thread turns it all the time.
    const few = await turns(here);
    expect(few).toBeLessThan(20);
    expect(await turns(there)).toBeGreaterThan(5 * few);
    for (const t of [here, there]) await t.dispose();
  });

  test("copies of a large array only the part a batch views, and leaves the batch to its owner", async () => {
    const trainer = await train("lenet", { worker: true });
    const all = new Float32Array(100 * 784).map((_, i) => Math.sin(i));
    const labels = new Uint8Array(100);
    const { loss } = await trainer.evalStep({ in0: all.subarray(784, 3 * 784), labels: labels.subarray(1, 3) });
    expect(loss).toBe((await trainer.evalStep({ in0: all.slice(784, 3 * 784), labels: [0, 0] })).loss);
    expect([all.length, labels.length]).toEqual([100 * 784, 100]);
    const shared = new Float32Array(new SharedArrayBuffer(2 * 784 * 4));
    shared.set(all.subarray(784, 3 * 784));
    expect((await trainer.evalStep({ in0: shared, labels: [0, 0] })).loss).toBe(loss);
    await trainer.dispose();
  });

  test("errors cross with their kind and message, and the trainer goes on", async () => {
    const make = (options: Partial<TrainerOptions>): Promise<Trainer> => train("lenet", { worker: true, ...options });
    const broken = Trainer.create(new Uint8Array([8, 1, 99]), { optimizer: adam(), worker: true });
    await expect(broken).rejects.toThrow(OnnxError);
    await expect(broken).rejects.toThrow(/byte/);
    await expect(make({ executionProviders: ["quantum"] })).rejects.toThrow('no working provider "quantum"');
    await expect(make({ trainable: ["f9"] })).rejects.toThrow("`trainable` names `f9`");
    await expect(make({ loss: (g) => g.constant(0) })).rejects.toThrow("The loss is a function");
    await expect(make({ optimizer: adam({ lr: () => 1 }) })).rejects.toThrow("a plain function");
    await expect(make({ external: () => new Uint8Array() })).rejects.toThrow("`external` is a function");
    const ort = await import("onnxruntime-node");
    await expect(make({ runtime: ort })).rejects.toThrow("A runtime is a module");
    await expect(make({ runtime: "no-such-runtime" })).rejects.toThrow("The runtime no-such-runtime is not installed");
    await expect(make({ sessionOptions: { f: () => {} } })).rejects.toThrow("cannot cross to a worker");
    const trainer = await make({});
    await expect(trainer.trainStep({ ...batch, labels: [0, 1, 2, 10] })).rejects.toThrow(
      "`labels` holds 10 at place 3",
    );
    await expect(trainer.set({ momentum: 1 })).rejects.toThrow(OptimizerError);
    await expect(trainer.set({ lr: () => 1 })).rejects.toThrow("The schedule of lr is a plain function");
    await expect(trainer.applyGradients({ nobody: new Float32Array(1) })).rejects.toThrow("`nobody`");
    await trainer.set({ lr: 0.5 });
    expect((await trainer.inspect()).groups[""]?.hyper.lr).toBe(0.5);
    expect((await trainer.trainStep(batch)).updated).toBe(true);
    await trainer.dispose();
  });

  test("every loss with options crosses", async () => {
    const bytes = perceptron([3, 2]);
    const losses = [];
    for (const worker of [false, true]) {
      const trainer = await Trainer.create(bytes, {
        optimizer: adam(),
        loss: huber({ delta: 0.1, labels: "z" }),
        worker,
      });
      losses.push((await trainer.trainStep({ x: [1, 2, 3], z: [4, 5] })).loss);
      await trainer.dispose();
    }
    expect(losses[1]).toBe(losses[0]);
  });

  test("a worker that ends fails what was asked of it and closes the trainer", async () => {
    const { Worker } = await import("node:worker_threads");
    const source = new URL("../src/worker/worker.ts", import.meta.url);
    const code = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import("${source}"); })`;
    const worker = new Worker(code, { eval: true, execArgv: ["--conditions=@descent/source"] });
    const trainer = await train("lenet", { worker: () => worker });
    const step = trainer.trainStep(batch);
    await Promise.all([
      worker.terminate(),
      expect(step).rejects.toThrow("This trainer lost its worker: it ended with code 1. Make a new one, and load the"),
    ]);
    await expect(trainer.weights()).rejects.toThrow("This trainer lost its worker");
    await trainer.dispose();
    await trainer.dispose();
  });

  test("runs onnxruntime-web as well, by its name", async () => {
    const here = await train("lenet");
    const there = await train("lenet", {
      worker: true,
      runtime: "onnxruntime-web",
      executionProviders: ["wasm"],
      // one thread, for ONNX Runtime's own would be workers of the worker
      sessionOptions: { intraOpNumThreads: 1 },
    });
    const losses = [];
    for (const t of [here, there]) losses.push((await t.trainStep(batch)).loss, (await t.trainStep(batch)).loss);
    expect(losses[2]! / losses[0]!).toBeCloseTo(1, 5);
    expect(losses[3]! / losses[1]!).toBeCloseTo(1, 4);
    for (const t of [here, there]) await t.dispose();
  });
});

test("a bundle, whose file is another, is not started a second time as its own worker", () => {
  expect(new URL(workerFile("file:///app/node_modules/@descent/onnxruntime/dist/launch.js")).pathname).toMatch(
    /\/dist\/worker\.js$/,
  );
  for (const bundle of ["file:///app/bundle.js", "file:///app/launch.bundle.js", "file:///app/not-launch.js"])
    expect(() => workerFile(bundle)).toThrow("Leave @descent/onnxruntime out of the bundle");
});

describe("a process that ends while a worker computes", () => {
  /** exit.ts and the worker's file, compiled: processes start in a third of the time, and find the worker by these names. */
  const compiled = path.join(import.meta.dirname, "../node_modules", `.test-exit-${process.pid}`);
  beforeAll(() =>
    build({
      entryPoints: {
        launch: path.join(import.meta.dirname, "exit.ts"),
        worker: path.join(import.meta.dirname, "../src/worker/worker.ts"),
      },
      outdir: compiled,
      bundle: true,
      platform: "node",
      format: "esm",
      tsconfig: path.join(root, "tsconfig.test.json"),
      logLevel: "error",
    }),
  );
  afterAll(() => rmSync(compiled, { recursive: true, force: true }));

  /** Runs exit.ts, which ends after this many steps, and returns how its process ended and what it printed. */
  const ended = (steps: number): Promise<{ code: number | null; signal: string | null; printed: string }> => {
    const child = spawn(process.execPath, [path.join(compiled, "launch.js"), `${steps}`], { cwd: root });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
      });
    return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, printed })));
  };

  // Without the gate ONNX Runtime aborts about one process in six: the code of any one run would show little.
  const declare = oneIn(2);
  for (const steps of [0, 2, 4, 6])
    declare(`ends with its own code in step ${steps} or the next`, async () => {
      const both = await Promise.all([ended(steps), ended(steps + 1)]);
      for (const one of both) expect(one).toEqual({ code: 0, signal: null, printed: "ends\n" });
    });

  test("waits until nothing is inside the worker's gate, and lets nothing in after that", async () => {
    const { Worker } = await import("node:worker_threads");
    const gate = newGate();
    const seen = new Int32Array(new SharedArrayBuffer(8));
    const [inside, after] = [0, 1];
    // It computes until the gate is closed on it, and tries to go on afterwards. Closing wakes nobody, so it looks.
    const code = `
      const { workerData: { gate, seen, file }, parentPort } = require("node:worker_threads");
      import("tsx/esm/api").then((tsx) => (tsx.register(), import(file))).then(({ workerGate }) => {
        const door = workerGate(gate);
        door.enter();
        parentPort.postMessage("inside");
        while (Atomics.load(gate, 1) === 0) Atomics.wait(gate, 1, 0, 1);
        Atomics.store(seen, ${inside}, 1);
        door.leave();
        door.enter();
        Atomics.store(seen, ${after}, 1);
      });`;
    const file = new URL("../src/worker/gate.ts", import.meta.url).href;
    const worker = new Worker(code, { eval: true, workerData: { gate, seen, file } });
    await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    closeGate(gate);
    expect(Atomics.load(seen, inside)).toBe(1);
    await worker.terminate();
    expect(Atomics.load(seen, after)).toBe(0);
  });
});
