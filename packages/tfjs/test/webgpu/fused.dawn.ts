import { adam, adamw } from "@descent/adam";
import { optimizer as arraysOptimizer } from "@descent/arrays";
import { clipByGlobalNorm } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { momentum, sgd } from "@descent/sgd";
import { beforeAll, describe, expect, test } from "vitest";
import { optimizer } from "../../src/index.ts";
import { randn, tf } from "../backends.ts";
import { describeRefusal } from "../refusal.ts";
import { tfjs } from "../target.ts";
import { start } from "./start.ts";

beforeAll(start);

const variable = (shape: number[], seed = 1): tf.Variable => tf.tidy(() => tf.variable(randn(shape, seed), true));
const buffers = (): { readonly used: number; readonly free: number; readonly bytes: number } => {
  const { bufferManager } = tf.backend() as unknown as {
    bufferManager: { getNumUsedBuffers(): number; getNumFreeBuffers(): number; numBytesAllocated: number };
  }; // as tfjs-backend-webgpu 4 has it
  const [used, free] = [bufferManager.getNumUsedBuffers(), bufferManager.getNumFreeBuffers()];
  return { used, free, bytes: bufferManager.numBytesAllocated };
};

describe("updates fused on tfjs's webgpu backend", () => {
  test("are what runs, but for products of matrices and more state than a shader sees", () => {
    const w = variable([4, 3]);
    const execution = (rule: Parameters<typeof optimizer>[0], options = {}) => {
      const opt = optimizer(rule, options);
      opt.applyGradients({ [w.name]: tf.onesLike(w) });
      const { execution } = opt;
      opt.dispose();
      return execution;
    };
    const fused = { backend: "webgpu", fused: 1, composed: 0 };
    const composed = { backend: "webgpu", fused: 0, composed: 1 };
    expect(execution(adam())).toEqual(fused);
    expect(execution(clipByGlobalNorm(adam(), 1))).toEqual(fused);
    expect(execution(adam(), { fused: false })).toEqual(composed);
    const none = { id: "probe", title: "Probe", paper: "", hyper: { lr: 0.1 } };
    expect(execution(configured({ ...none, state: {}, update: { p: "p - lr * g @ g' @ g" } }, {}))).toEqual(composed);
    const slots = ["a", "b", "c", "d", "e"];
    const state = Object.fromEntries(slots.map((s) => [s, 0]));
    const update = { ...Object.fromEntries(slots.map((s) => [s, `${s} + g`])), p: `p - lr * (${slots.join(" + ")})` };
    expect(execution(configured({ ...none, state, update }, {}))).toEqual(composed);
    w.dispose();
  });

  test.each([true, false])(
    "step rows that arrays say, and refuse those that tensors say (fused: %s)",
    async (fused) => {
      const start = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i));
      const table = tf.tidy(() => tf.variable(tf.tensor(start, [6, 5])));
      const opt = optimizer(adam({ lr: 0.1 }), { fused });
      const expected = { data: start.slice(), shape: [6, 5] };
      const other = arraysOptimizer({ table: expected }, adam({ lr: 0.1 }));
      for (const rows of [[4, 4, 0], [5], [0, 5]]) {
        const data = Float32Array.from({ length: 5 * rows.length }, (_, i) => Math.cos(i + rows[0]!));
        opt.applyGradients({ [table.name]: { rows, data } });
        other.update({ table: { rows, data } });
      }
      const now = await table.data();
      for (const [i, x] of now.entries()) expect(x).toBeCloseTo(expected.data[i]!, 5);
      expect([...now].slice(5, 20)).toEqual([...start].slice(5, 20)); // rows 1 to 3
      const g = tf.onesLike(table);
      expect(() => opt.applyGradients({ [table.name]: g })).toThrow(
        "Give arrays, { rows: [3, 17], data: Float32Array }",
      );
      tf.dispose([table, g]);
      opt.dispose();
    },
  );

  test("give the bits of composed ones, and almost those where norms are taken", async () => {
    for (const [rule, tolerance] of [
      [adamw({ lr: 0.01, weightDecay: 0.1 }), 0],
      [momentum({ lr: 0.01 }), 0],
      // Sums of squares are added in another order.
      [clipByGlobalNorm(adamw({ lr: 0.01 }), 0.5), 1e-6],
    ] as const) {
      const starts = {
        w: { data: await randn([30, 20]).data<"float32">(), shape: [30, 20] },
        b: { data: await randn([20], 2).data<"float32">(), shape: [20], role: "bias" },
      } as const;
      const gradients = [3, 4, 5].map((seed) => ({ w: randn([30, 20], seed), b: randn([20], seed + 10) }));
      const ends = [];
      for (const fused of [true, false]) {
        const session = await tfjs("", { fused }).start(starts, rule);
        for (const g of gradients) await session.update({ w: g.w.dataSync<"float32">(), b: g.b.dataSync<"float32">() });
        ends.push([...(await session.read("w")), ...(await session.read("b"))]);
        session.dispose();
      }
      const [mine, theirs] = ends as [number[], number[]];
      for (const [i, x] of mine.entries()) expect(Math.abs(x - theirs[i]!)).toBeLessThanOrEqual(tolerance);
    }
  });

  test("leave clones, reshapes and what was computed before as they were", async () => {
    const w = variable([6]);
    const before = [...(await w.data())];
    const [clone, matrix, twice] = [tf.clone(w), tf.reshape(w, [2, 3]), tf.mul(w, 2)];
    const opt = optimizer(sgd({ lr: 1 }));
    for (let k = 0; k < 2; k++) tf.tidy(() => opt.applyGradients({ [w.name]: tf.ones([6]) }));
    expect([...(await clone.data())]).toEqual(before);
    expect([...(await matrix.data())]).toEqual(before);
    expect([...(await twice.data())]).toEqual(before.map((x) => 2 * x));
    expect([...(await w.data())]).toEqual(before.map((x) => Math.fround(Math.fround(x - 1) - 1)));
    opt.dispose();
    tf.dispose([w, clone, matrix, twice]);
  });

  test("are seen by later reads, and not by a reading under way", async () => {
    const w = variable([5]);
    const opt = optimizer(sgd({ lr: 1 }));
    const step = (): void => tf.tidy(() => opt.applyGradients({ [w.name]: tf.ones([5]) }));
    step();
    const before = [...(await w.data())];
    const underway = w.data();
    step();
    const after = w.data();
    expect([...(await underway)]).toEqual(before);
    expect([...(await after)]).toEqual(before.map((x) => Math.fround(x - 1)));
    expect([...(await w.data())]).toEqual(before.map((x) => Math.fround(x - 1)));
    opt.dispose();
    w.dispose();
  });

  test("take a gradient that is a parameter, its own or another's, as it was", async () => {
    const [v, w] = [variable([4], 1), variable([4], 2)];
    const [v0, w0] = [await v.data(), await w.data()];
    const opt = optimizer(sgd({ lr: 0.5 }));
    opt.applyGradients({ [w.name]: w, [v.name]: w });
    expect([...(await v.data())]).toEqual([...v0].map((x, i) => Math.fround(x - 0.5 * w0[i]!)));
    expect([...(await w.data())]).toEqual([...w0].map((x) => Math.fround(x - 0.5 * x)));
    opt.dispose();
    tf.dispose([v, w]);
  });

  describe("with gradients that are not finite", () => describeRefusal(tf));

  test("take one dispatch for each variable, and hold no more buffers after a hundred steps", async () => {
    const all = [variable([30, 20]), variable([20]), variable([20, 5]), variable([5])];
    const opt = optimizer(adam(), { nonFinite: "apply" });
    const backend = tf.backend() as unknown as { dispatchCountInPass: number; submitQueue(): void }; // as tfjs-backend-webgpu 4 has it
    const gradients = Object.fromEntries(all.map((v) => [v.name, tf.onesLike(v)]));
    opt.applyGradients(gradients);
    await all[0]!.data();
    expect(backend.dispatchCountInPass).toBe(0);
    opt.applyGradients(gradients);
    expect(backend.dispatchCountInPass).toBe(all.length);
    for (let k = 0; k < 20; k++) opt.applyGradients(gradients);
    await all[0]!.data();
    const [before, tensors] = [buffers(), tf.memory().numTensors];
    for (let k = 0; k < 100; k++) opt.applyGradients(gradients);
    await all[0]!.data();
    expect(buffers()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    opt.dispose();
    tf.dispose([all, gradients]);
  });
});
