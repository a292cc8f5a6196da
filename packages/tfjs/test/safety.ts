import { adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm, freeze, partition } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { momentum, sgd } from "@descent/sgd";
import type * as tfjs from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { long } from "../../../tests/long.ts";
import { oneIn } from "../../../tests/sample.ts";
import { type DescentOptimizer, optimizer } from "../src/index.ts";
import { normal } from "./numbers.ts";
import { batch, compile, network, train, weights } from "./scenarios.ts";

/** State in every place there is, and a sum over it all. */
const rows = configured(
  {
    id: "rows",
    title: "Rows",
    paper: "",
    hyper: { lr: 0.1 },
    state: { r: { place: "row", init: 0 }, c: { place: "column", init: 1 }, s: { place: "scalar", init: 0 }, m: 0 },
    update: {
      r: "0.9 * r + rowMean(g^2)",
      c: "0.9 * c + columnMean(g^2)",
      s: "s + norm(g)",
      m: "0.9 * m + g",
      p: "p - lr * m / sqrt(r * c + s + totalNorm(g))",
    },
  },
  {},
);
const rules: Readonly<Record<string, Configured>> = {
  "state by row, by column and by tensor": rows,
  momentum: momentum({ lr: 0.1 }),
  AdamW: adamw({ lr: 0.1 }),
  "AdamW, clipped": clipByGlobalNorm(adamw({ lr: 0.1 }), 0.5),
};

