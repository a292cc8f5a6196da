import { adam } from "@descent/adam";
import { decodeModel } from "@descent/onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { crossEntropy, type Runtime, type RuntimeSession, Trainer, type TrainerOptions } from "../src/index.ts";
import { watchDevice } from "../src/quirks/lost.ts";
import { products } from "../src/quirks/products.ts";
import { perceptron } from "./graphs.ts";
import { train } from "./models.ts";

const batch = { x: [1, 2, 3], labels: [1] };
const small = (options: Partial<TrainerOptions>): Promise<Trainer> =>
  Trainer.create(perceptron([3, 2]), { optimizer: adam(), loss: crossEntropy(), ...options });

const all = products().expected;
const stock: Runtime = ort;
type Run = RuntimeSession["run"];
/** onnxruntime-node with other runs: `change` gets each session's run and its model's operators. */
function fake(change: (run: Run, operators: readonly string[], options: object | undefined) => Run): Runtime {
  return {
    ...stock,
    InferenceSession: {
      async create(model, options) {
        const session = await stock.InferenceSession.create(model, {
          ...options,
          executionProviders: ["cpu"],
        });
        const operators = (decodeModel(model).graph?.node ?? []).map((n) => n.opType ?? "");
        const run = change((feeds, fetches) => session.run(feeds, fetches), operators, options);
        return {
          inputNames: session.inputNames,
          outputNames: session.outputNames,
          run,
          release: () => session.release(),
        };
      },
    },
  };
}

describe("a provider", () => {
  test("that computes wrongly is refused before anything is trained, each time", async () => {
    let sessions = 0;
    const runtime = fake((run, operators) => async (feeds, fetches) => {
      sessions++;
      const results = await run(feeds, fetches);
      if (operators.includes("Conv")) for (const { data } of Object.values(results)) (data as Float32Array)[0]! += 0.01;
      return results;
    });
    for (let i = 0; i < 2; i++)
      await expect(train("lenet", { runtime, executionProviders: ["cpu"] })).rejects.toThrow(
        /^The provider "cpu" computes wrongly here: a small convolution is off by 0\.010+ of \d/,
      );
    expect(sessions).toBe(2);
  });

  test("that multiplies wrongly in one form is refused, and the form is named", async () => {
    let at = 0;
    const runtime = fake((run, operators) => async (feeds, fetches) => {
      const results = await run(feeds, fetches);
      const [first] = Object.values(results);
      if (operators.filter((op) => op === "MatMul").length > 100) (first!.data as Float32Array)[at] = 7;
      return results;
    });
    for (const [place, form] of [
      [0, "the product of a matrix and a matrix,"],
      [all.findIndex(({ form: f }) => /^the product of a transposed matrix and a vector, scaled after/.test(f)), ""],
    ] as const) {
      at = all.slice(0, place).reduce((sum, { values }) => sum + values.length, 0);
      await expect(small({ runtime: { ...runtime } })).rejects.toThrow(
        `The provider "cpu" computes wrongly here: ${form || all[place]!.form} is off by `,
      );
    }
  });

  test("webgpu is asked for the layout that computes rightly, unless told otherwise", async () => {
    const asked: unknown[] = [];
    const runtime = fake((run, _, options) => {
      asked.push((options as { executionProviders: unknown[] }).executionProviders[0]);
      return run;
    });
    for (const provider of ["webgpu", { name: "webgpu", preferredLayout: "NHWC" }])
      await (await small({ runtime, executionProviders: [provider] })).dispose();
    // Of each the convolution and the products.
    expect(asked).toEqual(
      ["NCHW", "NCHW", "NHWC", "NHWC"].map((preferredLayout) => ({ name: "webgpu", preferredLayout })),
    );
  });

  test("that is not installed is an error that says what to do", async () => {
    await expect(small({ executionProviders: ["quantum"] })).rejects.toThrow(/Use another, such as "cpu" or /);
    // present only where somebody has installed it
    const cuda = ort.listSupportedBackends().some((b) => b.name === "cuda" && b.bundled);
    if (!cuda)
      await expect(small({ executionProviders: ["cuda"] })).rejects.toThrow(
        'no working provider "cuda" here: OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library. The npm package comes without it: run `ONNXRUNTIME_NODE_INSTALL=true npm rebuild onnxruntime-node`',
      );
  });

  test("cuda's name and options pass through, and its update is on the host", async () => {
    const asked: unknown[] = [];
    const runtime = fake((run, _, options) => {
      asked.push(options);
      return run;
    });
    const trainer = await small({
      runtime,
      executionProviders: [{ name: "cuda", deviceId: 1 }, "cpu"],
      sessionOptions: { intraOpNumThreads: 3 },
    });
    await trainer.trainStep(batch);
    expect(trainer.plan).toBe("host");
    expect(asked.at(-1)).toMatchObject({
      executionProviders: [{ name: "cuda", deviceId: 1 }, "cpu"],
      intraOpNumThreads: 3,
    });
    await trainer.dispose();
  });
});

