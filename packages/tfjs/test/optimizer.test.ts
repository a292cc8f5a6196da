import { adam, adamw, radam } from "@descent/adam";
import { reference } from "@descent/conformance";
import {
  type Configured,
  decodeState,
  encodeState,
  freeze,
  OptimizerError,
  partition,
  rule,
  schedule,
} from "@descent/core";
import { apply, constant, type Macro } from "@descent/core/graph";
import { heNormal, initialize, zeros } from "@descent/initializers";
import { cosine } from "@descent/schedules";
import { momentum, sgd } from "@descent/sgd";
import { beforeAll, describe, expect, test } from "vitest";
import { type DescentOptimizer, initializeModel, optimizer, registerAll } from "../src/index.ts";
import { parameterOf } from "../src/variables/parameters.ts";
import { tf, use } from "./backends.ts";
import { normal } from "./numbers.ts";
import { batch, compile, load, network, save, train, weights } from "./scenarios.ts";

beforeAll(() => use("cpu"));

const variable = (name: string, shape: number[] = [2]): tf.Variable =>
  tf.tidy(() => tf.variable(tf.zeros(shape), true, name));
const ones = (...variables: tf.Variable[]): { name: string; tensor: tf.Tensor }[] =>
  variables.map((v) => ({ name: v.name, tensor: tf.ones(v.shape) }));
const value = (v: tf.Variable): number => v.dataSync()[0]!;
const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(OptimizerError);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
};

describe("learning rates", () => {
  test("a schedule is followed, and is where the steps are", () => {
    const w = variable("scheduled");
    const opt = optimizer(sgd({ lr: cosine({ from: 1, over: 4 }) }));
    const rates = Array.from({ length: 5 }, () => {
      const { learningRate } = opt;
      const before = value(w);
      opt.applyGradients(ones(w));
      expect(before - value(w)).toBeCloseTo(learningRate, 6);
      return learningRate;
    });
    expect(rates).toEqual([1, 0.8535534, 0.5, 0.1464466, 0].map((x) => expect.closeTo(x, 6)));
    w.dispose();
  });

  test("a function may change the rate of the batch that begins", async () => {
    const model = network(tf, "rate");
    const opt = optimizer(sgd({ lr: 1 }));
    compile(model, opt);
    const { xs, ys } = batch(tf);
    const seen: number[] = [];
    await model.fit(xs, ys, {
      batchSize: 4,
      epochs: 1,
      verbose: 0,
      callbacks: {
        onBatchBegin: async (i) => opt.setLearningRate(0.1 / (i + 1)),
        onBatchEnd: async () => {
          seen.push(opt.learningRate);
        },
      },
    });
    expect(seen).toEqual([0.1, 0.05]);
  });

  test("groups have rates of their own, before and after their first step", () => {
    const [a, b] = [variable("slow/kernel"), variable("fast/kernel")];
    const opt = optimizer(
      partition({ slow: sgd({ lr: 0.1 }), fast: momentum({ lr: 1 }) }, { slow: /slow/, fast: /fast/ }),
    );
    opt.set({ lr: 0.2 }, "slow");
    opt.applyGradients(ones(a, b));
    expect([value(a), value(b)]).toEqual([expect.closeTo(-0.2, 6), -1]);
    opt.set({ lr: 0 });
    opt.applyGradients(ones(a, b));
    expect([value(a), value(b)]).toEqual([expect.closeTo(-0.2, 6), -1]);
    opt.set({ momentum: 0 });
    expect(opt.inspect().groups.fast!.hyper).toEqual({ lr: 0, momentum: 0 });
    expect(message(() => opt.set({ beta1: 0 }))).toBe(
      "There is no hyper-parameter `beta1` to set; there are `lr`, `momentum`.",
    );
    expect(message(() => opt.set({ lr: 1 }, "quick"))).toContain('no group "quick"; there are `slow`, `fast`');
    expect(message(() => opt.set({ lr: Number.NaN }))).toContain("lr is NaN");
    const [text, wrong]: readonly object[] = [{ lr: "0.1" }, { fuse: false }];
    expect(message(() => opt.set({ ...text }))).toContain("Give it a number, or a schedule");
    expect(message(() => optimizer(sgd(), { ...wrong }))).toContain("`optimizer` has no option `fuse`");
    expect(opt.inspect().groups.slow!.hyper).toEqual({ lr: 0 });
    tf.dispose([a, b]);
  });

  test("a group that gets its first parameter late has the rate it was given before", () => {
    const [a, b] = [variable("early/kernel"), variable("late/kernel")];
    const opt = optimizer(partition({ early: sgd(), late: sgd() }, { early: /early/, late: /late/ }));
    opt.applyGradients(ones(a));
    opt.set({ lr: 0.5 }, "late");
    opt.applyGradients(ones(b));
    expect(value(b)).toBe(-0.5);
    tf.dispose([a, b]);
  });
});

