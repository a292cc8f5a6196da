import { describe } from "vitest";
import { type Case, type Feed, Feeds, fixed, run } from "../check.ts";

const f = new Feeds(1);
const unary = (
  op: string,
  x: Feed,
  attributes: Record<string, number | string> = {},
  more: Partial<Case> = {},
): Case => ({
  name: `${op}${Object.keys(attributes).length > 0 ? ` ${JSON.stringify(attributes)}` : ""}`,
  inputs: { x },
  build: (g) => g.op(op, ["x"], attributes)[0]!,
  ...more,
});
const smooth = f.float([3, 4], -2, 2);
const kinked = f.apart([3, 4], 0.3);
const positive = f.float([3, 4], 0.5, 2);
const both = ["cpu", "webgpu"] as const;

describe("functions of one number", () => {
  run([
    ...[
      "Identity",
      "Neg",
      "Exp",
      "Sin",
      "Cos",
      "Atan",
      "Sinh",
      "Cosh",
      "Asinh",
      "Erf",
      "Sigmoid",
      "Tanh",
      "Softplus",
      "Mish",
      "Gelu",
    ].map((op) => unary(op, smooth)),
    ...["Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Softsign", "ThresholdedRelu", "HardSigmoid"].map((op) =>
      unary(op, kinked),
    ),
    unary("Shrink", kinked, {}, { single: true }),
    unary("Abs", kinked, {}, { targets: both }),
    ...["Sqrt", "Log", "Reciprocal"].map((op) => unary(op, positive)),
    unary("Tan", f.float([3, 4], -1, 1)),
    ...["Asin", "Acos", "Atanh"].map((op) => unary(op, f.float([3, 4], -0.8, 0.8))),
    unary("Acosh", f.float([3, 4], 1.5, 3)),
    // Kinks at ±3, away from these.
    unary("HardSwish", f.apart([4, 5], 0.37)),
    unary("Gelu", smooth, { approximate: "tanh" }),
    unary("LeakyRelu", kinked, { alpha: 0.3 }),
    unary("Elu", kinked, { alpha: 0.7 }),
    unary("Celu", kinked, { alpha: 1.7 }),
    unary("Selu", kinked, { alpha: 1.2, gamma: 1.5 }),
    unary("ThresholdedRelu", kinked, { alpha: 0.55 }),
    unary("HardSigmoid", f.apart([3, 4], 0.37), { alpha: 0.5, beta: 0.3 }),
    unary("Shrink", kinked, { lambd: 0.7, bias: 0.1 }, { single: true }),
    unary("Swish", smooth, {}, { opset: 24 }),
    unary("Swish", smooth, { alpha: 1.7 }, { opset: 24 }),
    {
      name: "Cast to the type it has, and there and back",
      inputs: { x: smooth },
      build: (g) => {
        const [there = ""] = g.op("Cast", ["x"], { to: "float64" });
        const [squared = ""] = g.op("Mul", [there, there]);
        return g.op("CastLike", [squared, "x"])[0]!;
      },
    },
    {
      name: "Dropout while predicting",
      inputs: { x: smooth },
      build: (g) => g.op("Dropout", ["x"])[0]!,
    },
    {
      name: "functions whose slope is zero end gradients",
      inputs: { x: f.apart([6], 0.37) },
      build: (g) => g.op("Add", [g.op("Mul", ["x", g.op("Sign", ["x"])[0]!])[0]!, g.op("Floor", ["x"])[0]!])[0]!,
    },
  ]);
});

