import { adam, adamw, radam } from "@descent/adam";
import { optimizer as arrays } from "@descent/arrays";
import { clipByGlobalNorm, partition } from "@descent/core";
import { heNormal, initialize, layouts, zeros } from "@descent/initializers";
import { sgd } from "@descent/sgd";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type DescentOptimizer, initializeModel, optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";
import { load, save } from "./scenarios.ts";

beforeAll(() => use("cpu"));

const variable = (name: string, ...values: number[]): tf.Variable =>
  tf.tidy(() => tf.variable(tf.tensor1d(values), true, name));
const counts = (opt: DescentOptimizer): Record<string, number> =>
  Object.fromEntries(Object.entries(opt.inspect().parameters).map(([name, { t }]) => [name, t]));
const data = (): { x: tf.Tensor; y: tf.Tensor } =>
  tf.tidy(() => {
    const x = tf.linspace(-1, 1, 128).reshape([32, 4]);
    return { x, y: x.square().sum(1, true) };
  });
const dense = (...units: readonly [name: string | undefined, units: number][]): tf.Sequential =>
  tf.sequential({
    layers: units.map(([name, units], i) =>
      tf.layers.dense({ units, ...(name && { name }), ...(i === 0 && { inputShape: [4] }) }),
    ),
  });
/** A layer's weight reads as the variable itself. */
const namesOf = (model: tf.LayersModel): string[] => model.trainableWeights.map((w) => (w.read() as tf.Variable).name);
const compile = (model: tf.LayersModel, opt: DescentOptimizer): void =>
  model.compile({ optimizer: opt, loss: "meanSquaredError" });
async function fit(model: tf.LayersModel, epochs = 2): Promise<unknown> {
  const { x, y } = data();
  const { history } = await model.fit(x, y, { epochs, shuffle: false, verbose: 0 });
  tf.dispose([x, y]);
  return history.loss;
}
/** The warnings that tfjs prints while `act` runs. */
async function warnings(act: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    await act();
    return spy.mock.calls.map(([message]) => String(message));
  } finally {
    spy.mockRestore();
  }
}

