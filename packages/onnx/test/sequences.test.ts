import { InferenceSession } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { differentiate } from "../src/autodiff/differentiate.ts";
import { exportModel, Graph, importModel } from "../src/index.ts";
import { Feeds, session, tensor } from "./check.ts";

/** Appends operators on sequences to a graph with the input `x`; the name of a tensor that is read from them. */
type Build = (g: Graph) => string;

const op = (g: Graph, kind: string, inputs: readonly string[], attributes: Parameters<Graph["op"]>[2] = {}): string =>
  g.op(kind, inputs, attributes)[0]!;
const at = (g: Graph, sequence: string, i: number): string =>
  op(g, "SequenceAt", [sequence, g.constant(i, "int64", [])]);
const typed = (g: Graph, name: string, ...shape: readonly number[]): string => {
  g.setType(name, { elem: "float32", shape });
  return name;
};

/** The shape of `x`, a graph, and the shape of its output. */
const cases: readonly (readonly [string, Build, readonly number[]])[] = [
  [
    "a split of equal parts, read at two places",
    (g) => {
      const parts = op(g, "SplitToSequence", ["x", g.constant(2, "int64", [])], { axis: 1 });
      return op(g, "Mul", [typed(g, at(g, parts, 0), 3, 2), typed(g, at(g, parts, -1), 3, 2)]);
    },
    [3, 2],
  ],
  [
    "a split of given sizes, of which one is not read",
    (g) => typed(g, at(g, op(g, "SplitToSequence", ["x", g.ints([1, 2, 1])], { axis: -1 }), 1), 3, 2),
    [3, 2],
  ],
  [
    "a split whose last part is smaller",
    (g) => typed(g, at(g, op(g, "SplitToSequence", ["x", g.constant(3, "int64", [])], { axis: 1 }), 1), 3, 1),
    [3, 1],
  ],
  [
    "a split into single elements",
    (g) => typed(g, at(g, op(g, "SplitToSequence", ["x"], { axis: 0, keepdims: 0 }), 2), 4),
    [4],
  ],
  [
    "a construction, concatenated",
    (g) => {
      const sequence = op(g, "SequenceConstruct", [op(g, "Sin", ["x"]), "x"]);
      return typed(g, op(g, "ConcatFromSequence", [sequence], { axis: 1 }), 3, 8);
    },
    [3, 8],
  ],
  [
    "a construction, stacked along a new axis",
    (g) => {
      const sequence = op(g, "SequenceConstruct", [op(g, "Sin", ["x"]), "x"]);
      return typed(g, op(g, "ConcatFromSequence", [sequence], { axis: -1, new_axis: 1 }), 3, 4, 2);
    },
    [3, 4, 2],
  ],
  [
    "insertions and an erasure",
    (g) => {
      const empty = op(g, "SequenceEmpty", [], { dtype: "float32" });
      const one = op(g, "SequenceInsert", [empty, "x"]);
      const two = op(g, "SequenceInsert", [one, op(g, "Exp", ["x"]), g.constant(0, "int64", [])]);
      const three = op(g, "SequenceInsert", [two, op(g, "Neg", ["x"]), g.constant(-1, "int64", [])]);
      const left = op(g, "SequenceErase", [op(g, "Identity", [three])]);
      return typed(g, op(g, "ConcatFromSequence", [left], { axis: 0 }), 6, 4);
    },
    [6, 4],
  ],
  [
    "the length, as a factor",
    (g) => {
      const parts = op(g, "SplitToSequence", ["x", g.constant(2, "int64", [])], { axis: 1 });
      const length = op(g, "Cast", [op(g, "SequenceLength", [parts])], { to: "float32" });
      g.setType(length, { elem: "float32", shape: [] });
      return typed(g, op(g, "Mul", ["x", length]), 3, 4);
    },
    [3, 4],
  ],
];

const x = new Feeds(8).float([3, 4]);

describe("operators on sequences whose elements are known before the run", () => {
  for (const [name, build, shape] of cases)
    test(`${name}: values of ONNX Runtime, gradients of differences`, async () => {
      const g = new Graph(17);
      g.input("x", { elem: "float32", shape: [3, 4] });
      g.op("Identity", [build(g)], {}, ["y"]);
      g.output("y", { elem: "float32", shape });
      const file = exportModel(g);
      const theirs = await InferenceSession.create(file, { logSeverityLevel: 4, graphOptimizationLevel: "disabled" });
      const value = async (data: readonly number[]): Promise<readonly number[]> =>
        Array.from((await theirs.run({ x: tensor("float32", data, [3, 4]) })).y!.data as Float32Array);
      const weights = new Feeds(9).float(shape).data;
      const graph = importModel(file);
      expect(graph.nodes.filter(({ op: kind }) => /Sequence/.test(kind))).toEqual([]);
      const made = differentiate(graph, {
        loss: (of, [y = ""]) =>
          op(of, "ReduceSum", [op(of, "Mul", [y, of.constant(weights, "float32", shape)])], { keepdims: 0 }),
        inputs: ["x"],
      });
      const ours = await session(made.graph);
      const found = await ours.run({ x: tensor("float32", x.data, [3, 4]) });
      expect(Array.from(found.y!.data as Float32Array)).toEqual(await value(x.data));
      const dot = async (data: readonly number[]): Promise<number> =>
        (await value(data)).reduce((sum, v, i) => sum + v * weights[i]!, 0);
      const gradient = found[made.inputs[0]!.grad]!.data as Float32Array;
      for (const i of x.data.keys()) {
        const moved = (by: number): readonly number[] => x.data.map((v, k) => (k === i ? v + by : v));
        const slope = ((await dot(moved(0.02))) - (await dot(moved(-0.02)))) / 0.04;
        // Differences in float32 of sums of some ten terms, and the third derivative of exp.
        expect(Math.abs(gradient[i]! - slope)).toBeLessThan(1e-3);
      }
      await theirs.release();
      await ours.release();
    });

  test("an element beyond the end is an error that names the node", () => {
    const g = new Graph(17);
    g.input("x", { elem: "float32", shape: [3, 4] });
    const y = typed(g, at(g, op(g, "SplitToSequence", ["x", g.constant(2, "int64", [])], { axis: 1 }), 5), 3, 2);
    g.output(y);
    expect(() => importModel(exportModel(g))).toThrow(/SequenceAt .* reads element 5 of a sequence of 2/);
  });
});
