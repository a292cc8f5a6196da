import { adam } from "@descent/adam";
import { decodeModel, encodeModel, exportModel, Graph, meanSquared, OnnxError } from "@descent/onnx";
import type { TensorType } from "@descent/onnx/graph";
import type { Constant } from "@descent/onnx/proto";
import { sgd } from "@descent/sgd";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint, Trainer, type TrainerOptions } from "../src/index.ts";
import { dropping, perceptron } from "./graphs.ts";
import { batchOf, fixture, model, train } from "./models.ts";

const ones = (...dims: readonly number[]): Constant => ({
  elem: "float32",
  dims,
  data: new Float32Array(dims.reduce((n, d) => n * d, 1)).fill(1),
});

/** `x` times a weight, then whatever `build` makes of it, which is the output. */
function scaled(build: (g: Graph, h: string) => string, type: Partial<TensorType> = {}): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 2], ...type });
  g.initializer("w", ones(1));
  const [h = ""] = g.op("Mul", ["x", "w"]);
  g.output(build(g, h));
  return exportModel(g);
}
const make = (bytes: Uint8Array, options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create(bytes, { optimizer: adam(), loss: meanSquared(), ...options });

describe("a model that cannot be trained is an error that says why, and what to do", () => {
  test.each<readonly [why: string, bytes: () => Uint8Array, message: RegExp | string]>([
    [
      "without weights",
      () => {
        const g = new Graph();
        g.input("x", { elem: "float32", shape: [2] });
        g.output(g.op("Relu", ["x"])[0]!);
        return exportModel(g);
      },
      "The model has no floating-point weights, so there is nothing to train. Was it exported with its parameters?",
    ],
    [
      "with an operator that has no gradient",
      () => scaled((g, h) => g.op("Unique", [h])[0]!),
      /Unique `.*`.*has no gradient.*Freeze the weights before it by leaving them out of `trainable`, or give its gradient with `gradients`/,
    ],
    [
      "with an operator of somebody's own",
      () =>
        scaled((g, h) => {
          g.domains.set("com.acme", 1);
          const [y = ""] = g.op("Warp", [h], {}, 1, "com.acme");
          g.setType(y, { elem: "float32", shape: ["batch", 2] });
          return y;
        }),
      /com\.acme\.Warp `.*` has no gradient/,
    ],
    [
      "with a weight that the loss cannot feel",
      () => scaled((g, h) => g.op("Round", [h])[0]!),
      /The loss does not depend on `w`.*Gradients end at Round .*Leave them out of `trainable`/,
    ],
    [
      "of unknown rank",
      () => scaled((g, h) => g.op("Softmax", [h], { axis: 1 })[0]!, { shape: undefined }),
      /The rank of `.*is not known\. Give the shapes of the inputs with `shapes`/,
    ],
    [
      "that ONNX Runtime does not take either",
      () => {
        const model = decodeModel(scaled((g, h) => g.op("Identity", [h])[0]!));
        const wrong = { opType: "Add", name: "wrong", input: ["x", "three"], output: ["wrong"] };
        const three = { name: "three", dims: [3], dataType: 1, floatData: Float32Array.of(1, 2, 3) };
        const { node = [], initializer = [], output = [] } = model.graph ?? {};
        const graph = { ...model.graph, node: [...node, wrong], initializer: [...initializer, three] };
        return encodeModel({ ...model, graph: { ...graph, output: [...output, { name: "wrong" }] } });
      },
      /Add `wrong` cannot broadcast .* ONNX Runtime refuses this file as well: .*Incompatible dimensions/,
    ],
    [
      "with quantized weights",
      () =>
        scaled((g, h) => {
          g.initializer("q", { elem: "int8", dims: [2, 2], data: Int8Array.of(1, 2, 3, 4) });
          g.initializer("scale", ones());
          return g.op("MatMul", [h, g.op("DequantizeLinear", ["q", "scale"])[0]!])[0]!;
        }),
      "`q` is quantized, and integers cannot be trained. Train the model it was quantized from, or name the other weights in `trainable`.",
    ],
    [
      "in double precision",
      () => {
        const g = new Graph();
        g.input("x", { elem: "float64", shape: [2] });
        g.initializer("w", { elem: "float64", dims: [2], data: new Float64Array(2) });
        g.output(g.op("Mul", ["x", "w"])[0]!);
        return exportModel(g);
      },
      "`w` is float64, and weights are trained in float32, from float32, float16 or bfloat16. Convert the model, or leave such weights out of `trainable`.",
    ],
    ["that is cut off", () => model("lenet").subarray(0, 1000), /byte/],
  ])("%s", async (_, bytes, message) => {
    const failing = make(bytes());
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(Error);
  });

  test("weights that are named are trained beside quantized ones, also where none would be by default", async () => {
    const bytes = scaled((g, h) => {
      g.initializer("q", { elem: "int8", dims: [2, 2], data: Int8Array.of(1, 2, 3, 4) });
      const [x8 = "", scale = "", zero = ""] = g.op("DynamicQuantizeLinear", [h], {}, 3);
      const [whole = ""] = g.op("MatMulInteger", [x8, "q", zero]);
      return g.op("Mul", [g.op("Cast", [whole], { to: "float32" })[0]!, scale])[0]!;
    });
    // As ONNX Runtime's quantizer writes it: nothing says which tensors are weights.
    const model = encodeModel({ ...decodeModel(bytes), producerName: "onnx.quantize" });
    await expect(make(model)).rejects.toThrow(/`q` is quantized/);
    const trainer = await make(model, {
      trainable: ["w"],
      loss: (g, [y = ""]) => g.op("ReduceSum", [y], { keepdims: 0 })[0]!,
    });
    const { gradients } = await trainer.gradients({ x: [1, 10] });
    // Straight through: the rows of q sum to 3 and 7.
    expect(gradients.w![0]).toBeCloseTo(1 * (1 + 2) + 10 * (3 + 4), 4);
    await trainer.dispose();
  });

  test("and what can be done is done: shapes, a choice of weights, gradients of one's own", async () => {
    const batch = { x: [1, 2, 3, 4], labels: [1, 1, 1, 1] };
    const ranked = await make(
      scaled((g, h) => g.op("Softmax", [h], { axis: 1 })[0]!, { shape: undefined }),
      { shapes: { x: ["batch", 2] } },
    );
    expect((await ranked.trainStep(batch)).outputs).toHaveProperty("Softmax_0.dims", [2, 2]);

    const base = (g: Graph, h: string): string => {
      g.initializer("q", { elem: "int8", dims: [2, 2], data: Int8Array.of(1, 2, 3, 4) });
      g.initializer("scale", ones());
      return g.op("MatMul", [h, g.op("DequantizeLinear", ["q", "scale"])[0]!])[0]!;
    };
    const frozen = await make(scaled(base), { trainable: ["w"] });
    expect((await frozen.trainStep(batch)).updated).toBe(true);
    expect(Object.keys(await frozen.weights())).toEqual(["w"]);

    // rounding trained straight through, as for a network that will be quantized
    const rounded = await make(
      scaled((g, h) => g.op("Round", [h])[0]!),
      { gradients: { Round: (_, __, [d]) => [d] } },
    );
    const { gradients } = await rounded.gradients(batch);
    expect([...gradients.w!]).toEqual([(2 * (0 * 1 + 1 * 2 + 2 * 3 + 3 * 4)) / 4]); // d/dw mean (wx − 1)² at w = 1

    const aside = await make(
      scaled((g, h) => {
        g.initializer("u", ones(1));
        g.output(g.op("Mul", ["x", "u"])[0]!);
        return h;
      }),
      { loss: meanSquared({ from: "Mul_0" }), unreached: "zeros" },
    );
    expect((await aside.gradients(batch)).gradients).toMatchObject({ u: Float32Array.of(0) });
    for (const t of [ranked, frozen, rounded, aside]) await t.dispose();
  });

  test("an error of the model is an OnnxError, which the trainer's own are not", async () => {
    await expect(make(scaled((g, h) => g.op("Unique", [h])[0]!))).rejects.toThrow(OnnxError);
  });
});

describe("outputs", () => {
  test("of steps are those asked for, of predict all", async () => {
    const bytes = scaled((g, h) => {
      g.op("Exp", [h], {}, ["large"]);
      g.output("large");
      return h;
    });
    const trainer = await make(bytes, { outputs: [], loss: meanSquared({ from: "Mul_0" }) });
    const batch = { x: [1, 2], labels: [1, 1] };
    expect((await trainer.trainStep(batch)).outputs).toEqual({});
    expect((await trainer.evalStep(batch)).outputs).toEqual({});
    expect(Object.keys(await trainer.predict({ x: [1, 2] })).sort()).toEqual(["Mul_0", "large"]);
    await expect(make(bytes, { outputs: ["none"] })).rejects.toThrow("`outputs` names `none`");
    await trainer.dispose();
  });
});

describe("Dropout", () => {
  const x = Float32Array.from({ length: 10_000 }, (_, i) => 1 + (i % 7));
  const drop = (options: Partial<TrainerOptions> = {}, ratio = 0.3): Promise<Trainer> =>
    Trainer.create(dropping(ratio), { optimizer: sgd({ lr: 0 }), ...options });
  const dropped = async (trainer: Trainer): Promise<Float32Array> =>
    (await trainer.trainStep({ x })).outputs.dropped!.data as Float32Array; // a float32 output

  test("drops its share, scales the rest, and has the gradient of just that", async () => {
    const trainer = await drop();
    const { outputs, gradients, loss } = await trainer.gradients({ x });
    const y = outputs.dropped!.data as Float32Array; // a float32 output
    const zeros = y.filter((v) => v === 0).length;
    expect(Math.abs(zeros / x.length - 0.3)).toBeLessThan(0.02); // four standard deviations of 0.0046
    y.forEach((v, i) => {
      if (v !== 0) expect(v).toBeCloseTo(x[i]! / 0.7, 4);
    });
    expect(gradients.w![0]).toBeCloseTo(loss, 4); // d/dw mean(w · x · mask) at w = 1
    // and drops without a pattern: neighbours, and places a power of two apart, are dropped independently
    for (const gap of [1, 2, 64, 1024]) {
      const both = y.filter((v, i) => v === 0 && y[(i + gap) % y.length] === 0).length;
      expect(Math.abs(both / x.length - 0.09)).toBeLessThan(0.012); // four standard deviations of 0.003
    }
    await trainer.dispose();
  });

  test("draws new numbers for every step, the same from the same seed, others from another", async () => {
    const [a, b, c] = [await drop(), await drop(), await drop({ seed: 1 })];
    const [first, second] = [await dropped(a), await dropped(a)];
    expect(second).not.toEqual(first);
    expect([await dropped(b), await dropped(b)]).toEqual([first, second]);
    expect(await dropped(c)).not.toEqual(first);
    for (const t of [a, b, c]) await t.dispose();
  });

  test("drops the same on both plans, in a worker, on WebAssembly and from a saved graph", async () => {
    const here = await drop();
    const expected = await dropped(here);
    const others = [
      await drop({ plan: "graph" }),
      await drop({ worker: true, runtime: "onnxruntime-web", executionProviders: ["wasm"] }),
      await Trainer.open(await here.trainingGraph(), { optimizer: sgd({ lr: 0 }) }),
    ];
    for (const other of others) {
      expect(await dropped(other)).toEqual(expected);
      await other.dispose();
    }
    await here.dispose();
  });

  test.each(["host", "graph"] as const)(
    "resumes exactly, also between two batches of one update (%s)",
    async (plan) => {
      const options = { plan, accumulate: 2, optimizer: adam() };
      const whole = await drop(options);
      for (let i = 0; i < 3; i++) await whole.trainStep({ x });
      const resumed = await drop(options);
      await resumed.load(decodeCheckpoint(encodeCheckpoint(await whole.checkpoint())));
      for (let i = 0; i < 3; i++) expect(await dropped(resumed)).toEqual(await dropped(whole));
      expect(await resumed.checkpoint()).toEqual(await whole.checkpoint());
      // what waited before a load is forgotten
      await resumed.trainStep({ x });
      const fresh = await drop(options);
      await resumed.load(await fresh.checkpoint());
      expect((await resumed.trainStep({ x })).updated).toBe(false);
      for (const t of [whole, resumed, fresh]) await t.dispose();
    },
  );

  test("drops nothing in evaluation, prediction and the exported model", async () => {
    const trainer = await drop();
    const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
    expect((await trainer.evalStep({ x })).loss).toBeCloseTo(mean, 4);
    expect((await trainer.predict({ x })).dropped!.data).toEqual(x);
    const session = await ort.InferenceSession.create(await trainer.exportModel({ inference: true }), {
      logSeverityLevel: 3,
    });
    expect((await session.run({ x: new ort.Tensor("float32", x, [x.length]) })).dropped!.data).toEqual(x);
    await session.release();
    await trainer.dispose();
  });

  test("of all or nothing is left to the runtime", async () => {
    const trainer = await drop({}, 0);
    expect(await dropped(trainer)).toEqual(x);
    await trainer.dispose();
  });

  test("takes a seed that is a whole number", async () => {
    await expect(drop({ seed: 0.5 })).rejects.toThrow(
      "`Trainer.create`: `seed` must be a whole number, 0 or above; got 0.5.",
    );
  });
});

describe("BatchNormalization in training mode", () => {
  test("normalises by the batch, and moves its running statistics by the momentum of the model", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 1] });
    for (const [name, value] of [["scale", 1], ["bias", 0], ["mean", 0.5], ["variance", 2]] as const)
      g.initializer(name, { elem: "float32", dims: [1], data: Float32Array.of(value) }); // biome-ignore format: a table
    const [y = ""] = g.op(
      "BatchNormalization",
      ["x", "scale", "bias", "mean", "variance"],
      { training_mode: 1, momentum: 0.75, epsilon: 1e-5 },
      ["y", "next_mean", "next_variance"],
    );
    g.output(y);
    const trainer = await make(exportModel(g), { optimizer: sgd({ lr: 0 }) });
    expect(trainer.parameters.map((p) => p.name)).toEqual(["scale", "bias"]);
    const batch = { x: [1, 2, 3, 6], labels: [0, 0, 0, 0] };
    const { outputs } = await trainer.trainStep(batch);
    const deviation = Math.sqrt(3.5 + 1e-5); // of 1 2 3 6 about 3, divided by 4
    [1, 2, 3, 6].forEach((v, i) => {
      expect((outputs.y!.data as Float32Array)[i]).toBeCloseTo((v - 3) / deviation, 5);
    });
    const after = await trainer.weights();
    expect(after.mean![0]).toBeCloseTo(0.75 * 0.5 + 0.25 * 3, 5);
    expect(after.variance![0]).toBeCloseTo(0.75 * 2 + 0.25 * 3.5, 5);
    // which evaluation uses and leaves as they are, and an exported model keeps
    const { outputs: evaluated } = await trainer.evalStep(batch);
    const expected = (1 - after.mean![0]!) / Math.sqrt(after.variance![0]! + 1e-5);
    expect((evaluated.y!.data as Float32Array)[0]).toBeCloseTo(expected, 5);
    await trainer.gradients(batch);
    expect(await trainer.weights()).toEqual(after);
    const again = await make(await trainer.exportModel());
    expect(await again.weights()).toEqual(after);
    // a step that is skipped leaves them too
    const skipping = await make(await trainer.exportModel(), { nonFinite: "skip" });
    await skipping.trainStep({ ...batch, labels: [0, 0, 0, Number.NaN] });
    expect(await skipping.weights()).toEqual(after);
    for (const t of [trainer, again, skipping]) await t.dispose();
  });
});

test("16 shapes of batches keep their sessions, more release the one used longest ago", async () => {
  const { runtime, live } = counting();
  const trainer = await Trainer.create(perceptron([1, 1]), { optimizer: adam(), loss: meanSquared(), runtime });
  const before = live();
  const step = (n: number): Promise<unknown> =>
    trainer.trainStep({ x: new Float32Array(n), labels: new Float32Array(n) });
  for (let n = 1; n <= 16; n++) await step(n);
  expect(live() - before).toBe(16);
  for (let n = 17; n <= 20; n++) await step(n);
  expect(live() - before).toBe(16);
  await trainer.dispose();
  expect(live()).toBe(0);
});

test("nothing is left behind by a trainer that could not be made", async () => {
  const { runtime, live } = counting();
  await expect(train("lenet", { runtime, loss: undefined })).rejects.toThrow("Give a `loss`");
  const trainer = await train("lenet", { runtime });
  await trainer.trainStep(batchOf(fixture("lenet")));
  await trainer.evalStep(batchOf(fixture("lenet")));
  await trainer.dispose();
  expect(live()).toBe(0);
});

/** onnxruntime-node with a count of the sessions that were made and not released. */
function counting(): { readonly runtime: NonNullable<TrainerOptions["runtime"]>; readonly live: () => number } {
  let count = 0;
  const runtime = {
    ...ort,
    InferenceSession: {
      async create(bytes: Uint8Array, options?: object) {
        const session = await ort.InferenceSession.create(bytes, options);
        count++;
        const release = session.release.bind(session);
        session.release = async () => {
          count--;
          await release();
        };
        return session;
      },
    },
  };
  return { runtime, live: () => count };
}

describe("sizes that the file leaves open are those of each batch", () => {
  const random = (...dims: readonly number[]): Constant => ({
    ...ones(...dims),
    data: Float32Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(1 + 1.7 * i) / 2),
  });
  /** The mean of squares of the outputs that plain ONNX Runtime computes. */
  const reference = async (bytes: Uint8Array, x: Constant): Promise<number> => {
    const session = await ort.InferenceSession.create(bytes);
    const { y } = await session.run({ x: new ort.Tensor("float32", x.data as Float32Array, x.dims) });
    await session.release();
    const data = y!.data as Float32Array;
    return data.reduce((sum, v) => sum + v * v, 0) / data.length;
  };
  const opened: readonly (readonly [string, () => Uint8Array, readonly (readonly number[])[]])[] = [
    [
      "an LSTM of any length",
      () => {
        const g = new Graph();
        g.input("x", { elem: "float32", shape: ["seq", "batch", 3] });
        g.initializer("w", random(1, 16, 3));
        g.initializer("r", random(1, 16, 4));
        g.initializer("b", random(1, 32));
        g.op("LSTM", ["x", "w", "r", "b"], { hidden_size: 4 }, ["y"]);
        g.output("y");
        return exportModel(g);
      },
      [
        [5, 2, 3],
        [7, 3, 3],
      ],
    ],
    [
      "an interpolation to the size of another map",
      () => {
        const g = new Graph();
        g.input("x", { elem: "float32", shape: ["batch", 3, "height", "width"] });
        g.initializer("a", random(2, 3, 3, 3));
        g.initializer("b", random(2, 2, 3, 3));
        const conv = { pads: [1, 1, 1, 1], strides: [2, 2] };
        const [a = ""] = g.op("Conv", ["x", "a"], conv);
        const [b = ""] = g.op("Conv", [a, "b"], conv);
        const [to = ""] = g.op("Concat", [g.op("Shape", [b], { end: 2 })[0]!, g.op("Shape", [a], { start: 2 })[0]!], {
          axis: 0,
        });
        g.op("Resize", [b, "", "", to], { mode: "linear" }, ["y"]);
        g.output("y");
        return exportModel(g);
      },
      [
        [2, 3, 16, 16],
        [3, 3, 12, 20],
      ],
    ],
  ];
  test.each(opened)("%s", async (_, build, sizes) => {
    const bytes = build();
    const squares = (g: Graph, [y = ""]: readonly string[]): string =>
      g.op("ReduceMean", [g.op("Mul", [y, y])[0]!], { keepdims: 0 })[0]!;
    const trainer = await make(bytes, { loss: squares });
    for (const dims of sizes) {
      const x = random(...dims);
      const before = await reference(await trainer.exportModel(), x);
      const { loss } = await trainer.trainStep({ x: { data: x.data as Float32Array, dims } });
      expect(loss).toBeCloseTo(before, 5);
      expect(await reference(await trainer.exportModel(), x)).toBeLessThan(before);
    }
    await trainer.dispose();
  });
});
