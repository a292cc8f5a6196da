import { adagrad, rmspropMomentum } from "@descent/adagrad";
import { adam, adamax } from "@descent/adam";
import type { Configured } from "@descent/core";
import { momentum, nesterov, sgd } from "@descent/sgd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DescentOptimizer, optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

/** tfjs's own test cases where it computes the same rule: f is the sum of squares, twice minimized from x. */
const cases: readonly {
  readonly rule: string;
  readonly configured: () => Configured;
  readonly theirs: () => tf.Optimizer;
  readonly x: readonly number[];
  readonly path: readonly (readonly number[])[];
  /** State variables per parameter. */
  readonly slots: number;
}[] = [
  { rule: "SGD", configured: () => sgd({ lr: 0.1 }), theirs: () => tf.train.sgd(0.1), x: [4], path: [[3.2], [2.56]], slots: 0 }, // biome-ignore format: a table
  {
    rule: "Momentum",
    configured: () => momentum({ lr: 0.1, momentum: 0.5 }),
    theirs: () => tf.train.momentum(0.1, 0.5),
    x: [1, 2],
    path: [
      [0.8, 1.6],
      [0.54, 1.08],
    ],
    slots: 1,
  },
  {
    rule: "Nesterov",
    configured: () => nesterov({ lr: 0.1, momentum: 0.5 }),
    theirs: () => tf.train.momentum(0.1, 0.5, true),
    x: [1, 2],
    path: [
      [0.7, 1.4],
      [0.44, 0.88],
    ],
    slots: 1,
  },
  {
    rule: "Adam",
    configured: () => adam({ lr: 0.1, beta1: 0.8, beta2: 0.9 }),
    theirs: () => tf.train.adam(0.1, 0.8, 0.9),
    x: [2, 4],
    path: [
      [1.9, 3.9],
      [1.800183, 3.8000821],
    ],
    slots: 2,
  },
  {
    rule: "Adamax",
    configured: () => adamax({ lr: 0.1, beta1: 0.8, beta2: 0.9 }),
    theirs: () => tf.train.adamax(0.1, 0.8, 0.9),
    x: [2, 4],
    path: [
      [1.9, 3.9],
      [1.7976608, 3.7988604],
    ],
    slots: 2,
  },
  {
    rule: "Adagrad",
    configured: () => adagrad({ lr: 0.1, initial: 0.1 }),
    theirs: () => tf.train.adagrad(0.1, 0.1),
    x: [1, 2],
    path: [
      [0.901227, 1.900311],
      [0.8347373, 1.831543],
    ],
    slots: 1,
  },
  {
    rule: "RMSProp with momentum",
    configured: () => rmspropMomentum({ lr: 0.1, rho: 0.95, momentum: 0.1 }),
    theirs: () => tf.train.rmsprop(0.1, 0.95, 0.1),
    x: [1, 2],
    path: [
      [0.5527864, 1.5527864],
      [0.2874418, 1.2294267],
    ],
    slots: 2,
  },
];

const near = (actual: ArrayLike<number>, wanted: readonly number[]): void =>
  // tfjs adds 1e-7 where torch adds 1e-8, and inside the root where torch adds it outside: 1e-6 of a step here.
  expect([...Array.from(actual)]).toEqual(wanted.map((x) => expect.closeTo(x, 5)));

