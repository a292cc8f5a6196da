import { expect, test } from "vitest";
import { registerWasmGradients } from "../src/wasm/gradients.ts";
import { tf, use } from "./backends.ts";
import { describeGradients } from "./gradient-cases.ts";

describeGradients(
  "on the wasm backend, with the missing and wrong kernels supplied, gradients are those of the cpu backend",
  true,
);

test("the gradient of a filter over a large batch keeps its digits", async () => {
  await use("wasm");
  registerWasmGradients();
  const dw = tf.tidy(() => {
    const x = tf.fill([512, 16, 16, 1], 0.1) as tf.Tensor4D;
    return tf.grad((w) => tf.sum(tf.mul(tf.conv2d(x, w as tf.Tensor4D, 1, "valid"), 0.1)))(tf.ones([1, 1, 1, 4]));
  });
  const product = Math.fround(0.1) ** 2;
  // One float32 sum of 131,072 equal numbers is 7e-4 off; sixteen of 8,192, added in double precision, 1.1e-5.
  for (const value of dw.dataSync()) expect(Math.abs(value / (512 * 256 * product) - 1)).toBeLessThan(2e-5);
  dw.dispose();
  await use("cpu");
});