describe("state belongs to variables", () => {
  test("one optimizer for model after model keeps the state of the last, in memory and in its files", async () => {
    const opt = optimizer(adam());
    const sizes: unknown[] = [];
    for (let k = 0; k < 4; k++) {
      const model = dense([undefined, 5], [undefined, 1]);
      compile(model, opt);
      await fit(model);
      const { weightSpecs } = await save(tf, model);
      sizes.push([tf.memory().numTensors, weightSpecs!.length]);
      model.dispose();
    }
    expect(new Set(sizes.map(String)).size).toBe(1);
    opt.dispose();
  });

  test("a new variable under the name of another starts from zero", () => {
    const opt = optimizer(adam({ lr: 0.1 }));
    for (const sign of [1, -1]) {
      const w = variable("again", 1, -1);
      const step = (): unknown => opt.minimize(() => tf.mul(tf.sum(w) as tf.Scalar, sign), false, [w]);
      step();
      expect([...w.dataSync()]).toEqual([1, -1].map((x) => expect.closeTo(x - 0.1 * sign, 6)));
      expect(counts(opt)).toEqual({ again: 1 });
      for (let i = 0; i < 4; i++) step();
      w.dispose();
      expect(counts(opt)).toEqual({});
    }
    const w = tf.tidy(() => tf.variable(tf.ones([3]), true, "again")); // of another shape
    opt.minimize(() => tf.sum(w), false, [w]);
    expect(counts(opt)).toEqual({ again: 1 });
    tf.dispose(w);
    opt.dispose();
  });

  test("after tf.disposeVariables a new model trains and is saved, and nothing of the old one is left", async () => {
    const before = tf.memory().numTensors;
    const opt = optimizer(adam());
    for (let k = 0; k < 2; k++) {
      const model = dense([undefined, 1]);
      compile(model, opt);
      await fit(model);
      const names = namesOf(model);
      expect(Object.keys((await opt.state()).meta.parameters)).toEqual(names);
      await save(tf, model);
      tf.disposeVariables();
    }
    opt.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("variables without a gradient so far are in it, so that it loads strictly elsewhere", async () => {
    const [a, b] = [variable("a", 1), variable("b", 1)];
    const given = optimizer(adam());
    given.applyGradients({ a: tf.tensor1d([1]) });
    const told = optimizer(adam());
    const stranger = variable("stranger", 1);
    told.minimize(() => tf.sum(a), false, [a, b]);
    stranger.dispose();
    for (const opt of [given, told]) {
      const state = await opt.state();
      const there = arrays({ a: new Float32Array(1), b: new Float32Array(1) }, adam());
      expect(there.load(state)).toMatchObject({ loaded: ["a", "b"], missing: [], unexpected: [] });
      expect(counts(opt)).toEqual({ a: 1, b: 0 });
    }
    tf.dispose([a, b]);
  });

  test("those of another optimizer, of no group, and those it was not told of, are not in it", async () => {
    const [a, b, c] = [variable("a", 1), variable("b", 1), variable("c", 1)];
    const others = optimizer(sgd());
    others.applyGradients({ b: tf.tensor1d([1]) });
    const own = optimizer(partition({ own: adam() }, { own: /^[ab]$/ }));
    own.applyGradients({ a: tf.tensor1d([1]) });
    expect(Object.keys((await own.state()).meta.parameters)).toEqual(["a"]);
    const told = optimizer(adam());
    told.minimize(() => tf.sum(c), false, [c]);
    expect(Object.keys((await told.state()).meta.parameters)).toEqual(["c"]);
    tf.dispose([a, b, c]);
  });
});

describe("a state that is loaded", () => {
  const train = async (): Promise<{ a: tf.Sequential; state: Awaited<ReturnType<DescentOptimizer["state"]>> }> => {
    const a = dense([undefined, 5], [undefined, 1]);
    const opt = optimizer(adam({ lr: 0.05 }));
    compile(a, opt);
    await fit(a, 3);
    return { a, state: await opt.state() };
  };
  const twin = (a: tf.Sequential): tf.Sequential => {
    const b = dense([undefined, 5], [undefined, 1]);
    tf.tidy(() => b.setWeights(a.getWeights().map((w) => w.clone())));
    return b;
  };

  test("for a second equal model goes to that model: when it is told, or when its gradients come", async () => {
    const { a, state } = await train();
    const [told, waits] = [twin(a), twin(a)];
    const wanted = await fit(a, 3);
    const [first, second] = [optimizer(adam({ lr: 0.05 })), optimizer(adam({ lr: 0.05 }))];
    const names = namesOf(told);
    expect(first.load(state, { variables: told.trainableWeights })).toEqual({
      loaded: names,
      missing: [],
      unexpected: [],
      mismatched: [],
      resized: [],
      changed: [],
      waiting: [],
    });
    expect(second.load(state)).toMatchObject({ loaded: [], waiting: Object.keys(state.meta.parameters) });
    expect([first.step, second.step]).toEqual([3, 3]);
    expect(await second.state()).toEqual(state);
    for (const [model, opt] of [
      [told, first],
      [waits, second],
    ] as const) {
      compile(model, opt);
      expect(await fit(model, 3)).toEqual(wanted);
      expect(Object.values(counts(opt))).toEqual([6, 6, 6, 6]);
    }
    for (const model of [a, told, waits]) model.dispose();
  });

  test("that waits is as strict as one that finds its variables at once", async () => {
    const { a, state } = await train();
    const [b, other] = [twin(a), variable("other", 1)];
    const opt = optimizer(adam());
    opt.load(state);
    expect(() => opt.applyGradients({ other: tf.tensor1d([1]) })).toThrow(
      "The state that was loaded does not fit: it does not know `other`",
    );
    expect(opt.step).toBe(3);
    opt.load(state, { strict: false });
    expect(await warnings(async () => opt.applyGradients({ other: tf.tensor1d([1]) }))).toEqual([
      expect.stringContaining("It does not know `other`. These start afresh. The state of `dense_Dense"),
    ]);
    a.dispose();
    b.dispose();
    other.dispose();
  });

  test("is refused, and nothing is taken in, where it does not fit the variables it is for", async () => {
    const { a, state } = await train();
    const other = dense([undefined, 6], [undefined, 1]);
    const opt = optimizer(adam());
    expect(() => opt.load(state, { variables: other.trainableWeights })).toThrow("it does not know `dense_Dense");
    expect([opt.step, counts(opt)]).toEqual([0, {}]);
    for (const wrong of [3, [null], ["w"], [{}]])
      expect(() => opt.load(state, { variables: wrong as unknown as tf.Variable[] })).toThrow(
        "`variables` takes tf.Variables or a model's weights, such as model.trainableWeights; got",
      );
    a.dispose();
    other.dispose();
  });

  test("with a model gives a new head a fresh start, the rest its own, and says so", async () => {
    const base = dense(["body", 5], ["head", 1]);
    compile(base, optimizer(adam({ lr: 0.05 })));
    await fit(base, 5);
    const saved = await save(tf, base);
    base.dispose();
    for (const head of [["new"], ["new1", "new2"]] as const) {
      const loaded = await load(tf, saved);
      const layers = head.map((name, i) => tf.layers.dense({ units: i === head.length - 1 ? 1 : 3, name }));
      const model = tf.sequential({ layers: [loaded.layers[0]!, ...layers] });
      const opt = loaded.optimizer as DescentOptimizer;
      compile(model, opt);
      const said = await warnings(() => fit(model, 1));
      expect(said.map((message) => message.replaceAll(/_\d+`/g, "`"))).toEqual([
        `The saved optimizer state does not fit all variables. It does not know ${head
          .flatMap((name) => [`\`${name}/kernel\``, `\`${name}/bias\``])
          .join(
            ", ",
          )}. These start afresh. The state of \`head/kernel\`, \`head/bias\` is kept for variables of that name.`,
      ]);
      const found = Object.entries(counts(opt)).map(([name, t]) => [name.replace(/_\d+$/, ""), t]);
      expect(Object.fromEntries(found)).toEqual({
        "body/kernel": 6,
        "body/bias": 6,
        ...Object.fromEntries(head.flatMap((name) => [`${name}/kernel`, `${name}/bias`].map((n) => [n, 1]))),
      });
      model.dispose();
      opt.dispose();
    }
  });

  test("gives a head of the same name and another shape a fresh start, and forgets the old one", async () => {
    const base = dense(["body", 5], ["head", 1]);
    compile(base, optimizer(adam()));
    await fit(base);
    const saved = await save(tf, base);
    base.dispose();
    const loaded = await load(tf, saved);
    loaded.layers[1]!.dispose();
    const model = tf.sequential({ layers: [loaded.layers[0]!, tf.layers.dense({ units: 2, name: "head" })] });
    compile(model, loaded.optimizer as DescentOptimizer);
    const { x } = data();
    const y = tf.zeros([32, 2]);
    const said = await warnings(async () => model.trainOnBatch(x, y));
    expect(said[0]).toMatch(/`head.kernel_\d` was saved with shape \[5,1\] and has shape \[5,2\]/);
    const { meta, tensors } = await (loaded.optimizer as DescentOptimizer).state();
    const [, , kernel] = namesOf(model);
    expect(Object.keys(meta.parameters)).toEqual(namesOf(model));
    expect(meta.parameters[kernel!]).toMatchObject({ shape: [5, 2], t: 1 });
    expect(tensors[`m/${kernel}`]!.shape).toEqual([5, 2]);
    model.dispose();
    tf.dispose([x, y]);
  });
});