describe.each(["cpu", "wasm"] as const)("tfjs's own test cases, on its %s backend", (backend) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));

  test.each(cases)("$rule", async ({ configured, theirs, x, path, slots }) => {
    const initialTensors = tf.memory().numTensors;
    const variable = tf.tidy(() => tf.variable(tf.tensor1d([...x])));
    const twin = tf.tidy(() => tf.variable(tf.tensor1d([...x])));
    const f = (v: tf.Variable) => (): tf.Scalar => tf.sum(tf.square(v));
    const opt = optimizer(configured());
    const other = theirs();

    let numTensors = tf.memory().numTensors;
    const cost = opt.minimize(f(variable), true, [variable])!; // true asks for it
    // The cost and the state are the only additional tensors.
    expect(tf.memory().numTensors).toBe(numTensors + 1 + slots);
    near(await cost.data(), [x.reduce((s, v) => s + v * v, 0)]);
    near(await variable.data(), path[0]!);
    cost.dispose();

    numTensors = tf.memory().numTensors;
    expect(opt.minimize(f(variable), false, [variable])).toBe(null);
    near(await variable.data(), path[1]!);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(opt.iterations).toBe(2);

    for (let i = 0; i < 2; i++) other.minimize(f(twin), false, [twin]);
    near(await twin.data(), path[1]!);

    twin.dispose();
    other.dispose();
    variable.dispose();
    opt.dispose();
    // A momentum optimizer of tfjs leaves a scalar behind.
    expect(tf.memory().numTensors - initialTensors).toBeLessThanOrEqual(1);
  });

  test.each(cases)("$rule continues from the weights of another optimizer", async ({ configured, x, path }) => {
    const before = tf.memory().numTensors;
    const variable = tf.tidy(() => tf.variable(tf.tensor1d([...x])));
    const f = (): tf.Scalar => tf.sum(tf.square(variable));
    const first = optimizer(configured());
    first.minimize(f, false, [variable]);
    const weights = await first.getWeights();
    expect(weights[0]!.name).toBe("iter");
    const second = optimizer(configured());
    await second.setWeights(weights);
    second.minimize(f, false, [variable]);
    near(await variable.data(), path[1]!);
    expect(second.iterations).toBe(2);
    const third = optimizer(configured());
    await third.setWeights(await second.getWeights());
    expect(third.iterations).toBe(2);
    for (const opt of [first, second, third]) opt.dispose();
    variable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(cases)("$rule survives a round trip through its configuration", ({ configured }) => {
    const opt: DescentOptimizer = optimizer(configured());
    const Class = opt.constructor as typeof DescentOptimizer;
    const again = Class.fromConfig(Class, opt.getConfig());
    expect(again.getConfig()).toEqual(opt.getConfig());
    expect(JSON.stringify(opt.getConfig())).not.toContain("_");
  });

  describe("which variables", () => {
    const scalars = (): tf.Variable[] => [4, 1, -1].map((v) => tf.tidy(() => tf.variable(tf.scalar(v))));
    const numbers = async (...variables: tf.Variable[]): Promise<number[]> =>
      Promise.all(variables.map(async (v) => (await v.data())[0]!));

    test("all trainable ones, those with no part in the loss excepted", async () => {
      const [x, bias, stray] = scalars() as [tf.Variable, tf.Variable, tf.Variable];
      const opt = optimizer(sgd({ lr: 0.1 }));
      opt.minimize(() => tf.add(tf.square(x), bias));
      expect(await numbers(x, bias, stray)).toEqual([expect.closeTo(3.2, 6), expect.closeTo(0.9, 6), -1]);
      tf.dispose([x, bias, stray]);
    });
    test("those of the list", async () => {
      const [x, bias, stray] = scalars() as [tf.Variable, tf.Variable, tf.Variable];
      const opt = optimizer(sgd({ lr: 0.1 }));
      for (let i = 0; i < 2; i++) opt.minimize(() => tf.add(tf.square(x), bias), false, [x]);
      expect(await numbers(x, bias, stray)).toEqual([expect.closeTo(2.56, 6), 1, -1]);
      expect(() => opt.minimize(() => tf.add(tf.square(x), bias), false, [])).toThrow();
      tf.dispose([x, bias, stray]);
    });
    test("none that are not trainable", async () => {
      const [x, bias, stray] = scalars() as [tf.Variable, tf.Variable, tf.Variable];
      x.trainable = false;
      const opt = optimizer(sgd({ lr: 0.1 }));
      opt.minimize(() => tf.add(tf.square(x), bias));
      expect(await numbers(x, bias, stray)).toEqual([4, expect.closeTo(0.9, 6), -1]);
      expect(() => opt.minimize(() => tf.add(tf.square(x), bias), false, [x])).toThrow();
      tf.dispose([x, bias, stray]);
    });
    test("an instance of tf.Optimizer; a loss that is not a number is refused", () => {
      const opt = optimizer(sgd({ lr: 0.1 }));
      expect(opt instanceof tf.Optimizer).toBe(true);
      const x = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
      expect(() => opt.minimize(() => tf.square(x) as tf.Tensor as tf.Scalar)).toThrow();
      x.dispose();
    });
  });
});
