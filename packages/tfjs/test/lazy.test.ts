import { adam } from "@descent/adam";
import { expect, test } from "vitest";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

// This file waits for no backend before its test: the wasm backend, the best there is, takes a moment to start.
test("an optimizer may be made, and its rate changed, before a backend is ready; tfjs's own may not", async () => {
  expect(() => tf.train.adam(0.1)).toThrow(/not yet been initialized/);
  const opt = optimizer(adam({ lr: 1 }));
  opt.setLearningRate(0.1);
  expect(opt.learningRate).toBe(0.1);
  expect(opt.getConfig()).toHaveProperty("descent");
  await use("wasm");
  const w = tf.variable(tf.tensor1d([1, 2]));
  opt.minimize(() => tf.sum(tf.square(w)), false, [w]);
  expect([...(await w.data())]).toEqual([expect.closeTo(0.9, 6), expect.closeTo(1.9, 6)]);
});