describe("weights of the optimizer", () => {
  test("can be read and set any number of times, also when others were asked for meanwhile", async () => {
    const w = variable("w", 1, 2);
    const opt = optimizer(adam({ lr: 0.1 }));
    const step = (): unknown => opt.minimize(() => tf.sum(tf.square(w)), false, [w]);
    step();
    const checkpoint = await opt.getWeights();
    const wanted = await opt.state();
    const before = tf.memory().numTensors;
    for (let k = 0; k < 3; k++) {
      step();
      await opt.setWeights(checkpoint);
      expect(await opt.state()).toEqual(wanted);
      await opt.getWeights();
    }
    const { tensor } = checkpoint.at(-1)!;
    const copy = tensor.clone();
    expect([...tensor.dataSync()]).toEqual([...(await copy.data())]);
    expect(await tensor.array()).toEqual([...(await copy.data())]);
    copy.dispose();
    opt.dispose();
    expect(tf.memory().numTensors).toBeLessThan(before);
    w.dispose();
  });
});

describe("a step that throws", () => {
  test("leaves no tensor behind: not its loss, not its gradients", () => {
    const w = variable("w", 1, 2);
    const opt = optimizer(
      clipByGlobalNorm(
        adamw({
          lr: (step) => {
            if (step === 1) throw new Error("boom");
            return 0.1;
          },
        }),
        1,
      ),
    );
    const step = (): unknown => opt.minimize(() => tf.sum(tf.square(w)), true, [w]);
    tf.dispose(step() as tf.Tensor);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) expect(step).toThrow("boom");
    expect(tf.memory().numTensors).toBe(before);
    opt.dispose();
    w.dispose();
  });
});

