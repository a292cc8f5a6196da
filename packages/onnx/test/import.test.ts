import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  decodeModel,
  encodeModel,
  exportModel,
  Graph,
  importModel,
  type ModelProto,
  trainables,
} from "../src/index.ts";
import { type Constant, constant, type FunctionProto, type NodeProto, tensorOf } from "../src/proto/index.ts";
import { info, model, node } from "./protos.ts";
import { apart, run } from "./runtime.ts";
import { fixture, fixtures } from "./testdata.ts";

const x = (dims: readonly number[]): Constant => {
  const count = dims.reduce((a, b) => a * b, 1);
  return constant(
    Float32Array.from({ length: count }, (_, i) => Math.sin(i + 0.5)),
    "float32",
    dims,
  );
};

describe("exporting", () => {
  test.each(fixtures)("%s keeps its weights under their names, and comes back from its own export", (name) => {
    const bytes = readFileSync(fixture(name));
    const graph = importModel(bytes);
    const again = importModel(exportModel(graph));
    expect([...again.initializers.keys()].sort()).toEqual([...graph.initializers.keys()].sort());
    expect(again.nodes).toEqual(graph.nodes.map((n, i) => ({ ...n, name: n.name === "" ? `${n.op}_${i}` : n.name })));
    expect(again.outputs).toEqual(graph.outputs);
    for (const [weight, value] of again.initializers) expect(value).toEqual(graph.initializers.get(weight));
    expect(trainables(again)).toEqual(trainables(graph));
  });

  test("keeps constants apart from weights, so that a mask is not trained after a trip through a file", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 2, 2] });
    g.initializer("w", constant(new Float32Array(4).fill(0.5), "float32", [2, 2]));
    g.initializer("steps", constant([1, 2], "int64", [2]));
    const [scores = ""] = g.op("Div", [g.op("MatMul", ["x", "w"])[0]!, g.constant(Math.SQRT2)]);
    const [masked = ""] = g.op("Add", [scores, g.literal("mask", constant([0, -100, 0, 0], "float32", [2, 2]))]);
    g.output(g.op("Softmax", [masked])[0]!);
    const bytes = exportModel(g);
    const again = importModel(bytes, { fold: false });
    expect(trainables(again).map(({ name }) => name)).toEqual(["w"]);
    expect(again.literalValue("mask")?.data).toEqual(Float32Array.of(0, -100, 0, 0));
    expect(again.literalValue("steps")?.data).toEqual(BigInt64Array.of(1n, 2n));
    const feeds = { x: x([1, 2, 2]) };
    expect(await run(exportModel(again), feeds)).toEqual(await run(bytes, feeds));
  });

  test("names every node by itself, also beside nodes that brought a name", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [2] });
    g.add({ op: "Neg", domain: "", name: "Exp_1", inputs: ["x"], outputs: ["y"], attributes: {} });
    g.op("Exp", ["y"], {}, ["z"]);
    g.output("z");
    expect(decodeModel(exportModel(g)).graph?.node?.map(({ name }) => name)).toEqual(["Exp_1", "Exp_1.1"]);
    expect((await run(exportModel(g), { x: x([2]) })).z?.dims).toEqual([2]);
  });
});

