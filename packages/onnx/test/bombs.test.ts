import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { add, bind, canonical, type Dim, exact, floorDiv, max, min, mul, sub, truncDiv } from "../src/graph/dims.ts";
import type { AttributeInput } from "../src/graph/index.ts";
import { sizeOf } from "../src/graph/subgraphs.ts";
import { type Differentiated, differentiate, Graph, importModel, type ModelProto, OnnxError } from "../src/index.ts";
import { type AttributeProto, constant, type FunctionProto, type NodeProto, tensorOf } from "../src/proto/index.ts";
import { info, model, node } from "./protos.ts";

// Small models that ask for endless work. The time limits are against hangs; unbounded, each of these runs for ever.
const limit = 30_000;

const graphAttribute = (name: string, nodes: readonly NodeProto[], output: string): AttributeProto => ({
  name,
  type: 5,
  g: { name, node: nodes, output: [{ name: output }] },
});
const truth: NodeProto = node("Constant", [], ["c"], {
  attribute: [{ name: "value", type: 4, t: tensorOf("", constant([true], "bool", [])) }],
});
const ifNode = (condition: string, then: readonly NodeProto[], otherwise: readonly NodeProto[]): NodeProto =>
  node("If", [condition], ["b"], {
    attribute: [graphAttribute("then_branch", then, "o"), graphAttribute("else_branch", otherwise, "o")],
  });
const call = (name: string, input: readonly string[], output: readonly string[]): NodeProto =>
  node(name, input, output, { domain: "mine" });
const func = (name: string, nodes: readonly NodeProto[], rest: Partial<FunctionProto> = {}): FunctionProto => ({
  name,
  domain: "mine",
  input: ["a"],
  output: ["b"],
  opsetImport: [{ version: 20 }, { domain: "mine", version: 1 }],
  node: nodes,
  ...rest,
});
const withFunctions = (
  functions: readonly FunctionProto[],
  called: NodeProto,
  more: readonly NodeProto[] = [],
): ModelProto =>
  model({
    functions,
    graph: {
      node: [called, ...more],
      input: [info("x", ["n", 2]), info("flag", [], "bool")],
      output: [info(more.length > 0 ? "z" : "y", ["n", 2])],
    },
  });

describe("functions that never end are errors", () => {
  test(
    "each calls the one below twice, and the last is empty",
    () => {
      const functions = Array.from({ length: 40 }, (_, i) =>
        func(`F${i}`, i === 0 ? [] : [call(`F${i - 1}`, [], []), call(`F${i - 1}`, [], [])], { input: [], output: [] }),
      );
      const source = withFunctions(functions, call("F39", [], []), [node("Relu", ["x"], ["z"])]);
      expect(() => importModel(source)).toThrow("functions make more than");
    },
    limit,
  );

  test(
    "each calls the one below twice, in the branch of an If whose condition is known",
    () => {
      const functions = Array.from({ length: 60 }, (_, i) =>
        func(
          `F${i}`,
          i === 0
            ? [node("Identity", ["a"], ["b"])]
            : [
                truth,
                ifNode(
                  "c",
                  [call(`F${i - 1}`, ["a"], ["m"]), call(`F${i - 1}`, ["m"], ["o"])],
                  [node("Identity", ["a"], ["o"])],
                ),
              ],
        ),
      );
      expect(() => importModel(withFunctions(functions, call("F59", ["x"], ["y"])))).toThrow(
        "functions make more than",
      );
    },
    limit,
  );

  test.each([
    ["known", "c"],
    ["computed in the run", "flag"],
  ])(
    "one calls itself in the branch of an If whose condition is %s",
    (_, condition) => {
      const body = [truth, ifNode(condition, [call("F", ["a", "flag"], ["o"])], [node("Identity", ["a"], ["o"])])];
      const source = withFunctions([func("F", body, { input: ["a", "flag"] })], call("F", ["x", "flag"], ["y"]));
      expect(() => importModel(source)).toThrow("calls itself");
    },
    limit,
  );

  test(
    "a large branch is given to a function that is called again and again",
    () => {
      const large = Array.from({ length: 2000 }, (_, i) => node("Relu", [i === 0 ? "x" : `r${i - 1}`], [`r${i}`]));
      const given: AttributeProto = { ...graphAttribute("branch", [...large, node("Relu", ["r1999"], ["o"])], "o") };
      const taking = func(
        "Taking",
        [
          node("If", ["f"], ["b"], {
            attribute: [
              { name: "then_branch", type: 5, refAttrName: "branch" },
              graphAttribute("else_branch", [node("Identity", ["a"], ["o"])], "o"),
            ],
          }),
        ],
        { input: ["a", "f"], attribute: ["branch"] },
      );
      const calls = Array.from({ length: 2000 }, (_, i) => ({
        ...call("Taking", [i === 0 ? "x" : `t${i - 1}`, "flag"], [i === 1999 ? "y" : `t${i}`]),
        attribute: [given],
      }));
      const source = withFunctions([taking], calls[0]!, calls.slice(1));
      expect(() => importModel(source)).toThrow("functions make more than");
    },
    limit,
  );

  test(
    "names do not grow with the calls, however long they are",
    () => {
      const long = "n".repeat(100_000);
      const functions = Array.from({ length: 8 }, (_, i) =>
        func(
          `F${i}`,
          i === 0
            ? [node("Relu", ["a"], ["b"], { name: long })]
            : [call(`F${i - 1}`, ["a"], [long]), call(`F${i - 1}`, [long], ["b"])],
        ),
      );
      const graph = importModel(withFunctions(functions, { ...call("F7", ["x"], ["y"]), name: long }));
      expect(graph.nodes).toHaveLength(128);
      const names = graph.nodes.flatMap((n) => [n.name, ...n.outputs]);
      expect(Math.max(...names.map((n) => n.length))).toBeLessThan(300);
    },
    limit,
  );
});