test("`using` frees an optimizer at the end of its block", () => {
  const before = tf.memory().numTensors;
  const w = variable("w", 1, 2);
  {
    using opt = optimizer(adam());
    opt.minimize(() => tf.sum(w), false, [w]);
    expect(tf.memory().numTensors).toBe(before + 3);
  }
  w.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("a disposed optimizer refuses every call, and says so", async () => {
  const w = variable("w", 1, 2);
  const opt = optimizer(adam());
  opt.minimize(() => tf.sum(w), false, [w]);
  const state = await opt.state();
  const weights = await opt.getWeights();
  opt.dispose();
  const calls: readonly (() => unknown)[] = [
    () => opt.minimize(() => tf.sum(w), false, [w]),
    () => opt.set({ lr: 1 }),
    () => opt.inspect(),
    () => opt.state(),
    () => opt.load(state),
    () => opt.getWeights(),
    () => opt.setWeights(weights),
  ];
  for (const call of calls) await expect((async () => call())()).rejects.toThrow("This optimizer was disposed of.");
  opt.dispose(); // the only call that does nothing
  w.dispose();
});

test("gradients come in a record or a list, of variables that there are", () => {
  const opt = optimizer(adam());
  for (const given of [Promise.resolve({}), new Map(), new (class Gradients {})(), "w"])
    expect(() => opt.applyGradients(given as never)).toThrow("applyGradients takes gradients by the names");
  const one = tf.scalar(1);
  for (const name of ["toString", "constructor"])
    expect(() => opt.applyGradients({ [name]: one })).toThrow(`There is no variable named "${name}".`);
  one.dispose();
  opt.dispose();
});

describe("initializeModel", () => {
  const kernels = (p: Parameters<typeof initialize>[0]): Float32Array =>
    initialize(p, p.role === "kernel" ? heNormal() : zeros(), 42);
  test("knows the layout of a convolution whatever its layer is called, and whatever wraps it", () => {
    const { conv1d, conv2d, conv2dTranspose, timeDistributed } = tf.layers;
    const options = { filters: 4, kernelSize: 3 };
    for (const [layer, inputShape, axes] of [
      [conv2d(options), [8, 8, 2], layouts.hwio],
      [conv2d({ ...options, name: "conv1" }), [8, 8, 2], layouts.hwio],
      [conv1d({ ...options, name: "row1" }), [8, 2], layouts.wio],
      [conv2dTranspose({ ...options, name: "up1" }), [8, 8, 2], layouts.hwoi],
      [timeDistributed({ layer: conv2d({ ...options, name: "each" }) }), [3, 8, 8, 2], layouts.hwio],
    ] as const) {
      const input = tf.input({ shape: [...inputShape] });
      const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
      initializeModel(model, kernels);
      const { name, shape } = model.weights[0]!.read() as tf.Variable; // a layer's weight reads as the variable itself
      const wanted = initialize({ name, shape, role: "kernel", axes }, heNormal(), 42);
      expect(model.getWeights()[0]!.dataSync(), name).toEqual(wanted);
    }
  });

  test("says how a layer of one's own is described, and what else it takes", () => {
    const variable = tf.tidy(() => tf.variable(tf.zeros([3, 3, 2, 4]), true, "own/kernel"));
    const model = { weights: [{ read: () => variable }] };
    expect(() => initializeModel(model, kernels)).toThrow(
      /has no `axes`.*third argument, `describe`: \(variable\) => \(\{ axes: layouts.hwio \}\)/,
    );
    initializeModel(model, kernels, () => ({ axes: layouts.hwio }));
    expect(variable.dataSync().every((x) => x !== 0)).toBe(true);
    const untyped = initializeModel as (...args: unknown[]) => void;
    for (const wrong of [undefined, null, 3, {}, "model"])
      expect(() => untyped(wrong, kernels)).toThrow("initializeModel takes a model of layers");
    expect(() => untyped(model, "zeros")).toThrow("initializeModel takes a function");
    variable.dispose();
  });
});

test("RAdam on variables that come and go steps each by its own count", () => {
  const opt = optimizer(radam());
  const [a, b] = [variable("a", 1), variable("b", 1)];
  opt.minimize(() => tf.sum(a), false, [a]);
  opt.minimize(() => tf.sum(tf.add(a, b)), false, [a, b]);
  a.dispose();
  opt.minimize(() => tf.sum(b), false, [b]);
  expect(counts(opt)).toEqual({ b: 2 });
  expect(opt.step).toBe(3);
  tf.dispose(b);
  opt.dispose();
});