describe("sizes", () => {
  const source = model({
    graph: {
      node: [node("Add", ["a", "b"], ["c"]), node("Shape", ["c"], ["s"])],
      input: [info("a", ["batch", "past + 1"]), info("b", ["batch", 1])],
      output: [info("c", ["batch", "x"]), info("s", [2], "int64")],
    },
  });
  test("keep their names", () => {
    const graph = importModel(source);
    expect(graph.outputs.get("c")).toEqual({ elem: "float32", shape: ["batch", "past + 1"] });
    expect(graph.symbolic("s")?.entries).toEqual(["batch", "past + 1"]);
  });
  test("that are given hold wherever the name stands", () => {
    const graph = importModel(source, { shapes: { b: [8, 1] } });
    expect(graph.inputs.get("a")?.shape).toEqual([8, "past + 1"]);
    expect(graph.outputs.get("c")?.shape).toEqual([8, "past + 1"]);
    const all = importModel(source, { shapes: { a: [8, 5] } });
    expect([...(all.value("s")?.data ?? [])]).toEqual([8n, 5n]);
  });
  test("that contradict each other or the model are errors", () => {
    expect(() => importModel(source, { shapes: { a: [8, 5], b: [4, 1] } })).toThrow(
      '`shapes` gives "batch" the sizes 8 and 4 (at `b`).',
    );
    expect(() => importModel(source, { shapes: { a: [8] } })).toThrow(
      "`a` has 2 dimensions, and `shapes` gives it [8].",
    );
    expect(() => importModel(source, { shapes: { z: [8] } })).toThrow(
      "`shapes` names `z`, which the model does not compute; its inputs are `a`, `b`.",
    );
  });
  test("of a value inside are given where not even its number of dimensions is known", () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 6] });
    g.input("to", { elem: "int64", shape: ["rank"] });
    g.op("Reshape", ["x", "to"], {}, ["open"]);
    g.op("Transpose", ["open"], { perm: [1, 0, 2] }, ["y"]);
    g.output("y", { elem: "float32", shape: undefined });
    const file = exportModel(g);
    expect(importModel(file, { shapes: { open: ["rows", 2, 3] } }).outputs.get("y")?.shape).toEqual([2, "rows", 3]);
    const wrong = { open: [7, 2, 3], y: [4, 5, 6] };
    expect(() => importModel(file, { shapes: wrong })).toThrow("`y` is [2, 7, 3], and `shapes` gives it [4, 5, 6].");
  });
});

