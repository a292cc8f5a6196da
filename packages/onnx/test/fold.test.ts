import { describe, expect, test } from "vitest";
import { type AttributeInput, fold, prune } from "../src/graph/index.ts";
import { exportModel, Graph } from "../src/index.ts";
import { type Constant, constant } from "../src/proto/index.ts";
import { apart, run } from "./runtime.ts";

type Case = readonly [
  op: string,
  inputs: readonly (Constant | undefined)[],
  attributes?: Readonly<Record<string, AttributeInput>>,
  outputs?: number,
];

const f = (data: readonly number[], dims?: readonly number[]): Constant => constant(data, "float32", dims);
const d = (data: readonly number[], dims?: readonly number[]): Constant => constant(data, "float64", dims);
const i = (data: readonly number[], dims?: readonly number[]): Constant => constant(data, "int64", dims);
const n = (data: readonly number[], dims?: readonly number[]): Constant => constant(data, "int32", dims);
const b = (data: readonly number[], dims?: readonly number[]): Constant => constant(data, "bool", dims);
const x = f([0.1, -1.5, 3, 2.5, -0.3, 7], [2, 3]);
const y = f([0.7, 2, -0.9], [3]);
const k = i([7, -7, 5, -2, 0, 9], [2, 3]);
const m = i([2, -3, 4], [3]);
const yes = b([1, 0, 1], [3]);
const max = 2n ** 63n - 1n;

const cases: readonly Case[] = [
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"].flatMap(
    (op): Case[] => [
      [op, [x, y]],
      [op, [k, m]],
      [op, [n([7, -7]), n([2, 2])]],
      [op, [d([0.1, 2]), d([0.3], [])]],
    ],
  ),
  ["Add", [constant(BigInt64Array.of(max)), i([1])]],
  ["Mul", [n([2 ** 31 - 1, 65537]), n([2 ** 31 - 1, 65539])]],
  ["Mod", [k, m]],
  ["Mod", [k, m], { fmod: 1 }],
  ["Mod", [n([7, -7]), n([-3, 3])]],
  ["Mod", [x, y], { fmod: 1 }],
  ["Sum", [x, y, f([0.1], [1])]],
  ...["Neg", "Abs", "Sign"].flatMap((op): Case[] => [
    [op, [x]],
    [op, [k]],
  ]),
  ...["Floor", "Ceil", "Sqrt", "Reciprocal"].map((op): Case => [op, [x]]),
  ["Not", [yes]],
  ...["And", "Or", "Xor"].map((op): Case => [op, [yes, b([0, 0, 1, 1], [4, 1])]]),
  ["Cast", [x], { to: "int64" }],
  ["Cast", [x], { to: "bool" }],
  ["Cast", [x], { to: "float64" }],
  ["Cast", [k], { to: "float32" }],
  ["Cast", [k], { to: "int32" }],
  ["Cast", [yes], { to: "float32" }],
  ["Cast", [d([0.1, 1e300])], { to: "float32" }],
  ["Identity", [x]],
  ["Reshape", [x, i([-1, 2])]],
  ["Flatten", [f([1, 2, 3, 4, 5, 6], [1, 2, 3])], { axis: 2 }],
  ["Unsqueeze", [x, i([0, -1])]],
  ["Squeeze", [f([1, 2], [1, 2, 1]), i([0])]],
  ["Squeeze", [f([1, 2], [1, 2, 1])]],
  ["Transpose", [x]],
  ["Transpose", [i([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 4])], { perm: [2, 0, 1] }],
  ["Slice", [x, i([1]), i([2 ** 40]), i([1])]],
  ["Slice", [x, i([-1, 5]), i([-100, -3]), i([0, 1]), i([-1, -2])]],
  ["Slice", [k, i([0, 1]), i([2, 3])]],
  ["Gather", [x, i([-1, 0], [2, 1])], { axis: 1 }],
  ["Gather", [k, i([1], [])], { axis: 0 }],
  ["Concat", [x, x, f([9, 9], [2, 1])], { axis: -1 }],
  ["Concat", [m, i([4])], { axis: 0 }],
  ["Split", [x, i([1, 2])], { axis: 1 }, 2],
  ["Split", [m], { axis: 0, num_outputs: 2 }, 2],
  ["Tile", [x, i([2, 2])]],
  ["Expand", [y, i([2, 1])]],
  ["Where", [yes, x, y]],
  ["Where", [b([1, 0], [2, 1]), k, m]],
  ["Range", [i([7], []), i([-2], []), i([-3], [])]],
  ["Range", [f([0], []), f([5], []), f([2], [])]],
  ["NonZero", [k]],
  ["NonZero", [yes]],
  ["Expand", [i([5]), i([3, 2])]],
  ["ConstantOfShape", [i([2, 3])], { value: constant([4], "int32") }],
  ["ConstantOfShape", [i([2, 3])]],
  ["Shape", [x], { start: -1 }],
  ["Size", [x]],
  ...["ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin"].flatMap((op): Case[] => [
    [op, [k, i([1])], { keepdims: 0 }],
    [op, [k, i([-2])]],
    [op, [k]],
    [op, [k], { noop_with_empty_axes: 1 }],
  ]),
  ["ReduceMax", [x, i([0])]],
  ["ReduceMin", [x, i([1])], { keepdims: 0 }],
];