/** However an update is computed on the backend that tfjs uses, people who train must not notice. */
export function describeSafety(
  tf: typeof tfjs,
  {
    fused,
    other,
    every = 1,
  }: {
    readonly fused: boolean;
    /** A backend to go to and come back from. */
    readonly other?: string;
    /** Of this many rules one meets each check in `npm test`, where a check takes long. */
    readonly every?: number;
  },
): void {
  const variable = (shape: number[], seed = 1): tfjs.Variable =>
    tf.tidy(() => tf.variable(tf.tensor(normal(shape, seed), shape)));
  const numbers = async (t: tfjs.Tensor): Promise<number[]> => [...(await t.data())];
  const give = (opt: DescentOptimizer, ...all: tfjs.Variable[]): void => {
    tf.tidy(() =>
      opt.applyGradients(all.map((v, i) => ({ name: v.name, tensor: tf.tensor(normal(v.shape, 50 + i), v.shape) }))),
    );
    const jobs = all.length;
    expect(opt.execution).toEqual({
      backend: tf.getBackend(),
      fused: fused ? jobs : 0,
      composed: fused ? 0 : jobs,
    });
  };
  /** The result of two plain steps, for comparison. */
  const plain = async (rule: Configured, shape: number[]): Promise<number[]> => {
    const [opt, v] = [optimizer(rule, { fused }), variable(shape)];
    for (let i = 0; i < 2; i++) give(opt, v);
    const result = await numbers(v);
    opt.dispose();
    v.dispose();
    return result;
  };

  const clones = oneIn(every);
  for (const [name, rule] of Object.entries(rules))
    clones(`${name}: clones, reshapes and what a variable was made of keep their numbers`, async () => {
      const array = normal([4, 3]);
      const start = array.slice();
      const first = tf.tensor(array, [4, 3]);
      const v = tf.variable(first);
      const opt = optimizer(rule, { fused });
      give(opt, v);
      const [clone, reshaped, after] = [v.clone(), v.reshape([12]), await numbers(v)];
      give(opt, v);
      expect(await numbers(v)).toEqual(await plain(rule, [4, 3]));
      expect([...array]).toEqual([...start]);
      expect(await numbers(first)).toEqual([...start]);
      expect(await numbers(clone)).toEqual(after);
      expect(await numbers(reshaped)).toEqual(after);
      tf.dispose([first, v, clone, reshaped]);
      opt.dispose();
    });

  const asks = oneIn(every);
  for (const [name, rule] of Object.entries(rules))
    asks(`${name}: what was asked for before a step is what was there then`, async () => {
      const v = variable([4, 3]);
      const opt = optimizer(rule, { fused });
      give(opt, v);
      const held = await v.data();
      const before = [...held];
      const state = await opt.state();
      const asked = [v.data(), opt.state(), opt.getWeights()] as const;
      give(opt, v);
      expect([...held]).toEqual(before);
      expect([...(await asked[0])]).toEqual(before);
      expect(await asked[1]).toEqual(state);
      const saved = await asked[2];
      expect(saved.length).toBeGreaterThan(1);
      expect(await numbers(v)).toEqual(await plain(rule, [4, 3]));
      // A state that was read does not change, and one that was loaded is not overwritten.
      const kept = structuredClone(state);
      opt.load(state);
      v.assign(tf.tensor(before, [4, 3]));
      give(opt, v);
      expect(state).toEqual(kept);
      expect(await numbers(v)).toEqual(await plain(rule, [4, 3]));
      opt.dispose();
      v.dispose();
    });

  test("weights that the optimizer saved are those of then, and resume bit for bit", async () => {
    const v = variable([4, 3]);
    const opt = optimizer(rules.AdamW!, { fused });
    give(opt, v);
    const saved = await opt.getWeights();
    const copies = saved.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
    const before = v.clone();
    give(opt, v);
    const again = optimizer(rules.AdamW!, { fused });
    await again.setWeights(copies);
    v.assign(before);
    give(again, v);
    expect(await numbers(v)).toEqual(await plain(rules.AdamW!, [4, 3]));
    tf.dispose([v, before, copies.map(({ tensor }) => tensor)]);
    opt.dispose();
    again.dispose();
  });

  test("a gradient may be the parameter, or another one", async () => {
    const [v, w] = [variable([5], 1), variable([5], 2)];
    const [v0, w0] = [await numbers(v), await numbers(w)];
    const opt = optimizer(sgd({ lr: 0.5 }), { fused });
    opt.applyGradients({ [v.name]: v });
    expect(await numbers(v)).toEqual(v0.map((x) => 0.5 * x));
    opt.applyGradients({ [v.name]: w, [w.name]: v });
    expect(await numbers(v)).toEqual(v0.map((x, i) => Math.fround(0.5 * x - 0.5 * w0[i]!)));
    expect(await numbers(w)).toEqual(w0.map((x, i) => Math.fround(x - 0.25 * v0[i]!)));
    tf.dispose([v, w]);
  });

  test("a step that throws changes nothing, and neither do those that follow suffer", async () => {
    const [v, w] = [variable([4, 3], 1), variable([4, 3], 2)];
    const opt = optimizer(rules.AdamW!, { fused });
    const gone = tf.tensor(normal([4, 3], 51), [4, 3]);
    gone.dispose();
    const words = tf.tensor(Array(12).fill("no number"), [4, 3]);
    for (let i = 0; i < 2; i++) {
      give(opt, v, w);
      const [before, state] = [await numbers(v), await opt.state()];
      const fine = tf.tensor(normal([4, 3], 50), [4, 3]);
      expect(() => opt.applyGradients({ [v.name]: fine, [w.name]: gone })).toThrow(`${w.name}\` was disposed of`);
      // Such a gradient goes to the composed update, whatever the other does, and fails there.
      expect(() => opt.applyGradients({ [v.name]: fine, [w.name]: words })).toThrow(/must be numeric/);
      expect(await numbers(v)).toEqual(before);
      expect(await opt.state()).toEqual(state);
      fine.dispose();
    }
    expect(await numbers(v)).toEqual(await plain(rules.AdamW!, [4, 3]));
    v.dispose();
    expect(() => give(opt, v)).toThrow(/no variable named/);
    tf.dispose([w, words]);
    opt.dispose();
  });

  test("inside a tidy nothing that is kept goes, and nothing else stays", async () => {
    const v = variable([4, 3]);
    const opt = optimizer(rules.AdamW!, { fused });
    const before = tf.memory();
    let clone: tfjs.Tensor | undefined;
    for (let i = 0; i < 2; i++)
      tf.tidy(() => {
        clone?.dispose();
        clone = tf.keep(v.clone());
        give(opt, v);
      });
    expect(await numbers(v)).toEqual(await plain(rules.AdamW!, [4, 3]));
    // The clone, m and v; and, on devices that answer later, whether the step was refused, and how many were.
    expect(tf.memory().numTensors - before.numTensors).toBe(/^(cpu|wasm)$/.test(tf.getBackend()) ? 3 : 5);
    clone?.dispose();
    opt.dispose();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    v.dispose();
  });

  const many = every === 1 || long ? 100 : 25;
  test(`${many} steps hold no more than ten, clones come and go, and nothing is left`, async () => {
    const start = [tf.memory().numTensors, tf.memory().numDataBuffers, tf.backend().numDataIds()];
    const all = [variable([4, 3], 1), variable([3], 2), variable([], 3), variable([0, 2], 4)];
    const opt = optimizer(rows, { fused });
    const held = (): unknown => [tf.memory().numTensors, tf.memory().numBytes, tf.backend().numDataIds()];
    const steps = (n: number): void => {
      for (let i = 0; i < n; i++) {
        const clones = i % 3 === 0 ? all.map((v) => v.clone()) : [];
        give(opt, ...all);
        tf.dispose(clones);
      }
    };
    steps(10);
    await Promise.all(all.map((v) => v.data()));
    const after = held();
    steps(many - 10);
    await Promise.all(all.map((v) => v.data()));
    expect(held()).toEqual(after);
    opt.dispose();
    tf.dispose(all);
    expect([tf.memory().numTensors, tf.memory().numDataBuffers, tf.backend().numDataIds()]).toEqual(start);
  });

  test("what is assigned between steps is where the next one starts", async () => {
    const v = variable([4, 3]);
    const opt = optimizer(rules.AdamW!, { fused });
    give(opt, v);
    const middle = v.clone();
    tf.tidy(() => v.assign(tf.zeros([4, 3])));
    expect(await numbers(v)).toEqual(Array(12).fill(0));
    v.assign(middle);
    give(opt, v);
    const kept = await numbers(middle);
    expect(await numbers(v)).toEqual(await plain(rules.AdamW!, [4, 3]));
    expect(await numbers(middle)).toEqual(kept);
    tf.dispose([v, middle]);
    opt.dispose();
  });

  test("a model computes with the weights that it was stepped to, and with those it was given between", async () => {
    const { xs, ys } = batch(tf, 1);
    const model = network(tf, "safe");
    const opt = optimizer(adamw({ lr: 0.05 }), { fused });
    compile(model, opt);
    /** The output of a new model with the same weights, which cannot have kept any state. */
    const fresh = async (): Promise<number[]> => {
      const other = network(tf, "other");
      tf.tidy(() => other.setWeights(model.getWeights().map((w) => tf.tensor(w.dataSync().slice(), w.shape))));
      const out = tf.tidy(() => other.predict(xs) as tfjs.Tensor); // it has one output
      const result = await numbers(out);
      out.dispose();
      other.dispose();
      return result;
    };
    const here = async (): Promise<number[]> => {
      const out = tf.tidy(() => model.predict(xs) as tfjs.Tensor);
      const result = await numbers(out);
      out.dispose();
      return result;
    };
    let last: number[] = [];
    for (let i = 0; i < 4; i++) {
      await train(tf, model, i, i + 1);
      const now = await here();
      expect(now).toEqual(await fresh());
      expect(now).not.toEqual(last);
      last = now;
      if (i === 1) {
        const halved = tf.tidy(() => model.getWeights().map((w) => tf.keep(tf.mul(w, 0.5))));
        model.setWeights(halved);
        tf.dispose(halved);
        expect(await here()).toEqual(await fresh());
      }
    }
    expect((await weights(model)).flat().every(Number.isFinite)).toBe(true);
    expect(opt.execution).toMatchObject(fused ? { fused: 6, composed: 0 } : { fused: 0, composed: 6 });
    tf.dispose([xs, ys]);
    opt.dispose();
    model.dispose();
  });

  test("groups with rules of their own, frozen ones among them, and tensors without elements", async () => {
    const [a, b, c, d] = [variable([4, 3]), variable([3], 2), variable([2], 3), variable([0, 2], 4)];
    const groups = partition({ a: rules.AdamW!, rest: sgd({ lr: 1 }) }, ({ name }) => (name === a.name ? "a" : "rest"));
    const opt = optimizer(freeze(groups, c.name), { fused });
    const [b0, c0] = [await numbers(b), await numbers(c)];
    const gradients = [a, b, c, d].map((v) => [v.name, tf.tensor(normal(v.shape, 50), v.shape)] as const);
    for (let i = 0; i < 2; i++) opt.applyGradients(Object.fromEntries(gradients));
    expect(opt.execution).toMatchObject(fused ? { fused: 3, composed: 0 } : { fused: 0, composed: 3 });
    const g = normal([3], 50);
    expect(await numbers(a)).toEqual(await plain(rules.AdamW!, [4, 3]));
    expect(await numbers(b)).toEqual(b0.map((x, i) => Math.fround(Math.fround(x - g[i]!) - g[i]!)));
    expect(await numbers(c)).toEqual(c0);
    expect(d.shape).toEqual([0, 2]);
    tf.dispose([a, b, c, d, gradients.map(([, t]) => t)]);
    opt.dispose();
  });

  const moves = oneIn(every);
  for (const [name, rule] of other === undefined ? [] : Object.entries(rules))
    moves(`${name}: training goes on over ${other} and back`, async () => {
      const here = tf.getBackend();
      const v = variable([4, 3]);
      const opt = optimizer(rule, { fused });
      const before = tf.memory().numTensors;
      for (let i = 0; i < 6; i++) {
        await tf.setBackend(i % 2 === 0 ? here : other!); // it has one
        tf.tidy(() => opt.applyGradients({ [v.name]: tf.tensor(normal([4, 3], i), [4, 3]) }));
        if (i === 0) expect(opt.execution).toMatchObject(fused ? { fused: 1 } : { composed: 1 });
      }
      await tf.setBackend(here);
      const found = await numbers(v);
      const slots = tf.memory().numTensors - before;
      opt.dispose();
      expect(tf.memory().numTensors).toBe(before);
      expect(slots).toBeGreaterThan(0);
      const w = variable([4, 3]);
      const whole = optimizer(rule, { fused: false });
      for (let i = 0; i < 6; i++)
        tf.tidy(() => whole.applyGradients({ [w.name]: tf.tensor(normal([4, 3], i), [4, 3]) }));
      // Sums are in float32 where composed, and in any order.
      expect(found).toEqual((await numbers(w)).map((x) => expect.closeTo(x, 5)));
      tf.dispose([v, w]);
      whole.dispose();
    });
}
