import { describe, expect, test } from "vitest";
import type { Target } from "../src/autodiff/builder.ts";
import { differentiate } from "../src/autodiff/differentiate.ts";
import { lossFrom } from "../src/autodiff/loss-from.ts";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  type Loss,
  meanAbsolute,
  meanSquared,
} from "../src/autodiff/losses.ts";
import { weightedSum } from "../src/autodiff/weighted-sum.ts";
import { Graph } from "../src/graph/graph.ts";
import { Feeds, session, tensor } from "./check.ts";

const f = new Feeds(12);
const targets = ["cpu", "webgpu"] as const;

/** A model that is its input: the loss and its gradient with respect to that. */
async function run(
  loss: Loss,
  shape: readonly number[],
  x: readonly number[],
  labels: readonly number[],
  target: Target,
  declared: readonly (number | string)[] = shape,
): Promise<{ readonly loss: number; readonly gradient: readonly number[] }> {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: declared });
  g.output(g.op("Identity", ["x"])[0]!);
  const made = differentiate(g, { loss, inputs: ["x"], target });
  const [label] = made.labels;
  const elem = label!.type.elem;
  const dims = label!.type.shape!.length === shape.length ? shape : shapeWithout(shape, label!.type.shape!, declared);
  const s = await session(made.graph);
  const out = await s.run({ x: tensor("float32", x, shape), [label!.name]: tensor(elem, labels, dims) });
  await s.release();
  return {
    loss: Number(out[made.loss]!.data[0]),
    gradient: Array.from(out[made.inputs[0]!.grad]!.data as Float32Array),
  };
}

/** The shape of labels: that of the logits without classes, with numbers for names. */
function shapeWithout(
  shape: readonly number[],
  labels: readonly (number | string)[],
  declared: readonly (number | string)[],
): number[] {
  let at = 0;
  const rest: number[] = [];
  declared.forEach((d, i) => {
    if (d === labels[at]) {
      rest.push(shape[i]!);
      at++;
    }
  });
  return rest;
}

/** The gradient of a function of a list of numbers, in float64. */
function slopes(x: readonly number[], of: (x: readonly number[]) => number): number[] {
  return x.map((_, i) => {
    const at = (h: number): number => of(x.map((v, j) => (j === i ? v + h : v)));
    return (at(1e-4) - at(-1e-4)) / 2e-4;
  });
}

function agrees(
  found: { readonly loss: number; readonly gradient: readonly number[] },
  x: readonly number[],
  of: (x: readonly number[]) => number,
): void {
  const wanted = of(x);
  // float32 against float64.
  expect(Math.abs(found.loss - wanted)).toBeLessThan(2e-6 * (1 + Math.abs(wanted)));
  const gradient = slopes(x, of);
  const largest = Math.max(1e-3, ...gradient.map(Math.abs));
  gradient.forEach((g, i) => {
    expect(Math.abs(g - found.gradient[i]!)).toBeLessThan(1e-5 * largest);
  });
}

interface Options {
  readonly weights?: readonly number[];
  readonly smoothing?: number;
  readonly ignore?: number;
  readonly sum?: boolean;
}

const logSoftmax = (row: readonly number[]): number[] => {
  const most = Math.max(...row);
  const log = Math.log(row.reduce((s, v) => s + Math.exp(v - most), 0));
  return row.map((v) => v - most - log);
};

/** As PyTorch documents it: rows of logits, a label for each. */
function reference(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  { weights, smoothing = 0, ignore, sum }: Options,
): number {
  let total = 0;
  let count = 0;
  rows.forEach((row, i) => {
    const label = labels[i]!;
    if (label === ignore) return;
    const log = logSoftmax(row);
    const w = weights ?? row.map(() => 1);
    const spread = log.reduce((s, l, c) => s - w[c]! * l, 0) / row.length;
    total += (1 - smoothing) * w[label]! * -log[label]! + smoothing * spread;
    count += w[label]!;
  });
  return sum ? total : total / count;
}