describe("functions", () => {
  /** scaled(x; by) = by·x + relu(x), with a constant of its own. */
  const scaled: FunctionProto = {
    name: "Scaled",
    domain: "mine",
    input: ["x"],
    output: ["y", "r"],
    attribute: ["by"],
    opsetImport: [{ version: 17 }],
    node: [
      node("Constant", [], ["k"], { attribute: [{ name: "value_float", refAttrName: "by", type: 1 }] }),
      node("Mul", ["x", "k"], ["t"]),
      node("Relu", ["x"], ["r"]),
      node("Add", ["t", "r"], ["u"]),
      // Written for operator set 17, in which the axes are an attribute.
      node("ReduceMean", ["u"], ["y"], { attribute: [{ name: "axes", type: 7, ints: [1] }] }),
    ],
  };
  /** Calls the other one, leaving out an output, and has an attribute with a default. */
  const outer: FunctionProto = {
    name: "Outer",
    domain: "mine",
    input: ["a", "b"],
    output: ["first", "same"],
    attributeProto: [{ name: "by", type: 1, f: 3 }],
    opsetImport: [{ version: 17 }, { domain: "mine", version: 1 }],
    node: [
      node("Scaled", ["a"], ["s", ""], { domain: "mine", attribute: [{ name: "by", refAttrName: "by", type: 1 }] }),
      node("Add", ["s", "b"], ["first"]),
      node("Identity", ["a"], ["same"]),
    ],
  };
  const source = model({
    functions: [scaled, outer],
    graph: {
      node: [
        node("Scaled", ["x"], ["p", "q"], {
          domain: "mine",
          name: "one",
          attribute: [{ name: "by", type: 1, f: 0.5 }],
        }),
        node("Outer", ["q", "p"], ["o", "same"], { domain: "mine", name: "two" }),
        node("Add", ["o", "same"], ["y"]),
      ],
      input: [info("x", ["n", 4])],
      output: [info("y", ["n", 4]), info("p", ["n", 1])],
    },
  });

  test("are put in place of their calls, each in its own operator set", async () => {
    const graph = importModel(source);
    expect(new Set(graph.nodes.map((n) => n.domain))).toEqual(new Set([""]));
    expect(new Set(graph.nodes.flatMap((n) => n.outputs)).size).toBe(graph.nodes.length);
    expect(graph.outputs.get("p")?.shape).toEqual(["n", 1]);
    const feeds = { x: x([3, 4]) };
    // onnxruntime reads every function in the operator set of the model.
    const old = { ...source, opsetImport: [{ version: 17 }, { domain: "mine", version: 1 }] };
    const [before, after] = [await run(encodeModel(old), feeds), await run(exportModel(graph), feeds)];
    for (const name of ["y", "p"]) expect(apart(after[name], before[name])).toBeLessThan(1e-6);
  });

  test("may have branches, which read the function's values and the call's attributes", async () => {
    const branch = (nodes: readonly NodeProto[]): NonNullable<ModelProto["graph"]> => ({
      name: "branch",
      node: nodes,
      initializer: [tensorOf("two", constant(2))],
      output: [{ name: "t" }],
    });
    const k = node("Constant", [], ["k"], { attribute: [{ name: "value_float", refAttrName: "by", type: 1 }] });
    const choosing: FunctionProto = {
      name: "Choosing",
      domain: "mine",
      input: ["x", "flag"],
      output: ["y"],
      attribute: ["by"],
      opsetImport: [{ version: 20 }],
      node: [
        node("Abs", ["x"], ["a"]),
        node("If", ["flag"], ["y"], {
          name: "choice",
          attribute: [
            {
              name: "then_branch",
              type: 5,
              g: branch([k, node("Mul", ["a", "k"], ["u"]), node("Mul", ["u", "two"], ["t"])]),
            },
            { name: "else_branch", type: 5, g: branch([node("Sub", ["x", "two"], ["t"])]) },
          ],
        }),
      ],
    };
    // Twice, so that the names inside must be made different.
    const call = (input: string, output: string): NodeProto =>
      node("Choosing", [input, "flag"], [output], { domain: "mine", attribute: [{ name: "by", type: 1, f: 0.5 }] });
    const choices = model({
      functions: [choosing],
      graph: {
        node: [call("x", "t"), call("t", "y")],
        input: [info("x", ["n", 4]), info("flag", [1], "bool")],
        output: [info("y", ["n", 4])],
      },
    });
    const graph = importModel(choices);
    expect(graph.nodes.map((n) => n.op)).toEqual(["Abs", "If", "Abs", "If"]);
    for (const flag of [0, 1]) {
      const feeds = { x: x([3, 4]), flag: constant([flag], "bool") };
      const after = await run(exportModel(graph), feeds);
      const f = (v: number): number => (flag === 1 ? Math.abs(v) : v - 2);
      // Halving and doubling round nothing; subtracting twice rounds in float32.
      const expected = Array.from(feeds.x.data, Number).map((v) => Math.fround(f(Math.fround(f(v)))));
      expect(Array.from(after.y?.data ?? [], Number)).toEqual(expected);
    }
  });

  test("may give back what they are given", () => {
    const mirror: FunctionProto = { name: "Mirror", domain: "mine", input: ["a"], output: ["a", "a"] };
    const call = node("Mirror", ["x"], ["y", "z"], { domain: "mine" });
    const output = [info("y", ["n", 4]), info("z", ["n", 4])];
    const graph = importModel({ ...source, functions: [mirror], graph: { ...source.graph, node: [call], output } });
    expect(graph.nodes.map((n) => [n.op, ...n.inputs, ...n.outputs])).toEqual([
      ["Identity", "x", "y"],
      ["Identity", "x", "z"],
    ]);
  });

  test("that call themselves, or each other without end, are errors", () => {
    const self = { ...outer, node: [node("Outer", ["a", "b"], ["first", ""], { domain: "mine" })] };
    expect(() => importModel({ ...source, functions: [scaled, self] })).toThrow("Function `Outer` calls itself");
    // Each calls the one below twice: 2^40 nodes from forty functions.
    const bomb = Array.from({ length: 40 }, (_, i): FunctionProto => {
      const call = { opType: i === 0 ? "Relu" : `F${i - 1}`, domain: i === 0 ? "" : "mine" };
      return {
        name: `F${i}`,
        domain: "mine",
        input: ["x"],
        output: ["y"],
        node: [
          { ...call, input: ["x"], output: ["t"] },
          { ...call, input: ["t"], output: ["y"] },
        ],
      };
    });
    const call = node("F39", ["x"], ["y"], { domain: "mine" });
    const exploding = { ...source, functions: bomb, graph: { ...source.graph, node: [call], output: [info("y", [])] } };
    expect(() => importModel(exploding)).toThrow("functions make more than 50000 nodes");
  });
});