describe("gradients", () => {
  test("a variable without one is left alone, by a list and by a map", () => {
    const [a, b] = [variable("here"), variable("not/here")];
    const opt = optimizer(momentum({ lr: 1, momentum: 0.5 }));
    opt.applyGradients(ones(a, b));
    const nothing = undefined as unknown as tf.Tensor; // what minimize passes where there is no gradient
    opt.applyGradients([...ones(a), { name: b.name, tensor: nothing }]);
    opt.applyGradients({ [a.name]: tf.ones([2]), [b.name]: nothing });
    expect([value(a), value(b)]).toEqual([-4.25, -1]);
    const { parameters } = opt.inspect();
    expect([parameters.here!.t, parameters["not/here"]!.t]).toEqual([3, 1]);
    expect(opt.iterations).toBe(3);
    opt.applyGradients([{ name: b.name, tensor: nothing }]);
    expect(opt.iterations).toBe(3);
    tf.dispose([a, b]);
  });

  test("a list must be of { name, tensor }, once for each variable", () => {
    const a = variable("once");
    const opt = optimizer(sgd());
    const wrong = [1, 2] as never;
    expect(message(() => opt.applyGradients(wrong))).toBe(
      "applyGradients takes a list of { name, tensor }, by the names of variables; one entry is 1.",
    );
    expect(message(() => opt.applyGradients([...ones(a), ...ones(a)]))).toBe(
      "There are two gradients for `once`. Add them up, and give one.",
    );
    expect(message(() => optimizer(sgd(), { fused: "no" as never }))).toContain("Give it true or false.");
    expect(opt.iterations).toBe(0);
    tf.dispose(a);
  });

  test("mistakes are told by name, and change nothing", () => {
    const a = variable("a/kernel", [2, 3]);
    const opt = optimizer(adam());
    opt.applyGradients(ones(a));
    const before = a.dataSync().slice();
    expect(message(() => opt.applyGradients([{ name: "a/kernel", tensor: tf.ones([3, 2]) }]))).toBe(
      "`a/kernel` has shape [2,3] but its gradient has shape [3,2].",
    );
    expect(message(() => opt.applyGradients([{ name: "b/kernel", tensor: tf.ones([2]) }]))).toContain(
      'no variable named "b/kernel"',
    );
    expect(a.dataSync()).toEqual(before);
    expect(opt.step).toBe(1);
    const words = tf.tensor(Array(6).fill("word"), [2, 3]);
    expect(message(() => opt.applyGradients([{ name: "a/kernel", tensor: words }]))).toContain("holds string values");
    a.dispose();
    const whole = tf.tidy(() => tf.variable(tf.zeros([2], "int32"), true, "whole"));
    expect(message(() => opt.applyGradients([{ name: "whole", tensor: tf.ones([2]) }]))).toContain("`whole` is int32");
    whole.dispose();
  });

  test("a group that no variable is in is an error, and changes nothing", () => {
    const [a, b] = [variable("one/kernel"), variable("two/kernel")];
    for (const [rule, why] of [
      [freeze(sgd(), "two/kernal"), 'freeze: "two/kernal" selects nothing; there are'],
      [partition({ x: sgd(), rest: sgd() }, { x: /three/ }), "partition, group `x`: /three/ selects nothing"],
    ] as const) {
      const opt = optimizer(rule);
      for (let i = 0; i < 2; i++) expect(message(() => opt.applyGradients(ones(a, b)))).toContain(why);
      expect([opt.iterations, value(a), opt.inspect().parameters]).toEqual([0, 0, {}]);
    }
    const late = optimizer(freeze(sgd({ lr: 1 }), "two/kernel"));
    late.applyGradients(ones(a)); // there is such a variable, though it has had no gradient
    expect(value(a)).toBe(-1);
    tf.dispose([a, b]);
  });

  test("a parameter of no group is named, and joins nothing", () => {
    const [a, b] = [variable("one/kernel"), variable("two/kernel")];
    const opt = optimizer(partition({ x: sgd() }, { x: /one/ }));
    for (let i = 0; i < 2; i++)
      expect(message(() => opt.applyGradients(ones(a, b)))).toContain("`two/kernel` belong to no group");
    opt.applyGradients(ones(a));
    expect(Object.keys(opt.inspect().parameters)).toEqual(["one/kernel"]);
    tf.dispose([a, b]);
  });
});