const chunks = (x: readonly number[], n: number): number[][] =>
  Array.from({ length: x.length / n }, (_, i) => x.slice(i * n, (i + 1) * n));

describe.each(targets)("cross-entropy for %s", (target) => {
  const x = f.float([6, 4], -3, 3).data;
  const labels = f.ints([6], 4).data;
  const weights = [0.5, 2, 1, 1.5];
  const forms: readonly [string, Options][] = [
    ["plain", {}],
    ["a sum", { sum: true }],
    ["class weights", { weights }],
    ["smoothing", { smoothing: 0.2 }],
    ["a label ignored", { ignore: labels[2]! }],
    ["an ignored label that is not a class", { ignore: -100 }],
    ["all of it", { weights, smoothing: 0.3, ignore: labels[2]! }],
    ["all of it, a sum", { weights, smoothing: 0.3, ignore: labels[2]!, sum: true }],
  ];
  const lossOf = (
    { weights: classWeights, smoothing, ignore: ignoreIndex, sum }: Options,
    more: { readonly axis?: number } = {},
  ): Loss =>
    crossEntropy({
      ...more,
      ...(classWeights === undefined ? {} : { classWeights }),
      ...(smoothing === undefined ? {} : { smoothing }),
      ...(ignoreIndex === undefined ? {} : { ignoreIndex }),
      ...(sum ? { reduction: "sum" } : {}),
    });

  test.each(forms)("%s, of rows", async (_, options) => {
    const given = options.ignore === -100 ? labels.map((l, i) => (i % 3 === 0 ? -100 : l)) : labels;
    for (const declared of [
      [6, 4],
      ["batch", 4],
    ]) {
      const found = await run(lossOf(options), [6, 4], x, given, target, declared);
      agrees(found, x, (v) => reference(chunks(v, 4), given, options));
    }
  });

  test.each(forms)("%s, of sequences, classes last", async (_, options) => {
    const found = await run(lossOf(options), [2, 3, 4], x, labels, target, ["batch", "time", 4]);
    agrees(found, x, (v) => reference(chunks(v, 4), labels, options));
  });

  test.each(forms)("%s, of images, classes second", async (_, options) => {
    const found = await run(lossOf(options, { axis: 1 }), [1, 4, 2, 3], x, labels, target);
    // Pixel p of class c is at c · 6 + p.
    const rows = (v: readonly number[]): number[][] => labels.map((__, p) => [0, 1, 2, 3].map((c) => v[c * 6 + p]!));
    agrees(found, x, (v) => reference(rows(v), labels, options));
  });

  test("of images with classes first", async () => {
    const found = await run(lossOf({}, { axis: 0 }), [4, 2, 3], x, labels, target);
    const rows = (v: readonly number[]): number[][] => labels.map((_, p) => [0, 1, 2, 3].map((c) => v[c * 6 + p]!));
    agrees(found, x, (v) => reference(rows(v), labels, {}));
  });

  test("of classes that are masked by −∞, also where the label is ignored", async () => {
    const masked = x.map((v, i) => (i % 4 === 0 ? Number.NEGATIVE_INFINITY : v));
    const given = [1, -100, 2, 3, -100, 1];
    const found = await run(lossOf({ ignore: -100 }), [6, 4], masked, given, target);
    const others = (v: readonly number[]): number[][] => chunks(v, 4).map((row) => row.slice(1));
    const shifted = given.map((label) => (label === -100 ? label : label - 1));
    expect(found.gradient.every((g, i) => i % 4 !== 0 || g === 0)).toBe(true);
    const kept = (v: readonly number[]): number[] => v.filter((_, i) => i % 4 !== 0);
    const three = { loss: found.loss, gradient: kept(found.gradient) };
    agrees(three, others(x).flat(), (v) => reference(chunks(v, 3), shifted, { ignore: -100 }));
  });

  test("of sequences whose last dimension is one", async () => {
    const found = await run(lossOf({}, { axis: 1 }), [6, 4, 1], x, labels, target);
    agrees(found, x, (v) => reference(chunks(v, 4), labels, {}));
  });

  test("of one example without a batch", async () => {
    const found = await run(crossEntropy(), [4], x.slice(0, 4), [2], target);
    agrees(found, x.slice(0, 4), (v) => reference([[...v]], [2], {}));
  });

  test.each([
    ["plain", 0, undefined],
    ["smoothing and weights", 0.2, weights],
  ] as const)("distributions as labels: %s", async (_, smoothing, classWeights) => {
    const raw = f.float([6, 4], 0.1, 1).data;
    const wanted = chunks(raw, 4).flatMap((row) => row.map((v) => Math.fround(v / row.reduce((a, b) => a + b))));
    const loss = crossEntropy({
      probabilities: true,
      smoothing,
      ...(classWeights === undefined ? {} : { classWeights }),
    });
    agrees(await run(loss, [6, 4], x, wanted, target), x, (v) => {
      const rows = chunks(v, 4).map(logSoftmax);
      const all = rows.flatMap((row, i) =>
        row.map((log, c) => -(classWeights?.[c] ?? 1) * ((1 - smoothing) * wanted[i * 4 + c]! + smoothing / 4) * log),
      );
      return all.reduce((a, b) => a + b) / 6;
    });
  });
});

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const each: readonly [string, Loss, (x: number, z: number) => number][] = [
  [
    "binary cross-entropy",
    binaryCrossEntropyWithLogits(),
    (x, z) => -z * Math.log(sigmoid(x)) - (1 - z) * Math.log(1 - sigmoid(x)),
  ],
  [
    "binary cross-entropy, positives weighted",
    binaryCrossEntropyWithLogits({ positiveWeight: 3 }),
    (x, z) => -3 * z * Math.log(sigmoid(x)) - (1 - z) * Math.log(1 - sigmoid(x)),
  ],
  ["mean squared", meanSquared(), (x, z) => (x - z) ** 2],
  ["mean absolute", meanAbsolute(), (x, z) => Math.abs(x - z)],
  ["Huber", huber(), (x, z) => (Math.abs(x - z) < 1 ? 0.5 * (x - z) ** 2 : Math.abs(x - z) - 0.5)],
  [
    "Huber of another delta",
    huber({ delta: 0.4 }),
    (x, z) => (Math.abs(x - z) < 0.4 ? 0.5 * (x - z) ** 2 : 0.4 * (Math.abs(x - z) - 0.2)),
  ],
];
describe.each(targets)("losses element by element for %s", (target) => {
  const x = f.float([3, 4], -3, 3).data;
  const z = f.float([3, 4], 0, 1).data;
  test.each(each)("%s is a mean", async (_, loss, of) => {
    const found = await run(loss, [3, 4], x, z, target, ["batch", 4]);
    agrees(found, x, (v) => v.reduce((s, a, i) => s + of(a, z[i]!), 0) / 12);
  });
  test.each(each)("%s is a sum where asked", async (_, loss, of) => {
    const summed = lossFrom({ kind: loss.kind, options: { ...loss.options, reduction: "sum" } });
    const found = await run(summed, [3, 4], x, z, target);
    agrees(found, x, (v) => v.reduce((s, a, i) => s + of(a, z[i]!), 0));
  });
});