/** A graph of one node, on twice a weight of its first input's sizes, and its gradient. */
function gradientOf(
  op: string,
  x: readonly Dim[],
  inputs: (g: Graph) => readonly string[],
  attributes: Readonly<Record<string, AttributeInput>> = {},
  target: "cpu" | "webgpu" = "cpu",
): () => Differentiated {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: x });
  const [scaled = ""] = g.op("Mul", ["x", g.initializer("w", constant(2))]);
  const [y = ""] = g.op(op, [scaled, ...inputs(g)], attributes);
  g.output(y);
  return () => differentiate(g, { target, loss: (h, [o = ""]) => h.op("ReduceMean", [o], { keepdims: 0 })[0]! });
}
const none = (): readonly string[] => [];
const zeros = (g: Graph, name: string, dims: readonly number[]): string =>
  g.initializer(name, { elem: "float32", dims, data: new Float32Array(dims.reduce((a, b) => a * b, 1)) });

describe("gradients that would be too large are errors at their node", () => {
  test.each([
    [
      "AveragePool of ten thousand million positions",
      gradientOf("AveragePool", [1, 1, 1e5, 1e5], none, { kernel_shape: [99_999, 99_999], pads: [1, 1, 0, 0] }),
      /^AveragePool .* table of/,
    ],
    [
      "MaxPool by the position",
      gradientOf("MaxPool", [1, 1, 4000, 4000], none, { kernel_shape: [900, 900], strides: [7, 7] }, "webgpu"),
      /^MaxPool .* has 810000 positions in its kernel/,
    ],
    [
      "Col2Im by the position",
      gradientOf("Col2Im", [1, 1e6, 1], (g) => [g.ints([1000, 1000]), g.ints([1000, 1000])]),
      /^Col2Im .* has 1000000 positions in its kernel/,
    ],
    [
      "Resize from a line of a million",
      gradientOf("Resize", [1, 1, 1e6], (g) => ["", "", g.ints([1, 1, 1e6 - 1])], { mode: "linear" }),
      /^Resize .* table of/,
    ],
    [
      "Pad by a thousand million",
      gradientOf("Pad", [1, 4], (g) => [g.ints([0, 0, 0, 1e9])], { mode: "edge" }),
      /^Pad .* table of/,
    ],
  ])(
    "%s",
    (_, differentiated, message) => {
      expect(differentiated).toThrow(OnnxError);
      expect(differentiated).toThrow(message);
    },
    limit,
  );

  const looped = (depth: number, rounds: number): Graph => {
    const g = new Graph();
    const x = g.input("x", { elem: "float32", shape: [2] });
    const w = g.initializer("w", constant([2, 2]));
    const body = (outer: Graph, level: number): Graph => {
      const b = new Graph(20, outer);
      b.input(`i${level}`, { elem: "int64", shape: [] });
      const on = b.input(`on${level}`, { elem: "bool", shape: [] });
      const value = b.input(`v${level}`, { elem: "float32", shape: [2] });
      b.output(b.op("Identity", [on])[0]!);
      const next = level === depth ? b.op("Mul", [value, w]) : loop(b, value, level + 1);
      b.output(next[0]!);
      return b;
    };
    const loop = (outer: Graph, value: string, level: number): string[] =>
      outer.op("Loop", [outer.constant(rounds, "int64", []), outer.constant(true, "bool", []), value], {
        body: body(outer, level),
      });
    g.output(loop(g, x, 1)[0]!);
    return g;
  };
  const loss = (h: Graph, [o = ""]: readonly string[]): string => h.op("ReduceMean", [o], { keepdims: 0 })[0]!;

  test(
    "loops of many rounds stay loops",
    () => {
      const recurrent = gradientOf("LSTM", [1e6, 1, 2], (g) => [zeros(g, "W", [1, 8, 2]), zeros(g, "R", [1, 8, 2])], {
        hidden_size: 2,
      })();
      expect(sizeOf(recurrent.graph)).toBeLessThan(1000);
      for (const [depth, rounds] of [
        [3, 1000],
        [1, 2 ** 40],
      ] as const) {
        const { graph } = differentiate(looped(depth, rounds), { loss });
        expect(sizeOf(graph)).toBeLessThan(10_000);
        expect(graph.nodes.filter(({ op }) => op === "Loop")).toHaveLength(1);
      }
      expect(differentiate(looped(2, 10), { loss }).graph.nodes.some(({ op }) => op === "Loop")).toBe(false);
    },
    limit,
  );
});