test("a constant may be written in eight ways, and is a constant all the same", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const nodes = [
    node("Constant", [], ["a"], { attribute: [{ name: "value", type: 4, t: tensorOf("", constant([1, 2])) }] }),
    node("Constant", [], ["b"], { attribute: [{ name: "value_float", type: 1, f: 0.5 }] }),
    node("Constant", [], ["c"], { attribute: [{ name: "value_int", type: 2, i: 2n ** 60n }] }),
    node("Constant", [], ["d"], { attribute: [{ name: "value_floats", type: 6, floats: [0.5, 1] }] }),
    node("Constant", [], ["e"], { attribute: [{ name: "value_ints", type: 7, ints: [3, 4] }] }),
    node("Constant", [], ["f"], { attribute: [{ name: "value_string", type: 3, s: bytes("ü") }] }),
    node("Constant", [], ["g"], { attribute: [{ name: "value_strings", type: 8, strings: [bytes("x"), bytes("y")] }] }),
    node("Constant", [], ["h"], {
      attribute: [
        {
          name: "sparse_value",
          type: 11,
          sparseTensor: {
            dims: [3],
            values: tensorOf("", constant([7])),
            indices: tensorOf("", constant([1], "int64")),
          },
        },
      ],
    }),
  ];
  const output = nodes.map((n) => ({ name: n.output?.[0] ?? "" }));
  const graph = importModel(model({ graph: { node: nodes, output } }));
  expect(graph.nodes).toEqual([]);
  const values = [..."abcde", "h"].map((name) => [graph.value(name)?.elem, ...(graph.value(name)?.data ?? [])]);
  expect(values).toEqual([
    ["float32", 1, 2],
    ["float32", 0.5],
    ["int64", 2n ** 60n],
    ["float32", 0.5, 1],
    ["int64", 3n, 4n],
    ["float32", 0, 7, 0],
  ]);
  expect(graph.value("f")).toMatchObject({ elem: "string", dims: [], strings: [bytes("ü")] });
  expect(graph.value("g")).toMatchObject({ dims: [2], strings: [bytes("x"), bytes("y")] });
  const empty = node("Constant", [], ["a"], { name: "c0" });
  expect(() => importModel(model({ graph: { node: [empty], output: [{ name: "a" }] } }))).toThrow(
    "Constant `c0` has no value.",
  );
});

