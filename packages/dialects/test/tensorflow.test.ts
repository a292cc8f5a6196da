import { optimizer } from "@descent/arrays";
import { displacementError, TOLERANCE } from "@descent/conformance";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { train } from "../src/tensorflow/index.ts";
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
