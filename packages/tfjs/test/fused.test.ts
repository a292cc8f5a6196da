import * as adagrads from "@descent/adagrad";
import * as adams from "@descent/adam";
import { clipByGlobalNorm, partition } from "@descent/core";
import { type Expr, isUniform, trace } from "@descent/core/graph";
import * as sgds from "@descent/sgd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { long } from "../../../tests/long.ts";
import { type OptimizerOptions, optimizer } from "../src/index.ts";
import { randn, tf, use } from "./backends.ts";
import { describeSafety } from "./safety.ts";

const { adam } = adams;
const { sgd } = sgds;

const variables = (...shapes: number[][]): tf.Variable[] =>
  shapes.map((shape, i) => tf.variable(randn(shape, i + 1), true));

/** Powers and exponentials are tfjs's own in composed updates, and sums in another order: the rest is rounded by IEEE 754. */
function isRounded(rule: Parameters<typeof trace>[0]): boolean {
  const { passes, outputs } = trace(rule);
  const seen = new Set<Expr>();
  const own = (e: Expr): boolean => {
    if (seen.has(e) || isUniform(e)) return false;
    seen.add(e);
    return ["pow", "exp", "log", "tanh", "cos", "sin", "erf", "atan2"].includes(e.op) || e.args.some(own);
  };
  return passes.flat().length === 0 && !Object.values(outputs).some(own);
}

describe.each([
  { backend: "cpu", how: "fused", other: "wasm" },
  { backend: "cpu", how: "composed" },
  { backend: "wasm", how: "fused", other: "cpu" },
  { backend: "wasm", how: "composed" },
] as const)("on the $backend backend, $how", ({ backend, how, ...options }) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));
  describeSafety(tf, { fused: how === "fused", ...options });
});

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

  test("end at the bits of composed ones, whatever the size, where nothing is summed", async () => {
    const rules = Object.entries({ ...sgds, ...adagrads, ...adams }).filter(([, rule]) => isRounded(rule));
    expect(rules.length).toBeGreaterThan(16);
    // One backend's rules are every second, the other's those between; in `npm run test:long` all are tried on both.
    const mine = long ? rules : rules.filter((_, i) => (i % 2 === 0) === (backend === "cpu"));
    for (const [name, rule] of mine) {
      // Under the same names, because random numbers are drawn by them.
      const ended = async (fused: boolean): Promise<Buffer[]> => {
        const all = [[], [1], [2], [3], [5, 7], [16, 4], [0, 3], [20_001]].map((shape, i) =>
          tf.tidy(() => tf.variable(randn(shape, i + 1), true, `end${i}`)),
        );
        const opt = optimizer(rule("lr" in rule.hyper ? { lr: 0.1 } : {}), { fused });
        for (let step = 0; step < 4; step++)
          tf.tidy(() =>
            opt.applyGradients(all.map((v, i) => ({ name: v.name, tensor: randn(v.shape, 100 * step + i) }))),
          );
        const numbers = await Promise.all(all.map((v) => v.data()));
        expect(opt.execution).toMatchObject({ fused: fused ? all.length : 0 });
        const slots = Object.values((await opt.state()).tensors).map(({ data }) => data);
        opt.dispose();
        tf.dispose(all);
        return [...numbers, ...slots].map((x) => Buffer.from(x.slice().buffer));
      };
      const [fused, composed] = [await ended(true), await ended(false)];
      expect(fused.length, name).toBe(composed.length);
      for (const [i, bits] of fused.entries()) expect(bits.equals(composed[i]!), `${name}, ${i}`).toBe(true); // as many
    }
  });
});

test("updates fused on the wasm backend follow its memory when that grows", async () => {
  await use("wasm");
  const memory = (): number => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length; // it is this backend
  const ends: number[][] = [];
  for (const grow of [false, true]) {
    const v = tf.tidy(() => tf.variable(randn([5], 1)));
    const g = randn([5], 2);
    const opt = optimizer(adam({ lr: 0.1 }));
    for (let i = 0; i < 3; i++) {
      opt.applyGradients({ [v.name]: g });
      const before = memory();
      if (grow) tf.dispose(tf.zeros([before / 4]));
      expect(memory() > before).toBe(grow);
    }
    ends.push([...(await v.data())]);
    opt.dispose();
    tf.dispose([v, g]);
  }
  expect(ends[1]).toEqual(ends[0]);
  await use("cpu");
});
