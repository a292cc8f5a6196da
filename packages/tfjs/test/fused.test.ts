import { adam } from "@descent/adam";
import { clipByGlobalNorm, partition } from "@descent/core";
import { sgd } from "@descent/sgd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OptimizerOptions, optimizer } from "../src/index.ts";
import { randn, tf, use } from "./backends.ts";

const variables = (...shapes: number[][]): tf.Variable[] =>
  shapes.map((shape, i) => tf.variable(randn(shape, i + 1), true));

describe.each(["cpu", "wasm"] as const)("updates fused on the %s backend", (backend) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));

  test("are what runs, unless composed ones are asked for", () => {
    const all = variables([4, 3], [3]);
    const execution = (options?: OptimizerOptions) => {
      const opt = optimizer(adam(), options);
      expect(opt.execution).toBeUndefined();
      opt.applyGradients(Object.fromEntries(all.map((v) => [v.name, tf.onesLike(v)])));
      return opt.execution;
    };
    expect(execution()).toEqual({ backend, fused: 2, composed: 0 });
    expect(execution({ fused: true })).toEqual({ backend, fused: 2, composed: 0 });
    expect(execution({ fused: false })).toEqual({ backend, fused: 0, composed: 2 });
  });

  test("leave what they cannot take to composed ones, alone or, where a sum needs all, together", async () => {
    const [v, w] = variables([3], [3]) as [tf.Variable, tf.Variable];
    const [v0, w0] = [await v.data(), await w.data()];
    const gradients = { [v.name]: tf.tensor1d([3, 4, 0]), [w.name]: tf.tensor1d([0, 12, 0], "int32") };
    const apart = optimizer(sgd({ lr: 1 }));
    apart.applyGradients(gradients);
    expect(apart.execution).toEqual({ backend, fused: 1, composed: 1 });
    expect([...(await v.data())]).toEqual([v0[0]! - 3, v0[1]! - 4, v0[2]].map((x) => Math.fround(x!)));
    expect([...(await w.data())]).toEqual([w0[0], w0[1]! - 12, w0[2]].map((x) => Math.fround(x!)));
    const groups = { clipped: clipByGlobalNorm(sgd({ lr: 1 }), 1), plain: sgd({ lr: 1 }) };
    const together = optimizer(partition(groups, ({ name }) => (name === v.name ? "clipped" : "plain")));
    together.applyGradients(gradients);
    expect(together.execution).toEqual({ backend, fused: 0, composed: 2 });
  });
});
