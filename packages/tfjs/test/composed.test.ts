import { reference } from "@descent/conformance";
import { type Configured, clipByGlobalNorm, clipByNorm, rule } from "@descent/core";
import { configured, type Equations, type Slots } from "@descent/core/adapter";
import { sgd } from "@descent/sgd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";
import { normal } from "./numbers.ts";
import { tfjs } from "./target.ts";

/** Equations whose values are narrower than what reads them, or inputs as they are. */
const rules: Readonly<Record<string, readonly [update: Equations, state?: Slots]>> = {
  "a state holds the parameter as it was": [{ before: "p", p: "p - lr * (g + before)" }, { before: 0 }],
  "two states change places": [
    { a: "b", b: "a + g", p: "p - lr * a" },
    { a: 1, b: 2 },
  ],
  "a gradient is kept as it is": [{ last: "g", p: "p - lr * last" }, { last: 0 }],
  "a choice of the host's, summed": [{ p: "p - lr * g / sum(t > 2 ? abs(g) : 1)" }],
  "rows in a sum over all": [{ p: "p - lr * g / (1 + sum(rowMean(g)^2))" }],
  "a number beside rows and columns": [
    { s: "0.5 * s + norm(g)", p: "p - lr * rowMean(g) * columnMean(p) / s" },
    { s: { place: "scalar", init: 1 } },
  ],
  "states of rows and columns": [
    {
      r: "0.9 * r + rowMean(g^2)",
      c: "0.9 * c + columnMean(g^2)",
      p: "p - lr * g / sqrt(r * c / mean(r) + 0.01)",
    },
    { r: { place: "row", init: 0 }, c: { place: "column", init: 0.5 } },
  ],
  "a state of the host's on the device": [{ m: "t", p: "p - lr * m" }, { m: 0 }],
  "a comparison as a number": [{ m: "g > 0", p: "p - lr * m" }, { m: 0 }],
  "a total that needs a total": [{ u: "g / totalNorm(g)", p: "p - lr * u * total(u * p)" }],
};

describe.each(["cpu", "wasm"] as const)("composed of operators of the %s backend", (backend) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));
  describe.each([
    ["kernel", [4, 3]],
    ["convolution", [2, 2, 3]],
    ["bias", [5]],
    ["number", []],
  ])("a %s", (_, shape) => {
    test.each(Object.entries(rules))("%s", async (_, [update, state = {}]) => {
      const configuration = configured(
        { id: "probe", title: "Probe", paper: "", hyper: { lr: 0.1 }, state, update },
        {},
      );
      const starts = Object.fromEntries(["v", "w"].map((name, i) => [name, { shape, data: normal(shape, i + 1) }]));
      const sessions = [tfjs(backend, { fused: false }), reference].map((target) =>
        target.start(starts, configuration),
      );
      const [here, there] = (await Promise.all(sessions)) as [
        Awaited<(typeof sessions)[0]>,
        Awaited<(typeof sessions)[0]>,
      ];
      for (let step = 0; step < 4; step++) {
        const g = { v: normal(shape, 10 + step), w: normal(shape, 20 + step) };
        await here.update(g);
        await there.update(g);
      }
      for (const name of ["v", "w"]) {
        const wanted = await there.read(name);
        // Sums are float32 here and double precision there: some 1e-6 of numbers near one.
        expect([...(await here.read(name))]).toEqual([...wanted].map((x) => expect.closeTo(x, 4)));
      }
      here.dispose();
    });
  });
});

/** A step of length 1, whatever the gradient's. */
const normalized = rule({
  id: "normalized",
  title: "Normalized",
  paper: "",
  hyper: { lr: 1 },
  state: {},
  update: { p: "p - lr * g / rms(g) / sqrt(size)" },
});

describe.each(["cpu", "wasm"] as const)("norms composed on the %s backend", (backend) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));
  test.each([
    ...[1e10, 1e19, 1e20, 1e30].map((size) => [1, size] as const),
    ...[1e-15, 1e-20, 1e-24].map((size) => [1e-25, size] as const),
  ])("clip to a length of %d what is %d times 3 and 4, though squares overflow or vanish", (limit, size) => {
    const byRms = (): Configured => normalized();
    for (const clip of [clipByGlobalNorm, clipByNorm, byRms]) {
      const [v, w] = [tf.variable(tf.zeros([2])), tf.variable(tf.zeros([0, 3]))];
      const opt = optimizer(clip(sgd({ lr: 1 / limit }), limit), { fused: false });
      opt.applyGradients({ [v.name]: tf.tensor1d([3 * size, 4 * size]), [w.name]: tf.zeros([0, 3]) });
      expect([...v.dataSync()]).toEqual([expect.closeTo(-0.6, 5), expect.closeTo(-0.8, 5)]);
      tf.dispose([v, w]);
    }
  });
  test("of zeros are zero", () => {
    const v = tf.variable(tf.ones([2]));
    optimizer(clipByGlobalNorm(sgd(), 1), { fused: false }).applyGradients({ [v.name]: tf.zeros([2]) });
    expect([...v.dataSync()]).toEqual([1, 1]);
    v.dispose();
  });
});

test("tensors of six dimensions are composed, sums and choices included", async () => {
  await use("cpu");
  const rule = configured(
    {
      id: "six",
      title: "Six",
      paper: "",
      hyper: { lr: 0.5 },
      state: {},
      update: { p: "p - lr * (norm(g) > 1 ? g : 0)" },
    },
    {},
  );
  const shape = [2, 1, 1, 1, 3, 2];
  const v = tf.tidy(() => tf.variable(tf.zeros(shape)));
  optimizer(rule, { fused: false }).applyGradients({ [v.name]: tf.ones(shape) });
  expect([...v.dataSync()]).toEqual(Array(12).fill(-0.5));
  expect(v.shape).toEqual(shape);
  v.dispose();
});
