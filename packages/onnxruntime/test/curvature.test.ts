import { readFileSync } from "node:fs";
import type { Configured } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import { adahessian, ivon, sophia, sophiaG } from "@descent/second-order";
import { sgd } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { curvature } from "@descent/training";
import { describe, expect, test } from "vitest";
import { newton, polyak } from "../../../tests/words.ts";
import { crossEntropy, meanSquared, Trainer, type TrainerOptions } from "../src/index.ts";
import { batchOf, fixture, model } from "./models.ts";

/* Rules that read more than gradients: handed in by the caller, or estimated by the trainer from the model differentiated twice. */

interface Run {
  readonly h: Readonly<Record<string, readonly number[]>>;
  readonly losses: readonly number[];
  readonly after: Readonly<Record<string, readonly number[]>>;
}
const golden = JSON.parse(readFileSync(new URL("fixtures/hutchinson.json", import.meta.url), "utf8")) as Readonly<
  Record<"adahessian" | "adahessianOfThree" | "sophia", Run>
> & {
  readonly hessian: Readonly<Record<"product" | "diagonal", readonly number[]> & Record<"trace" | "largest", number>>;
}; // written by goldens/make.py

/** x [batch, 3] → tanh → y [batch, 2], with the numbers of goldens/hutchinson.py. */
function perceptron(): { readonly bytes: Uint8Array; readonly batch: Record<string, readonly number[]> } {
  let count = 0;
  const numbers = (n: number): Float32Array => {
    count += n;
    return Float32Array.from({ length: n }, (_, i) => Math.sin(1.3 * (count - n + i)));
  };
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 3] });
  for (const [name, dims] of Object.entries({ w1: [4, 3], b1: [4], w2: [4, 2], b2: [2] }))
    g.initializer(name, { elem: "float32", dims, data: numbers(dims.reduce((a, b) => a * b)) });
  const [h = ""] = g.op("Gemm", ["x", "w1", "b1"], { transB: 1 });
  const [m = ""] = g.op("MatMul", [g.op("Tanh", [h])[0]!, "w2"]);
  g.output(g.op("Add", [m, "b2"], {}, ["y"])[0]!);
  return { bytes: exportModel(g), batch: { x: [...numbers(15)], labels: [...numbers(10)] } };
}
const { bytes, batch } = perceptron();
const create = (optimizer: Configured, options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create(bytes, { optimizer, loss: meanSquared(), ...options });

/** ‖found − wanted‖ / ‖wanted − start‖. */
async function off(
  trainer: Trainer,
  wanted: Run["after"],
  start: Readonly<Record<string, Float32Array>>,
): Promise<number> {
  const found = await trainer.weights();
  let [apart, moved] = [0, 0];
  for (const [name, numbers] of Object.entries(wanted))
    numbers.forEach((x, i) => {
      apart += (found[name]![i]! - x) ** 2;
      moved += (x - start[name]![i]!) ** 2;
    });
  return Math.sqrt(apart / moved);
}

describe("the trainer estimates the Hessian's diagonal as autograd does twice", () => {
  const none = () => false;
  const runs: readonly (readonly [string, Configured, number, Partial<TrainerOptions>])[] = [
    ["adahessian", adahessian({ lr: 0.05 }), 6, { hutchinson: 1 }],
    ["adahessian", adahessian({ lr: 0.05 }), 6, { hutchinson: 1, worker: true }],
    ["adahessianOfThree", adahessian({ lr: 0.05 }), 4, { hutchinson: 3, seed: 2 ** 33 + 5 }],
    ["sophia", sophia({ lr: 0.05, every: 3, weightDecay: 0, decays: none }), 6, { hutchinson: 1, seed: 7 }],
  ];
  test.each(runs)("%s", async (name, optimizer, steps, options) => {
    const wanted = golden[name as "sophia"]; // or another run
    const trainer = await create(optimizer, options);
    const start = await trainer.weights();
    // Rounding, which AdaHessian multiplies where the curvature of an element is nearly zero: it divides by it.
    for (const loss of wanted.losses.slice(0, steps))
      expect(Math.abs((await trainer.trainStep(batch)).loss / loss - 1)).toBeLessThan(2e-5);
    expect(await off(trainer, wanted.after, start)).toBeLessThan(2e-4);
    await trainer.dispose();
  });

  test("a run that was interrupted draws the same directions", async () => {
    const whole = await create(adahessian({ lr: 0.05 }), { hutchinson: 2 });
    const before = await create(adahessian({ lr: 0.05 }), { hutchinson: 2 });
    const after = await create(adahessian({ lr: 0.05 }), { hutchinson: 2 });
    for (let t = 0; t < 4; t++) await whole.trainStep(batch);
    for (let t = 0; t < 2; t++) await before.trainStep(batch);
    await after.load(await before.checkpoint());
    for (let t = 0; t < 2; t++) await after.trainStep(batch);
    expect(await after.checkpoint()).toEqual(await whole.checkpoint());
    for (const trainer of [whole, before, after]) await trainer.dispose();
  });

  test("models that PyTorch exported have a curvature too: convolutions, attention, batch normalization", async () => {
    for (const name of ["lenet", "gpt_o17", "resnet", "batchnorm"]) {
      const found = name === "batchnorm" ? undefined : fixture(name);
      const trainer = await Trainer.create(model(name), {
        optimizer: adahessian({ lr: 1e-3 }),
        loss: crossEntropy(),
        hutchinson: 1,
      });
      const given = found
        ? batchOf(found)
        : {
            x: { data: Float32Array.from({ length: 160 }, (_, i) => Math.sin(i)), dims: [5, 2, 4, 4] },
            labels: [0, 1, 1, 0, 1],
          };
      expect((await trainer.trainStep(given)).updated, name).toBe(true);
      const { optimizer } = await trainer.checkpoint();
      const curved = Object.entries(optimizer.tensors).filter(([key]) => key.startsWith("v/"));
      expect(curved.length).toBeGreaterThan(0);
      for (const [key, { data }] of curved) expect(data.every(Number.isFinite), `${name} ${key}`).toBe(true);
      await trainer.dispose();
    }
  });
});

describe("a step is handed what its rule reads besides gradients", () => {
  const like = (x: number): Record<string, Float32Array> => ({
    w1: new Float32Array(12).fill(x),
    b1: new Float32Array(4).fill(x),
    w2: new Float32Array(8).fill(x),
    b2: new Float32Array(2).fill(x),
  });

  test.each([false, true])("trainStep takes `h`, in a worker as well (%s)", async (worker) => {
    const trainer = await create(newton({ every: 2 }), { worker });
    const [start, { gradients }] = [await trainer.weights(), await trainer.gradients(batch)];
    await trainer.trainStep(batch, { inputs: { h: like(2) } });
    const once = await trainer.weights();
    for (const [name, g] of Object.entries(gradients))
      expect(once[name]).toEqual(start[name]!.map((x, i) => x - Math.fround(g[i]! / 2)));
    await trainer.trainStep(batch); // `h` is read in every second step
    await expect(trainer.trainStep(batch)).rejects.toThrow("reads `h`, which this update was not given");
    await trainer.dispose();
  });

  test("applyGradients takes `h` and `loss`", async () => {
    const trainer = await create(newton({ every: 1 }));
    const { b2 } = await trainer.weights();
    await trainer.applyGradients({ b2: Float32Array.of(1, 2) }, { h: { b2: Float32Array.of(4, 8) } });
    expect((await trainer.weights()).b2).toEqual(b2!.map((x) => x - 0.25));
    await trainer.dispose();
    const other = await create(polyak());
    await other.applyGradients({ b2: Float32Array.of(1, 1) }, { loss: 2 });
    expect((await other.weights()).b2).toEqual(b2!.map((x) => x - 1));
    await other.dispose();
  });

  test("`sampled` of Sophia-G, and the probe of IVON", async () => {
    const trainer = await create(sophiaG({ lr: 0.1, every: 1 }));
    await trainer.trainStep(batch, { inputs: { sampled: like(0.1) } });
    expect((await trainer.checkpoint()).optimizer.tensors["v/b2"]!.data[0]).toBeCloseTo(0.01 * 0.01, 9);
    await trainer.dispose();
    const noisy = await create(ivon({ lr: 0.1 }));
    expect((await noisy.trainStep(batch)).updated).toBe(true);
    await noisy.dispose();
  });

  test("a step that does not fit is refused, and nothing changes", async () => {
    const trainer = await create(newton({ every: 1 }));
    const before = await trainer.checkpoint();
    const step = (inputs: object) => expect(trainer.trainStep(batch, { inputs: inputs as never })).rejects;
    await step({ h: { b3: Float32Array.of(1) } }).toThrow("b3");
    await step({ h: { ...like(1), b2: new Float32Array(3) } }).toThrow(
      "The `h` of `b2` has 3 numbers for 2 parameters",
    );
    await step({ h: { ...like(1), b2: [1, 1] } }).toThrow("The `h` of `b2` must be a Float32Array");
    await step({ h: { ...like(1), b2: Float32Array.of(1, NaN) } }).toThrow("The `h` of `b2` is not finite");
    await step({ h: 1 }).toThrow("`h` must be given by parameter");
    await step({ k: like(1) }).toThrow("No rule here reads `k`");
    await step({ loss: 1 }).toThrow("`trainStep` gives a rule the batch's loss by itself");
    await step([1] as never).toThrow("`trainStep` takes");
    expect(await trainer.checkpoint()).toEqual(before);
    await trainer.dispose();
    const summing = await create(newton({ every: 1 }), { accumulate: 2 });
    await expect(summing.trainStep(batch, { inputs: { h: like(1) } })).rejects.toThrow("Give them to applyGradients");
    await summing.dispose();
    const graph = await create(sgd(), { plan: "graph" });
    await expect(graph.trainStep(batch, { inputs: { h: like(1) } })).rejects.toThrow("No rule here reads `h`");
    await graph.dispose();
    const estimating = await create(newton(), { hutchinson: 1 });
    await expect(estimating.trainStep(batch, { inputs: { h: like(1) } })).rejects.toThrow(
      "The trainer estimates `h` by itself",
    );
    await estimating.dispose();
  });

  test.each<[Partial<TrainerOptions>, Configured, string]>([
    [{ hutchinson: 0 }, adahessian(), "`hutchinson` must be a whole number of directions"],
    [{ hutchinson: 1 }, sgd(), "no rule of `optimizer` reads `h`"],
    [{ hutchinson: 1, accumulate: 2 }, adahessian(), "Leave out `accumulate`"],
    [{ hutchinson: 1, rows: ["w1"] }, adahessian(), "Leave out `rows`"],
    [{ hutchinson: 1, seed: -1 }, adahessian(), "`seed` must be a whole number, 0 or above"],
  ])("%o is refused", async (options, optimizer, why) => {
    await expect(create(optimizer, options)).rejects.toThrow(why);
  });

  test("SAM around a rule that reads the curvature: where the gradient is, in the last phase", async () => {
    const trainer = await create(sam(adahessian({ lr: 0.05 })), { hutchinson: 1 });
    const before = await trainer.evalStep(batch);
    for (let t = 0; t < 5; t++) await trainer.trainStep(batch);
    expect((await trainer.evalStep(batch)).loss).toBeLessThan(before.loss);
    await trainer.dispose();
  });
});

describe("products with the Hessian", () => {
  const flat = (all: Readonly<Record<string, Float32Array>>): number[] => Object.values(all).flatMap((x) => [...x]);
  /** Within single precision of the largest number. */
  const near = (found: readonly number[], wanted: readonly number[]): void => {
    const size = Math.max(...wanted.map(Math.abs));
    expect(found.length).toBe(wanted.length);
    for (const [i, x] of found.entries()) expect(Math.abs(x - wanted[i]!)).toBeLessThan(2e-6 * size);
  };

  test.each([false, true])("are those of PyTorch's whole Hessian; in a worker: %s", async (worker) => {
    const trainer = await create(sgd(), { worker });
    const weights = await trainer.weights();
    let count = 0;
    const vector = Object.fromEntries(
      Object.entries(weights).map(([name, w]) => [name, w.map(() => Math.sin(0.7 * count++))]),
    );
    near(flat(await trainer.hessianProduct(batch, vector)), golden.hessian.product);
    expect(await trainer.weights()).toEqual(weights);
    await trainer.dispose();
  });

  test("give `curvature` the trace, the diagonal and the largest eigenvalue", async () => {
    const trainer = await create(sgd());
    const found = await curvature(await trainer.weights(), (v) => trainer.hessianProduct(batch, v), {
      samples: 200,
      iterations: 300,
      tolerance: 1e-7,
    });
    expect(found.converged).toBe(true);
    expect(found.largest / golden.hessian.largest).toBeCloseTo(1, 4);
    expect(Math.abs(found.trace - golden.hessian.trace)).toBeLessThan(4 * found.traceError);
    const [diagonal, wanted] = [flat(found.diagonal), golden.hessian.diagonal];
    const apart = Math.hypot(...diagonal.map((x, i) => x - wanted[i]!));
    expect(apart).toBeLessThan(0.2 * Math.hypot(...wanted)); // 200 samples
    await trainer.dispose();
  });

  test("need a number for every number that is trained", async () => {
    const trainer = await create(sgd());
    const { w1, ...rest } = await trainer.weights();
    await expect(trainer.hessianProduct(batch, rest)).rejects.toThrow(
      "The vector of `w1` must be a Float32Array; got undefined",
    );
    await expect(trainer.hessianProduct(batch, { ...rest, w1: w1!.slice(1) })).rejects.toThrow(
      "The vector of `w1` has 11 numbers for 12 parameters",
    );
    await expect(trainer.hessianProduct(batch, { ...rest, w1: w1!, w3: w1! })).rejects.toThrow("w3");
    await trainer.dispose();
  });
});