test(
  "a graph of very many nodes does not overflow the stack",
  () => {
    const nodes = Array.from({ length: 150_000 }, (_, i) => node("Relu", [i === 0 ? "x" : `r${i - 1}`], [`r${i}`]));
    const graph = importModel(
      model({ graph: { node: nodes.reverse(), input: [info("x", ["n", 2])], output: [info("r149999", ["n", 2])] } }),
    );
    expect(graph.nodes).toHaveLength(150_000);
  },
  limit,
);

describe("sizes that are expressions stay small", () => {
  test("a size too long to be read is an error that names it", () => {
    const deep = `${"(".repeat(20_000)}b${")".repeat(20_000)}`;
    const source = model({
      graph: { node: [node("Relu", ["x"], ["y"])], input: [info("x", [deep, 2])], output: [info("y", [deep, 2])] },
    });
    expect(() => importModel(source)).toThrow(OnnxError);
    expect(() => importModel(source)).toThrow("at most 512 characters; got `((((");
  });

  test("a product of sums that has thousands of terms is a name", () => {
    const product = Array.from({ length: 40 }, (_, i) => `(a${i} + b${i})`).join(" * ");
    expect(canonical(product.slice(0, product.lastIndexOf(" * ", 500)))).toContain("(a0 + b0) * ");
  });

  test(
    "rounding and comparing again and again takes a moment, whatever it is nested in",
    () => {
      // Of every size both its sign and its parts are asked for, at each level for both arguments.
      let size: Dim = "n";
      for (let i = 0; i < 200; i++) size = max(floorDiv(add(size, i), 3), sub(min(size, "m"), truncDiv(size, 2)));
      expect(String(size).length).toBeLessThanOrEqual(512);
    },
    limit,
  );

  const operations = { add, sub, mul, floorDiv, truncDiv, max, min } as const;
  const names = Object.keys(operations) as (keyof typeof operations)[];

  test(
    "any sequence of operations gives short texts that have the value they should",
    () => {
      const step = fc.tuple(fc.constantFrom(...names), fc.nat(), fc.nat());
      fc.assert(
        fc.property(
          fc.array(step, { maxLength: 60 }),
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 1, max: 9 }),
          (steps, a, b) => {
            const sizes: [Dim, number][] = [
              ["a", a],
              ["b", b],
              [2, 2],
              [3, 3],
            ];
            for (const [name, i, k] of steps) {
              const [x, valueX] = sizes[i % sizes.length]!;
              const [y, valueY] = sizes[k % sizes.length]!;
              if (/Div/.test(name) && valueY === 0) continue;
              const value = operations[name](valueX, valueY);
              if (typeof value !== "number" || Math.abs(value) > 1e6) continue;
              const size = operations[name](x, y);
              expect(String(size).length).toBeLessThanOrEqual(512);
              // A size that grew too long is one that nothing is known of.
              const bound = bind(size, { a, b });
              if (!String(bound).includes("?large")) expect(bound).toBe(value + 0);
              if (!String(size).includes("?large")) sizes.push([size, value]);
            }
          },
        ),
        { numRuns: 200 },
      );
    },
    limit,
  );

  test(
    "any text is a size or an error, and read again it is the same",
    () => {
      const token = fc.constantFrom(
        "a",
        "b",
        "1",
        "-2",
        " ",
        " + ",
        " - ",
        " * ",
        " / ",
        "(",
        ")",
        "floor(",
        "max(",
        ", ",
        "'",
      );
      fc.assert(
        fc.property(fc.array(token, { maxLength: 80 }), (tokens) => {
          const size = canonical(tokens.join(""));
          expect(canonical(String(size))).toBe(size);
          expect(() => exact(mul(size, 2), 2)).not.toThrow();
        }),
        { numRuns: 500 },
      );
    },
    limit,
  );
});