describe("what names say", () => {
  const described = (layer: tf.layers.Layer, ...inputs: number[]): Record<string, unknown> => {
    layer.apply(tf.input({ shape: inputs }));
    return Object.fromEntries(
      layer.trainableWeights.map((w) => {
        const { name, role, axes } = parameterOf(w.read() as tf.Variable); // a layer's weight reads as the variable itself
        return [name.split("/").at(-1), [role, ...(axes ? [axes] : [])]];
      }),
    );
  };
  const inOut = { in: [0], out: [1] };
  test("dense, recurrent and embedding layers", () => {
    expect(described(tf.layers.dense({ units: 3, name: "any" }), 4)).toEqual({
      kernel: ["kernel", inOut],
      bias: ["bias"],
    });
    expect(described(tf.layers.lstm({ units: 3 }), 5, 4)).toEqual({
      kernel: ["kernel", inOut],
      recurrent_kernel: ["kernel", inOut],
      bias: ["bias"],
    });
    expect(described(tf.layers.embedding({ inputDim: 9, outputDim: 4 }), 5)).toEqual({ embeddings: ["embedding"] });
  });
  test("convolutions under the names tfjs gives them, and not under others, which may be transposed", () => {
    const options = { filters: 5, kernelSize: 3 };
    const kernel = (layer: tf.layers.Layer, ...inputs: number[]): unknown => described(layer, ...inputs).kernel;
    expect(kernel(tf.layers.conv1d(options), 9, 2)).toEqual(["kernel", { in: [1], out: [2] }]);
    expect(kernel(tf.layers.conv2d(options), 9, 9, 2)).toEqual(["kernel", { in: [2], out: [3] }]);
    expect(kernel(tf.layers.conv3d(options), 9, 9, 9, 2)).toEqual(["kernel", { in: [3], out: [4] }]);
    expect(kernel(tf.layers.conv2dTranspose(options), 9, 9, 2)).toEqual(["kernel", { in: [3], out: [2] }]);
    expect(kernel(tf.layers.conv2d({ ...options, name: "conv1" }), 9, 9, 2)).toEqual(["kernel"]);
    expect(kernel(tf.layers.conv2dTranspose({ ...options, name: "up1" }), 9, 9, 2)).toEqual(["kernel"]);
    expect(described(tf.layers.separableConv2d({ ...options, name: "sep" }), 9, 9, 2)).toEqual({
      depthwise_kernel: ["kernel", { in: [], out: [3], batch: [2] }],
      pointwise_kernel: ["kernel", { in: [2], out: [3] }],
      bias: ["bias"],
    });
  });
  test("normalisation; a second variable of a name; nothing of a variable made by hand", () => {
    expect(described(tf.layers.batchNormalization(), 4)).toEqual({ gamma: ["norm"], beta: ["norm"] });
    expect(described(tf.layers.layerNormalization(), 4)).toEqual({ gamma: ["norm"], beta: ["norm"] });
    const [a, b] = [variable("x/bias_3"), variable("bias")];
    expect(parameterOf(a)).toEqual({ name: "x/bias_3", shape: [2], role: "bias" });
    expect(parameterOf(b)).toEqual({ name: "bias", shape: [2] });
    expect(parameterOf(b, () => ({ role: "norm", axes: inOut }))).toEqual({
      name: "bias",
      shape: [2],
      role: "norm",
      axes: inOut,
    });
    tf.dispose([a, b]);
  });
  test("biases do not decay, unless they are asked to", () => {
    const run = (configured: Configured): number[] => {
      const [kernel, bias] = ["d/kernel", "d/bias"].map((name) => tf.tidy(() => tf.variable(tf.ones([2]), true, name)));
      const opt = optimizer(configured);
      opt.applyGradients([kernel!, bias!].map((v) => ({ name: v.name, tensor: tf.zeros([2]) })));
      const out = [value(kernel!), value(bias!)];
      expect(Object.values(opt.inspect().parameters).map((p) => p.decays)).toEqual(out.map((x) => x < 1));
      tf.dispose([kernel!, bias!]);
      return out;
    };
    expect(run(adamw({ lr: 0.1, weightDecay: 1 }))).toEqual([expect.closeTo(0.9, 6), 1]);
    expect(run(adamw({ lr: 0.1, weightDecay: 1, decays: () => true }))).toEqual(
      [0.9, 0.9].map((x) => expect.closeTo(x, 6)),
    );
  });
});