describe("a device that is lost", () => {
  test.each([
    'A valid external Instance reference no longer exists: [Device "ort"] is lost.',
    "WebGPU device lost (2): Device was destroyed.",
    "CUDA failure 700: an illegal memory access was encountered ; GPU=0",
  ])("closes the trainer plainly: %s", async (message) => {
    let lost = false;
    const runtime = fake((run) => async (feeds, fetches) => {
      if (lost) throw new Error(message);
      return run(feeds, fetches);
    });
    for (const plan of ["host", "graph"] as const) {
      lost = false;
      const trainer = await small({ runtime, plan });
      await trainer.trainStep(batch);
      lost = true;
      const [step, weights] = [trainer.trainStep(batch), trainer.weights()];
      await expect(step).rejects.toThrow(
        `This trainer lost its device: ${message}. Make a new one, and load the last checkpoint.`,
      );
      await expect(weights).rejects.toThrow("This trainer lost its device");
      expect(trainer.step).toBe(1);
      await trainer.dispose();
    }
  });

  test("in a browser is noticed while nothing is asked", async () => {
    let lose = (_: { reason: string; message: string }): void => {};
    const device = {
      lost: new Promise<{ reason: string; message: string }>((resolve) => {
        lose = resolve;
      }),
    };
    const runtime: Runtime = { ...fake((run) => run), env: { webgpu: { device: Promise.resolve(device) } } };
    const trainer = await small({ runtime, executionProviders: ["webgpu"] });
    await trainer.trainStep(batch);
    lose({ reason: "unknown", message: "The GPU was pulled out" });
    await device.lost;
    await new Promise((done) => setTimeout(done));
    await expect(trainer.trainStep(batch)).rejects.toThrow("This trainer lost its device: The GPU was pulled out.");
    await trainer.dispose();
    // one that is destroyed on purpose, or a runtime without one, loses nothing
    const calls: unknown[] = [];
    const destroyed = { lost: Promise.resolve({ reason: "destroyed", message: "" }) };
    for (const webgpu of [{ device: destroyed }, {}])
      await watchDevice({ ...runtime, env: { webgpu } }, (error) => calls.push(error));
    expect(calls).toEqual([]);
  });

  test("any other failure of a run leaves the trainer as it was", async () => {
    let failing = false;
    const runtime = fake((run) => async (feeds, fetches) => {
      if (failing) throw new Error("Non-zero status code returned while running Gemm node.");
      return run(feeds, fetches);
    });
    for (const plan of ["host", "graph"] as const) {
      failing = false;
      const trainer = await small({ runtime, plan });
      await trainer.trainStep(batch);
      const before = await trainer.checkpoint();
      failing = true;
      await expect(trainer.trainStep(batch)).rejects.toThrow("while running Gemm node");
      failing = false;
      expect(await trainer.checkpoint()).toEqual(before);
      expect((await trainer.trainStep(batch)).updated).toBe(true);
      await trainer.dispose();
    }
  });
});

test("the update in the graph makes each new value by the node that computes it: ONNX Runtime would copy for an Identity", async () => {
  const makers: string[] = [];
  const runtime: Runtime = {
    ...stock,
    InferenceSession: {
      create(model, options) {
        for (const { opType = "", output = [] } of decodeModel(model).graph?.node ?? [])
          if (output.some((name) => name.startsWith("descent.next."))) makers.push(opType);
        return stock.InferenceSession.create(model, options);
      },
    },
  };
  await using trainer = await small({ runtime, plan: "graph" });
  await trainer.trainStep(batch);
  expect(makers).toHaveLength(2 * 3); // a kernel and a bias, each with m and v
  expect(makers).not.toContain("Identity");
});