describe("what is folded", () => {
  test(`has the very numbers that a runtime computes, for ${cases.length} cases`, async () => {
    const g = new Graph();
    const made = cases.map(([op, inputs, attributes, outputs]) => {
      const names = inputs.map((value) => (value === undefined ? "" : g.literal(g.fresh("c"), value)));
      return g.op(op, names, attributes, outputs).map((name) => g.output(name));
    });
    const results = await run(exportModel(g), {}, { graphOptimizationLevel: "disabled" });
    for (const [at, names] of made.entries())
      for (const name of names) {
        const known = g.literalValue(name);
        expect(known, `case ${at}: ${cases[at]?.[0]} is not folded`).toBeDefined();
        expect(
          apart(known, results[name]),
          `case ${at}: ${cases[at]?.[0]} ${known?.data}, not ${results[name]?.data}`,
        ).toBe(0);
      }
  });

  test("is left to the runtime where no number is right, or there would be too many", () => {
    const g = new Graph();
    const open = [
      g.op("Div", [g.ints([1]), g.ints([0])]),
      g.op("Mod", [g.ints([1]), g.ints([0])]),
      g.op("Cast", [g.constant([1e20])], { to: "int64" }),
      g.op("Cast", [g.constant([Number.NaN])], { to: "int32" }),
      g.op("Gather", [g.constant([1, 2]), g.ints([5])]),
      g.op("ConstantOfShape", [g.ints([1 << 20, 1 << 20])]),
      g.op("Range", [g.constant(0), g.constant(1), g.constant(0.1)]),
      g.op("Exp", [g.constant([1])]),
    ];
    for (const [name = ""] of open) expect(g.literalValue(name)).toBeUndefined();
  });

  test("is never a weight, or what follows from one", () => {
    const g = new Graph();
    g.initializer("w", constant([1, 2]));
    const [twice = ""] = g.op("Mul", ["w", g.constant(2)]);
    const [length = ""] = g.op("Shape", ["w"]);
    expect(g.literalValue(twice)).toBeUndefined();
    expect(g.value("w")?.data).toEqual(Float32Array.of(1, 2));
    expect(g.literalValue(length)?.data).toEqual(BigInt64Array.of(2n));
  });
});

describe("folding a graph", () => {
  test("leaves the nodes that depend on inputs and weights, and drops what nobody reads", () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 6] });
    g.initializer("w", constant(new Float32Array(6), "float32", [6]));
    g.initializer("unused", constant([1]));
    const [tied = ""] = g.op("Identity", ["w"]);
    const [sum = ""] = g.op("Add", ["x", tied]);
    const [size = ""] = g.op("Shape", ["x"]);
    const [last = ""] = g.op("Gather", [size, g.ints([1])]);
    const [half = ""] = g.op("Div", [last, g.ints([2])]);
    const [target = ""] = g.op("Concat", [g.ints([-1]), half], { axis: 0 });
    g.op("Neg", [sum]);
    const [out = ""] = g.op("Reshape", [sum, target]);
    g.output(out);
    expect(g.type(out).shape).toEqual(["2 * batch", 3]);
    fold(g);
    prune(g);
    expect(g.nodes.map((node) => node.op)).toEqual(["Add", "Reshape"]);
    expect(g.nodes[0]?.inputs).toEqual(["x", "w"]);
    expect([...g.initializers.keys()].sort()).toEqual([target, "w"].sort());
  });

  test("keeps an output that is known, and constants that are equal once", () => {
    const g = new Graph();
    expect(g.constant(2)).toBe(g.constant([2], "float32", []));
    expect(g.constant(2)).not.toBe(g.constant([2]));
    expect(g.ints([1])).not.toBe(g.constant([1], "int32"));
    expect(g.constant(0)).not.toBe(g.constant(-0));
    const [out = ""] = g.op("Neg", [g.constant(2)]);
    g.output(out);
    fold(g);
    expect(g.nodes.length).toBe(1);
  });
});

test("a constant is cast like a value of which only the type is known", () => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch"] });
  const [bound = ""] = g.op("CastLike", [g.constant(6, "int64", []), "x"]);
  g.op("Min", ["x", bound], {}, ["y"]);
  g.output("y");
  fold(g);
  prune(g);
  expect(g.nodes.map((node) => node.op)).toEqual(["Min"]);
  expect(g.value(bound)).toEqual(constant(6, "float32", []));
});