test("a weighted sum adds losses of values of its own, with labels of its own, and is made again from plain data", async () => {
  const x = [0.5, -1, 2, 0.1, 1.5, -0.3];
  const sum = weightedSum([
    { loss: meanSquared({ labels: "a", reduction: "sum" }) },
    { loss: meanAbsolute({ from: "twice", labels: "b", reduction: "sum" }), weight: -0.5 },
  ]);
  for (const loss of [sum, lossFrom({ kind: sum.kind, options: structuredClone(sum.options) })]) {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 3] });
    g.output(g.op("Identity", ["x"], {}, ["y"])[0]!);
    g.op("Add", ["x", "x"], {}, ["twice"]);
    const made = differentiate(g, { loss, inputs: ["x"] });
    expect(made.labels.map(({ name }) => name)).toEqual(["a", "b"]);
    const s = await session(made.graph);
    const zeros = tensor("float32", [0, 0, 0, 0, 0, 0], [2, 3]);
    const out = await s.run({ x: tensor("float32", x, [2, 3]), a: zeros, b: zeros });
    await s.release();
    // Σ x² − ½ Σ |2x|, and its derivative.
    expect(Number(out[made.loss]!.data[0])).toBeCloseTo(
      x.reduce((total, v) => total + v * v - Math.abs(v), 0),
      5,
    );
    const gradient = Array.from(out[made.inputs[0]!.grad]!.data as Float32Array);
    for (const [i, v] of x.entries()) expect(gradient[i]).toBeCloseTo(2 * v - Math.sign(v), 5);
  }
  expect(() => weightedSum([])).toThrow(
    /^The argument of weightedSum must be a list of losses with weights: .*; got an empty list\.$/,
  );
  expect(() => weightedSum([{ loss: huber(), weight: Number.NaN }])).toThrow(
    "`weight` of a term of weightedSum must be a finite number; got NaN.",
  );
  expect(() => weightedSum([{ loss: crossEntropy as unknown as Loss }])).toThrow(
    /`loss` of a term of weightedSum must be a loss/,
  );
  const twice = weightedSum([{ loss: huber() }, { loss: meanSquared() }]);
  const g = new Graph();
  g.input("x", { elem: "float32", shape: [2] });
  g.output(g.op("Identity", ["x"])[0]!);
  expect(() => differentiate(g, { loss: twice, inputs: ["x"] })).toThrow("Give another with `labels`");
});