const pairs: readonly [string, Feed, Feed][] = [
  ["same shapes", f.float([2, 3]), f.float([2, 3], 0.5, 2)],
  ["a column", f.float([2, 3, 4]), f.float([3, 1], 0.5, 2)],
  ["a scalar", f.float([2, 3]), f.float([], 0.5, 2)],
  ["the first smaller", f.float([4]), f.float([2, 3, 4], 0.5, 2)],
  ["both repeated", f.float([2, 1, 4]), f.float([3, 1], 0.5, 2)],
];
describe("operators on two tensors", () => {
  run([
    ...["Add", "Sub", "Mul", "Div"].flatMap((op) =>
      pairs.map(
        ([name, a, b]): Case => ({ name: `${op}, ${name}`, inputs: { a, b }, build: (g) => g.op(op, ["a", "b"])[0]! }),
      ),
    ),
    {
      name: "Mul of a value by itself",
      inputs: { x: smooth },
      build: (g) => g.op("Mul", ["x", "x"])[0]!,
    },
    {
      name: "Div, sizes that only the run tells",
      inputs: { a: f.float([2, 3]), b: f.float([1, 3], 0.5, 2) },
      symbolic: { a: ["rows", "columns"], b: ["others", 3] },
      build: (g) => g.op("Div", ["a", "b"])[0]!,
    },
    {
      name: "Add, fewer dimensions and sizes that only the run tells",
      inputs: { a: f.float([2, 3]), b: f.float([1]) },
      symbolic: { a: ["rows", "columns"], b: ["others"] },
      build: (g) => g.op("Mul", [g.op("Add", ["a", "b"])[0]!, "a"])[0]!,
    },
    {
      name: "Pow",
      inputs: { a: f.float([2, 3], 0.5, 2), b: f.float([3], 1.2, 3) },
      build: (g) => g.op("Pow", ["a", "b"])[0]!,
    },
    ...[0, 1, 2, 3, 2.5, 0.5, -1].map(
      (k): Case => ({
        name: `Pow ${k}`,
        inputs: { x: positive },
        build: (g, { x = "" }) => g.op("Pow", [x, g.constant(k, g.type(x).elem)])[0]!,
      }),
    ),
    {
      name: "Pow, an integer exponent",
      inputs: { x: f.float([2, 3]), p: { elem: "int64", dims: [3], data: [2, 0, 3], diff: false } },
      build: (g) => g.op("Pow", ["x", "p"])[0]!,
    },
    {
      name: "Pow of zero",
      inputs: { x: { elem: "float32", dims: [3], data: [0, 1, 2], diff: false }, p: f.float([3], 1.5, 3) },
      build: (g) => g.op("Pow", ["x", "p"])[0]!,
    },
    ...[0, 1]
      .map(
        (fmod): Case => ({
          name: `Mod, fmod ${fmod}`,
          inputs: { a: f.float([2, 3], 1, 5), b: { elem: "float32", dims: [3], data: [0.7, 1.9, 1.3], diff: true } },
          // Only fmod = 1 takes floats.
          build: (g) => g.op("Mod", ["a", "b"], { fmod: 1 })[0]!,
        }),
      )
      .slice(1),
    ...["Max", "Min"].flatMap((op): Case[] => [
      {
        name: `${op} of two`,
        inputs: { a: f.apart([2, 3], 0.5), b: f.float([3], 0.01, 0.05) },
        build: (g) => g.op(op, ["a", "b"])[0]!,
      },
      {
        name: `${op} of three`,
        inputs: { a: f.apart([2, 3], 0.5), b: f.float([3], 0.01, 0.05), c: f.float([2, 1], -0.3, -0.2) },
        build: (g) => g.op(op, ["a", "b", "c"])[0]!,
      },
      { name: `${op} of one`, inputs: { a: smooth }, build: (g) => g.op(op, ["a"])[0]! },
    ]),
    ...["Sum", "Mean"].map(
      (op): Case => ({
        name: `${op} of three`,
        inputs: { a: f.float([2, 3]), b: f.float([3]), c: f.float([2, 1]) },
        targets: both,
        build: (g) => g.op("Mul", [g.op(op, ["a", "b", "c"])[0]!, "a"])[0]!,
      }),
    ),
    {
      name: "Where",
      inputs: { c: f.bools([2, 1, 4]), a: f.float([3, 4]), b: f.float([1]) },
      build: (g) => g.op("Where", ["c", "a", "b"])[0]!,
    },
    {
      name: "PRelu",
      inputs: { x: f.apart([2, 3, 4], 0.2), slope: f.float([3, 1]) },
      build: (g) => g.op("PRelu", ["x", "slope"])[0]!,
    },
    {
      name: "Clip",
      inputs: { x: kinked, low: f.float([], -0.95, -0.94), high: f.float([], 0.7, 0.71) },
      build: (g) => g.op("Clip", ["x", "low", "high"])[0]!,
    },
    {
      name: "Clip whose bounds cross: every element is the upper one",
      inputs: { x: kinked, low: f.float([], 0.8, 0.81), high: f.float([], 0.2, 0.21) },
      build: (g) => g.op("Clip", ["x", "low", "high"])[0]!,
    },
    {
      name: "Clip from below",
      inputs: { x: kinked, low: f.float([], -0.95, -0.94) },
      build: (g) => g.op("Clip", ["x", "low"])[0]!,
    },
    {
      name: "Clip from above",
      inputs: { x: kinked, high: f.float([], 0.7, 0.71) },
      build: (g) => g.op("Clip", ["x", "", "high"])[0]!,
    },
    {
      name: "DequantizeLinear, the scale",
      inputs: { q: f.ints([2, 3, 4], 100, "uint8"), s: f.float([3], 0.1, 0.3), z: f.ints([3], 20, "uint8") },
      build: (g) => g.op("DequantizeLinear", ["q", "s", "z"], { axis: 1 })[0]!,
    },
    {
      name: "DequantizeLinear, one scale",
      inputs: { q: f.ints([2, 3], 100, "int8", -50), s: f.float([], 0.1, 0.3) },
      build: (g) => g.op("DequantizeLinear", ["q", "s"])[0]!,
    },
    {
      name: "a frozen, dequantized weight lets gradients pass to the activations",
      inputs: { x: f.float([2, 3]), q: f.ints([3, 4], 100, "int8", -50), s: fixed(f.float([], 0.01, 0.03)) },
      build: (g) => g.op("MatMul", ["x", g.op("DequantizeLinear", ["q", "s"])[0]!])[0]!,
    },
  ]);
});