describe("control flow", () => {
  const branch = (nodes: readonly NodeProto[], output: string): NonNullable<ModelProto["graph"]> => ({
    name: "branch",
    node: nodes,
    output: [{ name: output }],
  });
  const conditional = (condition: readonly NodeProto[]): ModelProto =>
    model({
      graph: {
        node: [
          ...condition,
          node("If", ["c"], ["r"], {
            attribute: [
              { name: "then_branch", type: 5, g: branch([node("Squeeze", ["x", "axis"], ["t"])], "t") },
              { name: "else_branch", type: 5, g: branch([node("Neg", ["x"], ["t"]), node("Neg", ["t"], ["u"])], "u") },
            ],
          }),
          node("Exp", ["r"], ["y"]),
        ],
        initializer: [tensorOf("axis", constant([1], "int64")), tensorOf("one", constant([1], "int64"))],
        input: [info("x", ["n", "m"]), info("flag", [1], "bool")],
        output: [{ name: "y" }],
      },
    });
  const bySize = conditional([
    node("Shape", ["x"], ["size"], { attribute: [{ name: "start", type: 2, i: 1 }] }),
    node("Equal", ["size", "one"], ["c"]),
    // So that the flag is used in both.
    node("Not", ["flag"], ["unused"]),
  ]);
  const byInput = conditional([node("Identity", ["flag"], ["c"])]);

  test("that is decided by a size is gone, and the branch not taken need not fit", async () => {
    const squeezed = importModel(bySize, { shapes: { x: ["n", 1] } });
    expect(squeezed.nodes.map((n) => n.op)).toEqual(["Squeeze", "Exp"]);
    expect(squeezed.outputs.get("y")?.shape).toEqual(["n"]);
    const kept = importModel(bySize, { shapes: { x: ["n", 4] } });
    expect(kept.nodes.map((n) => n.op)).toEqual(["Neg", "Neg", "Exp"]);
    expect(kept.outputs.get("y")?.shape).toEqual(["n", 4]);
    const feeds = { x: x([2, 4]), flag: constant([1], "bool", [1]) };
    const [before, after] = [await run(encodeModel(bySize), feeds), await run(exportModel(kept), feeds)];
    expect(apart(after.y, before.y)).toBe(0);
  });

  test("that is decided in the run stays, its branches reading what is around them", async () => {
    const graph = importModel(byInput);
    expect(graph.nodes.map((n) => n.op)).toEqual(["If", "Exp"]);
    expect(graph.outputs.get("y")).toEqual({ elem: "float32", shape: undefined });
    for (const flag of [0, 1]) {
      const feeds = { x: x([2, 1]), flag: constant([flag], "bool", [1]) };
      const [before, after] = [await run(encodeModel(byInput), feeds), await run(exportModel(graph), feeds)];
      expect(apart(after.y, before.y)).toBe(0);
    }
  });

  test("within a branch that is taken is decided as well", () => {
    const inner = node("If", ["d"], ["t"], {
      attribute: [
        { name: "then_branch", type: 5, g: branch([node("Neg", ["x"], ["a"])], "a") },
        { name: "else_branch", type: 5, g: branch([node("Squeeze", ["x", "axis"], ["a"])], "a") },
      ],
    });
    const outer = model({
      graph: {
        node: [
          node("If", ["c"], ["y"], {
            attribute: [
              {
                name: "then_branch",
                type: 5,
                g: branch([node("Not", ["c"], ["e"]), node("Not", ["e"], ["d"]), inner], "t"),
              },
              { name: "else_branch", type: 5, g: branch([node("Squeeze", ["x", "axis"], ["t"])], "t") },
            ],
          }),
        ],
        initializer: [tensorOf("axis", constant([1], "int64")), tensorOf("c", constant([1], "bool", []))],
        input: [info("x", ["n", "m"])],
        output: [{ name: "y" }],
      },
    });
    expect(importModel(outer).nodes.map((n) => n.op)).toEqual(["Neg"]);
  });

  test("is blamed where its branches leave the rank open for all that follows; a sum over everything is one number all the same", () => {
    const graph = importModel(byInput);
    expect(() => graph.shape("y")).toThrow(
      /^The rank of `y`, which is computed from what If `r` gives, is not known: its branches may differ .* or that of `r` itself\.$/,
    );
    expect(graph.shape(graph.op("ReduceSum", ["y"], { keepdims: 0 })[0]!)).toEqual([]);
  });

  test("in rounds has shapes that hold in every round", () => {
    const body = (nodes: readonly NodeProto[], carried: string): NonNullable<ModelProto["graph"]> => ({
      name: "body",
      node: [node("Identity", ["go"], ["again"]), ...nodes, node("ReduceSum", [carried], ["scan"])],
      input: [info("i", [], "int64"), info("go", [], "bool"), { name: "h", type: { tensorType: { elemType: 1 } } }],
      output: [{ name: "again" }, { name: carried }, { name: "scan" }],
    });
    const loop = (g: NonNullable<ModelProto["graph"]>): ModelProto =>
      model({
        graph: {
          node: [node("Loop", ["rounds", "", "x"], ["last", "all"], { attribute: [{ name: "body", type: 5, g }] })],
          initializer: [tensorOf("rounds", constant(5, "int64"))],
          input: [info("x", ["n", 3])],
          output: [{ name: "last" }, { name: "all" }],
        },
      });
    const same = importModel(loop(body([node("Neg", ["h"], ["next"])], "next")));
    expect(same.outputs.get("last")?.shape).toEqual(["n", 3]);
    expect(same.outputs.get("all")?.shape).toEqual([5, 1, 1]);
    const grown = importModel(
      loop(body([node("Concat", ["h", "h"], ["next"], { attribute: [{ name: "axis", type: 2, i: 0 }] })], "next")),
    );
    expect(grown.outputs.get("last")?.shape).toEqual([expect.stringMatching(/^\?/), 3]);
  });
});

