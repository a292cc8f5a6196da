import { optimizer } from "@descent/arrays";
import { displacementError, TOLERANCE } from "@descent/conformance";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { fromWeights, toWeights, train } from "../src/tensorflow/index.ts";
import { golden } from "./golden.ts";

const { data } = golden("torch"); // any starts and gradients will do
const settings = ["defaults", "every option off its default, large eps", "tiny gradients"];

/** Every constructor with its arguments, and how large its gradients are. */
const calls: readonly (readonly [name: keyof typeof train, args: readonly unknown[], setting: number])[] = [
  ["sgd", [0.05], 0],
  ["momentum", [0.05, 0.6], 1],
  ["momentum", [0.05, 0.6, true], 1],
  ["adagrad", [0.1], 0],
  ["adagrad", [0.1, 0.4], 1],
  ["adadelta", [0.05], 0],
  ["adadelta", [0.1, 0.6, 0.05], 1],
  ["adam", [0.05], 0],
  ["adam", [0.05, 0.6, 0.8, 0.05], 1],
  ["adam", [0.05], 2],
  ["adamax", [0.05], 0],
  ["adamax", [0.05, 0.6, 0.8, 0.05, 0.3], 1],
  ["rmsprop", [0.02], 0],
  ["rmsprop", [0.02, 0.8, 0.6, 0.05], 1],
  ["rmsprop", [0.02, 0.8, 0.6, 1e-7, true], 1],
];

test.each(calls)("tf.train.%s(%j) moves as TensorFlow.js does", async (name, args, setting) => {
  await tf.setBackend("cpu");
  const { parameters, gradients } = data[settings[setting]!]!;
  const theirs = (tf.train[name] as (...given: readonly unknown[]) => tf.Optimizer)(...args);
  const ours = (train[name] as (...given: readonly unknown[]) => ReturnType<typeof train.adam>)(...args);
  const variables = Object.entries(parameters).map(([tensor, { shape, start }]) =>
    tf.variable(tf.tensor([...start], [...shape]), true, `${name}-${Math.random()}/${tensor}`),
  );
  const arrays = Object.fromEntries(
    Object.entries(parameters).map(([tensor, { start }]) => [tensor, Float32Array.from(start)]),
  );
  const names = Object.keys(parameters);
  const opt = optimizer(arrays, ours);
  for (const now of gradients) {
    tf.tidy(() =>
      theirs.applyGradients(
        Object.fromEntries(variables.map((v, i) => [v.name, tf.tensor([...now[names[i]!]!], v.shape)])),
      ),
    );
    opt.update(Object.fromEntries(Object.entries(now).map(([tensor, g]) => [tensor, Float32Array.from(g)])));
    for (const [i, tensor] of names.entries()) {
      const [golden, start] = [variables[i]!.dataSync(), Float32Array.from(parameters[tensor]!.start)];
      if (args[4] === true && golden.some(Number.isNaN)) {
        // The defect: where the variance is below ε both are NaN, in the same places.
        expect([...arrays[tensor]!].map(Number.isNaN)).toEqual([...golden].map(Number.isNaN));
        continue;
      }
      expect(displacementError(arrays[tensor]!, golden, start)).toBeLessThan(5 * TOLERANCE); // it keeps β^t as a float32 product, so 1 − 0.999^t is off by 6e-5
    }
  }
  for (const variable of variables) variable.dispose();
});

test("an argument that TensorFlow.js asks for, and one too many, are errors", () => {
  expect(() => (train.sgd as unknown as () => unknown)()).toThrow("tf.train.sgd needs `learningRate`.");
  expect(() => (train.adam as (...args: readonly number[]) => unknown)(1, 0.9, 0.99, 1e-8, 1)).toThrow(
    "tf.train.adam takes learningRate, beta1, beta2, epsilon in this order; got 5 arguments.",
  );
});

/** Steps before and after the move. */
const BEGUN = 20;

test.each([
  ["adam", [0.02, 0.875, 63 / 64]], // float32 has these exactly; of 1 − 0.999^t it would lose 1e-5
  ["momentum", [0.05, 0.9]],
  ["adagrad", [0.1]],
  ["adadelta", [0.05]],
  ["rmsprop", [0.02, 0.9, 0.5]],
] as const)("a run of tf.train.%s(%j) goes on here, and back", async (name, args) => {
  await tf.setBackend("cpu");
  const make = (): tf.Optimizer => (tf.train[name] as (...given: readonly unknown[]) => tf.Optimizer)(...args);
  const rule = (train[name] as (...given: readonly unknown[]) => ReturnType<typeof train.adam>)(...args);
  const shape = [3, 4];
  const start = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + 1));
  const gradient = (k: number): Float32Array =>
    Float32Array.from({ length: 12 }, (_, i) => Math.cos(i * (1 + k / 7)) + 0.3 * Math.sin(k));
  const run = (opt: tf.Optimizer, v: tf.Variable, from: number, to: number): void => {
    for (let k = from; k < to; k++) tf.tidy(() => opt.applyGradients({ [v.name]: tf.tensor(gradient(k), shape) }));
  };
  const v = tf.variable(tf.tensor(start, shape), true, `resumed-${name}-${Math.random()}/kernel`);
  const theirs = make();
  run(theirs, v, 0, BEGUN);

  const w = Float32Array.from(v.dataSync());
  const ours = optimizer({ [v.name]: { data: w, shape, axes: { in: [0], out: [1] } } }, rule);
  const weights = await theirs.getWeights();
  ours.load(fromWeights(weights, ours.state()));
  const back = toWeights(ours.state());
  expect(back.map(({ name: key }) => key)).toEqual(weights.map(({ name: key }) => key));
  for (const [i, { tensor }] of weights.entries()) expect([...back[i]!.data]).toEqual([...tensor.dataSync()]);

  for (let k = BEGUN; k < BEGUN + 10; k++) ours.update({ [v.name]: gradient(k) });
  const u = tf.variable(tf.tensor(v.dataSync(), shape), true, `${v.name}-again`);
  const again = make();
  // As its documentation has it: state goes by position, so the name does not matter.
  await again.setWeights(
    back.map(({ name: key, data: x, shape: s, dtype }) => ({ name: key, tensor: tf.tensor(x, [...s], dtype) })),
  );
  run(again, u, BEGUN, BEGUN + 10);
  run(theirs, v, BEGUN, BEGUN + 10);
  const golden = v.dataSync();
  expect(displacementError(w, golden, start)).toBeLessThan(1e-6);
  expect(displacementError(u.dataSync(), golden, start)).toBeLessThan(1e-6);
  for (const variable of [u, v]) variable.dispose();
});
