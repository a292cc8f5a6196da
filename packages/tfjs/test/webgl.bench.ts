// An update on tfjs's webgl backend, fused, composed and by tf.train.adam, in Chromium on whatever it draws with:
// node_modules/.bin/vitest bench --run --project browser packages/tfjs/test/webgl.bench.ts
import { adam } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import * as tf from "@tensorflow/tfjs";
import { bench, describe } from "vitest";
import { optimizer } from "../src/index.ts";

await tf.setBackend("webgl");
await tf.ready();

const sizes = {
  "one variable of 1,000,000": [[1000, 1000], [1]],
  "100 variables of 1,000": Array.from({ length: 100 }, () => [40, 25]),
};
describe.each(Object.entries(sizes))("%s", (_, shapes) => {
  const optimizers: Readonly<Record<string, tf.Optimizer>> = {
    "fused adam": optimizer(adam()),
    "composed adam": optimizer(adam(), { fused: false }),
    "tf.train.adam": tf.train.adam(1e-3),
    "fused adam, clipped": optimizer(clipByGlobalNorm(adam(), 1)),
    "composed adam, clipped": optimizer(clipByGlobalNorm(adam(), 1), { fused: false }),
  };
  for (const [name, opt] of Object.entries(optimizers)) {
    const variables = shapes.map((s) => tf.variable(tf.randomNormal(s)));
    const gradients = Object.fromEntries(variables.map((v) => [v.name, tf.mul(v, 0.1)]));
    bench(name, async () => {
      opt.applyGradients(gradients);
      await variables.at(-1)!.data(); // once all before it is done
    });
  }
});