describe("saved models", () => {
  test("carry schedules, rates as they were set, and who decays", async () => {
    const model = network(tf, "kept");
    const opt = optimizer(adamw({ lr: schedule("0.1 * 0.9 ^ step"), beta1: 0.8, decays: (p) => /out/.test(p.name) }));
    compile(model, opt);
    await train(tf, model, 0, 2);
    opt.set({ beta2: 0.99 });
    const saved = await save(tf, model);
    const again = (await load(tf, saved)).optimizer as DescentOptimizer;
    expect(again.learningRate).toBeCloseTo(0.1 * 0.9 ** 2, 12);
    const second = await load(tf, saved);
    await train(tf, second, 2, 3);
    const { groups, parameters } = (second.optimizer as DescentOptimizer).inspect();
    expect(groups[""]!.hyper).toMatchObject({ beta1: 0.8, beta2: 0.99, weightDecay: 0.01 });
    for (const [name, { decays, t }] of Object.entries(parameters)) expect([decays, t]).toEqual([/out/.test(name), 3]);
    await train(tf, model, 2, 3);
    expect(await weights(second)).toEqual(await weights(model));
  });

  test("keep what was said of variables whose names say nothing", async () => {
    const model = network(tf, "said");
    const parameter = (v: tf.Variable) => (/hidden\/kernel/.test(v.name) ? ({ role: "norm" } as const) : undefined);
    compile(model, optimizer(adamw(), { parameter }));
    await train(tf, model, 0, 1);
    const second = await load(tf, await save(tf, model));
    await train(tf, second, 1, 2);
    const { parameters } = (second.optimizer as DescentOptimizer).inspect();
    for (const [name, { decays }] of Object.entries(parameters))
      expect(decays, name).toBe(/kernel/.test(name) && !/hidden/.test(name));
  });

  test("refuse a schedule that is a function, by its name", async () => {
    const model = network(tf, "refused");
    compile(model, optimizer(adam({ lr: (step) => 1 / (step + 1) })));
    await expect(save(tf, model)).rejects.toThrow(
      "Adam: the schedule of lr is a plain function, which cannot be saved",
    );
  });

  test("need the code of macros handed in", async () => {
    const double: Macro = (_, x) => apply("mul", constant(2), x!);
    const doubled = rule({
      id: "doubled",
      title: "Doubled",
      paper: "",
      hyper: { lr: 0.1 },
      state: {},
      macros: { double },
      update: { p: "p - lr * double(g)" },
    });
    const model = network(tf, "macro");
    compile(model, optimizer(doubled()));
    await train(tf, model, 0, 1);
    const saved = await save(tf, model);
    await expect(load(tf, saved)).rejects.toThrow(
      /Doubled uses `double`, which is code.*registerAll\(tf, \{ rules: \[… \] \}\)/,
    );
    registerAll(tf, { rules: [doubled] });
    const second = await load(tf, saved);
    expect(await train(tf, second, 1, 3)).toBe(await train(tf, model, 1, 3));
  });

  test("can be saved again before a step", async () => {
    const model = network(tf, "twice");
    compile(model, optimizer(freeze(radam(), /hidden\/kernel/)));
    await train(tf, model, 0, 3);
    const once = await load(tf, await save(tf, model));
    const twice = await load(tf, await save(tf, once));
    expect(await train(tf, twice, 3, 6)).toBe(await train(tf, model, 3, 6));
    expect(await weights(twice)).toEqual(await weights(model));
  });

  test("say that a layer which is thawed after loading needs the function that chose groups", async () => {
    const model = network(tf, "thaw");
    model.layers[0]!.trainable = false;
    const groups = partition({ a: sgd(), b: adam() }, (p) => (p.role === "bias" ? "a" : "b"));
    compile(model, optimizer(groups));
    await train(tf, model, 0, 1);
    const second = await load(tf, await save(tf, model));
    second.layers[0]!.trainable = true;
    second.compile({ optimizer: second.optimizer, loss: "categoricalCrossentropy" });
    await expect(train(tf, second, 1, 2)).rejects.toThrow(/`thaw_conv\/.*was not trained when the model was saved/);
    const state = await (second.optimizer as DescentOptimizer).state();
    const anew = optimizer(groups);
    compile(second, anew);
    anew.load(state, { strict: false });
    await train(tf, second, 1, 2);
    expect(anew.inspect().step).toBe(2);
  });

  test("a layer frozen while saving and thawed later starts where a new parameter does", async () => {
    const model = network(tf, "melt");
    model.layers[0]!.trainable = false;
    compile(model, optimizer(radam()));
    await train(tf, model, 0, 2);
    const second = await load(tf, await save(tf, model));
    second.layers[0]!.trainable = true;
    second.compile({ optimizer: second.optimizer, loss: "categoricalCrossentropy" });
    await train(tf, second, 2, 3);
    const { parameters } = (second.optimizer as DescentOptimizer).inspect();
    for (const [name, { t }] of Object.entries(parameters)) expect(t, name).toBe(/conv/.test(name) ? 1 : 3);
  });

  test("a layer that is thawed after loading takes up its state, while the others' steps go on", async () => {
    const model = network(tf, "later");
    compile(model, optimizer(radam()));
    await train(tf, model, 0, 2);
    model.layers[0]!.trainable = false;
    compile(model, model.optimizer as DescentOptimizer);
    await train(tf, model, 2, 3);
    const second = await load(tf, await save(tf, model));
    second.layers[0]!.trainable = false;
    compile(second, second.optimizer as DescentOptimizer);
    await train(tf, second, 3, 5);
    for (const thawed of [model, second]) thawed.layers[0]!.trainable = true;
    await train(tf, model, 3, 3);
    compile(second, second.optimizer as DescentOptimizer);
    await train(tf, second, 5, 6);
    const { step, parameters } = (second.optimizer as DescentOptimizer).inspect();
    expect(step).toBe(6);
    for (const [name, { t }] of Object.entries(parameters)) expect(t, name).toBe(/conv/.test(name) ? 3 : 6);
  });

  test("of another optimizer are refused", async () => {
    const w = variable("w/kernel", [2, 3]);
    const opt = optimizer(adam());
    opt.applyGradients(ones(w));
    await expect(opt.setWeights([{ name: "iter", tensor: tf.scalar(3, "int32") }])).rejects.toThrow(
      "not a Descent optimizer's",
    );
    const stranger = optimizer(radam());
    await stranger.setWeights(await opt.getWeights());
    const same = variable("w/kernel_1", [2, 3]);
    for (let i = 0; i < 2; i++)
      expect(message(() => stranger.applyGradients(ones(same)))).toContain("was trained by adam and now has radam");
    tf.dispose([w, same]);
  });
});

describe("states", () => {
  const starts = { "a/kernel": [2, 3], "a/bias": [3] };
  const data = Object.fromEntries(
    Object.entries(starts).map(([name, shape], i) => [name, { shape, data: normal(shape, i + 1) }]),
  );
  const variables = (): tf.Variable[] =>
    Object.entries(data).map(([name, { shape, data }]) =>
      tf.tidy(() => tf.variable(tf.tensor(data.slice(), shape), true, name)),
    );

  test("have the keys of every adapter: one saved on typed arrays goes on here, and the other way", async () => {
    const configured = (): Configured => radam({ lr: 0.1 });
    // TensorFlow.js's dense kernels are [in, out].
    const known = { ...data, "a/kernel": { ...data["a/kernel"]!, axes: { in: [0], out: [1] } } };
    const session = await reference.start(known, configured());
    const gradients = Object.fromEntries(Object.entries(data).map(([name, d]) => [name, d.data]));
    for (let i = 0; i < 6; i++) await session.update(gradients);
    const vars = variables();
    const opt = optimizer(configured());
    const given = vars.map((v) => ({ name: v.name, tensor: tf.tensor(gradients[v.name]!, v.shape) }));
    for (let i = 0; i < 4; i++) opt.applyGradients(given);
    const here = decodeState(encodeState(await opt.state()));
    expect(Object.keys(here.tensors).sort()).toEqual(["m/a/bias", "m/a/kernel", "v/a/bias", "v/a/kernel"]);

    const there = await reference.start(known, configured());
    await there.load(here);
    const back = optimizer(configured());
    expect(back.load(await there.state()).loaded).toEqual(["a/kernel", "a/bias"]);
    for (let i = 0; i < 2; i++) back.applyGradients(given);
    expect(back.step).toBe(6);
    for (const v of vars) {
      const wanted = await session.read(v.name);
      expect([...v.dataSync()]).toEqual([...wanted].map((x) => expect.closeTo(x, 6)));
    }
    expect((await back.state()).meta).toEqual((await session.state()).meta);
    tf.dispose(vars);
  });

  test("are strict about names, and partial on request", async () => {
    const vars = variables();
    const opt = optimizer(adam());
    opt.applyGradients(ones(...vars));
    const state = await opt.state();
    vars[1]!.dispose();
    const other = optimizer(adam());
    expect(message(() => other.load(state))).toContain("it has `a/bias`, which this optimizer does not train");
    const report = other.load(state, { strict: false });
    expect([report.loaded, report.unexpected]).toEqual([["a/kernel"], ["a/bias"]]);
    expect(other.step).toBe(1);
    vars[0]!.dispose();
  });

  test("and weights may be put back into the optimizer they came from", async () => {
    const vars = variables();
    const opt = optimizer(radam());
    for (let i = 0; i < 2; i++) opt.applyGradients(ones(...vars));
    const kept = await opt.getWeights();
    const wanted = await opt.state();
    for (let i = 0; i < 3; i++) opt.applyGradients(ones(...vars));
    for (let again = 0; again < 2; again++) {
      await opt.setWeights(again === 0 ? kept : await opt.getWeights());
      expect(opt.step).toBe(2);
      const { names } = JSON.parse(String(opt.getConfig().descent)) as { names: string[] };
      expect(names).toEqual(["a/kernel", "a/bias"]);
      expect(await opt.state()).toEqual(wanted);
    }
    opt.applyGradients(ones(...vars));
    await opt.setWeights(await opt.getWeights());
    opt.applyGradients(ones(...vars));
    expect(Object.values(opt.inspect().parameters).map(({ t }) => t)).toEqual([4, 4]);
    tf.dispose(vars);
  });

  test("are copies", async () => {
    const vars = variables();
    const opt = optimizer(adam());
    opt.applyGradients(ones(...vars));
    const before = encodeState(await opt.state());
    for (const { data } of Object.values((await opt.state()).tensors)) data.fill(7);
    expect(encodeState(await opt.state())).toEqual(before);
    tf.dispose(vars);
  });

  test("that are loaded replace weights that were waiting for their variables", async () => {
    const vars = variables();
    const first = optimizer(adam());
    for (let i = 0; i < 4; i++) first.applyGradients(ones(...vars));
    const opt = optimizer(adam());
    await opt.setWeights(await first.getWeights());
    const state = await first.state();
    const { "a/kernel": kernel } = state.meta.parameters;
    opt.load({ ...state, meta: { ...state.meta, parameters: { "a/kernel": kernel! } } }, { strict: false });
    opt.applyGradients(ones(...vars));
    expect(Object.values(opt.inspect().parameters).map(({ t }) => t)).toEqual([5, 1]);
    tf.dispose(vars);
  });

  test("refuses a step and its state after dispose; a second dispose does nothing", async () => {
    const w = variable("gone");
    const opt = optimizer(adam());
    opt.applyGradients(ones(w));
    opt.dispose();
    opt.dispose();
    await expect(opt.state()).rejects.toThrow("disposed");
    expect(message(() => opt.applyGradients(ones(w)))).toContain("disposed");
    w.dispose();
  });
});

test("a model starts from the numbers of an initializer of one's own", () => {
  const model = network(tf, "init");
  const describe = (v: tf.Variable) => (v.shape.length === 4 ? { axes: { in: [2], out: [3] } } : undefined);
  const start = (p: Parameters<typeof initialize>[0]) => initialize(p, p.role === "bias" ? zeros() : heNormal(), 7);
  initializeModel(model, start, describe);
  const [kernel, bias] = model.layers[0]!.getWeights();
  const parameter = {
    name: "init_conv/kernel",
    shape: [3, 3, 1, 3],
    role: "kernel",
    axes: { in: [2], out: [3] },
  } as const;
  expect(kernel!.dataSync()).toEqual(initialize(parameter, heNormal(), 7));
  expect([...bias!.dataSync()]).toEqual([0, 0, 0]);
  initializeModel(model, ({ name }) => (name.endsWith("hidden/bias") ? [1, 2, 3, 4, 5] : undefined));
  expect([...model.layers[3]!.getWeights()[1]!.dataSync()]).toEqual([1, 2, 3, 4, 5]);
  expect(message(() => initializeModel(model, () => [1]))).toContain(
    "`init_conv/kernel` of shape [3,3,1,3] needs 27 numbers; got 1",
  );
  expect(
    message(() => initializeModel(model, ({ shape }) => Array(tf.util.sizeFromShape([...shape])).fill(NaN))),
  ).toContain("needs finite numbers; got NaN");
  expect(message(() => initializeModel(model, () => "" as never))).toContain('needs 27 numbers; got ""');
});