describe("a model that cannot be a graph", () => {
  const broken = (graph: NonNullable<ModelProto["graph"]>): ModelProto =>
    model({ graph: { input: [info("x", ["n"])], output: [info("y", ["n"])], ...graph } });

  test.each<readonly [string, NonNullable<ModelProto["graph"]>, string]>([
    ["reads what nobody makes", { node: [node("Neg", ["z"], ["y"])] }, "Neg `y` reads `z`, which is not an input"],
    [
      "has a cycle",
      { node: [node("Neg", ["b"], ["a"], { name: "n1" }), node("Neg", ["a"], ["b"]), node("Neg", ["b"], ["y"])] },
      "The graph `g` has a cycle: it goes through Neg `b`.",
    ],
    [
      "makes a value twice",
      { node: [node("Neg", ["x"], ["y"]), node("Abs", ["x"], ["y"])] },
      "`y` is produced twice, the second time by Abs `y`.",
    ],
    [
      "stores what it computes",
      {
        initializer: [{ name: "z", dataType: 1, dims: [1], floatData: Float32Array.of(1) }],
        node: [node("Neg", ["x"], ["z"])],
      },
      "`z` is a stored tensor and the result of Neg `z`, so that no runtime takes the file. Rename",
    ],
    ["lacks an output", { node: [node("Neg", ["x"], ["z"])] }, "Output `y` is not produced by any node."],
    [
      "has an operator of somebody else's",
      { node: [node("Secret", ["x"], ["y"], { domain: "mine" })], output: [{ name: "y" }] },
      "The type of `y` is unknown: there is no shape inference for mine.Secret `y`.",
    ],
    [
      "adds what cannot be added",
      {
        node: [node("Add", ["x", "w"], ["y"], { name: "sum" })],
        input: [info("x", [3])],
        initializer: [tensorOf("w", constant([1, 2]))],
      },
      "Add `sum` cannot broadcast 3 with 2. Its inputs are `x` float32[3], `w` float32[2].",
    ],
    [
      "has a sequence as input",
      { node: [node("Neg", ["x"], ["y"])], input: [{ name: "x", type: { sequenceType: {} } }] },
      "Input `x` is a sequence; only tensors can be inputs here.",
    ],
    [
      "names a weight twice",
      { initializer: [tensorOf("w", constant([1])), tensorOf("w", constant([2]))] },
      "There are two initializers `w`.",
    ],
  ])("because it %s is an error that says where", (_, graph, message) => {
    expect(() => importModel(broken(graph))).toThrow(message);
  });

  test("an operator of somebody else's whose type the file tells is kept", () => {
    const source = broken({
      node: [node("Secret", ["x"], ["s"], { domain: "mine" }), node("Neg", ["s"], ["y"])],
      valueInfo: [info("s", ["n"])],
    });
    const graph = importModel(source);
    expect(graph.type("y").shape).toEqual(["n"]);
    expect(importModel(exportModel(graph), {}).domains.get("mine")).toBe(1);
  });

  test("nodes in any order are put in order, a long way round too", () => {
    const chain = Array.from({ length: 30_000 }, (_, i) =>
      node("Neg", [i === 0 ? "x" : `v${i}`], [i === 29_999 ? "y" : `v${i + 1}`]),
    );
    expect(importModel(broken({ node: chain.reverse() })).nodes[0]?.inputs).toEqual(["x"]);
    const graph = importModel(broken({ node: [node("Neg", ["a"], ["y"]), node("Abs", ["x"], ["a"])] }));
    expect(graph.nodes.map((n) => n.op)).toEqual(["Abs", "Neg"]);
  });
});

describe("building a graph", () => {
  test("a mistake is an error at the node that is made, with the shapes", () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 3] });
    expect(() => g.op("MatMul", ["x", g.constant(new Float32Array(8), "float32", [4, 2])])).toThrow(
      /MatMul `MatMul_\d+` needs the inner sizes to be equal, and they are 3 and 4\. Its inputs are `x` float32\[batch, 3\], `constant_0` float32\[4, 2\]\./,
    );
    expect(() => g.op("Add", ["x", g.constant(1, "int64")])).toThrow("needs inputs of one element type");
    expect(() => g.op("Neg", ["nobody"])).toThrow("reads `nobody`");
    expect(() => g.type("nobody")).toThrow("The graph has no value `nobody`.");
    expect(() => g.constant(new Float32Array(3), "float32", [2])).toThrow("takes 2 entries; got a Float32Array of 3");
  });

  test("names are never given twice, subgraphs included", () => {
    const g = new Graph();
    const inner = new Graph(20, g);
    const names = [g.fresh("a"), inner.fresh("a"), new Graph(20, inner).fresh("a"), g.fresh("a")];
    expect(new Set(names).size).toBe(4);
  });

  test("a symbolic batch stays symbolic through a network, and is what a run has", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 3, "side", "side"] });
    const [conv = ""] = g.op("Conv", ["x", g.constant(new Float32Array(8 * 27), "float32", [8, 3, 3, 3])], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    });
    const [pool = ""] = g.op("MaxPool", [conv], { kernel_shape: [2, 2], strides: [2, 2] });
    const [flat = ""] = g.op("Flatten", [pool]);
    g.output(flat);
    expect(g.shape(conv)).toEqual(["batch", 8, "floor((side + 1) / 2)", "floor((side + 1) / 2)"]);
    expect(g.shape(pool)[2]).toBe("floor((side + 1) / 4)");
    const { [flat]: result } = await run(exportModel(g), { x: x([2, 3, 9, 9]) });
    expect(result?.dims).toEqual([2, 8 * 2 * 2]);
  });
});