test("large logits neither overflow nor vanish", async () => {
  const logits = [200, -200, 1e4, -1e4];
  const found = await run(binaryCrossEntropyWithLogits({ reduction: "sum" }), [4], logits, [0, 1, 1, 0], "cpu");
  expect(found.loss).toBe(400);
  expect(found.gradient).toEqual([1, -1, 0, 0]);
  const rows = await run(crossEntropy({ reduction: "sum" }), [2, 2], logits, [1, 0], "webgpu");
  expect(rows.loss).toBe(400);
});

describe("what cannot be", () => {
  const model = (shape: readonly (number | string)[]): Graph => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape });
    g.output(g.op("Identity", ["x"], {}, ["y"])[0]!);
    return g;
  };
  const built =
    (loss: Loss, shape: readonly (number | string)[] = ["batch", 3]) =>
    () =>
      differentiate(model(shape), { loss, inputs: ["x"] });

  test("names what is wrong and what to do", () => {
    expect(() => crossEntropy({ smoothing: 1.5 })).toThrow(
      "`smoothing` of crossEntropy must be a number from 0 to 1; got 1.5.",
    );
    expect(() => crossEntropy({ probabilities: true, ignoreIndex: 0 })).toThrow("Give those rows zero weight");
    expect(() => huber({ delta: 0 })).toThrow("`delta` of huber must be a number greater than 0; got 0.");
    expect(() => lossFrom({ kind: "cross", options: {} })).toThrow("`crossEntropy`");
    expect(built(crossEntropy({ from: "logits" }))).toThrow(
      "`from` is `logits`, and the model has no such value. Its outputs are `y`.",
    );
    expect(built(crossEntropy({ labels: "x" }))).toThrow("Give another with `labels`");
    expect(built(crossEntropy({ classWeights: [1, 2] }))).toThrow("classWeights has 2 entries for 3 classes");
    expect(built(crossEntropy({ axis: 2 }))).toThrow("axis is 2");
    expect(built(crossEntropy(), ["batch", "classes"])).toThrow('"classes" and must be a number');
    expect(built(crossEntropy(), [])).toThrow("`y` is a scalar");
  });
  test("labels say what they may be", () => {
    const { labels } = differentiate(model(["batch", 3]), {
      loss: crossEntropy({ labels: "wanted", ignoreIndex: -1 }),
      inputs: ["x"],
    });
    expect(labels).toEqual([
      { name: "wanted", type: { elem: "int64", shape: ["batch"] }, classes: 3, ignoreIndex: -1 },
    ]);
  });
});
