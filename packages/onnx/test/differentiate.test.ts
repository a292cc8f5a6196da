import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { differentiate } from "../src/autodiff/differentiate.ts";
import { crossEntropy, meanSquared } from "../src/autodiff/losses.ts";
import type { Wanted } from "../src/autodiff/wanted.ts";
import { exportModel } from "../src/graph/export.ts";
import { Graph } from "../src/graph/graph.ts";
import { importModel } from "../src/graph/import/import.ts";
import { trainables } from "../src/weights/survey.ts";
import { Feeds, session, tensor } from "./check.ts";
import { fixture } from "./testdata.ts";

const f = new Feeds(13);
const floats = (dims: readonly number[]): { elem: "float32"; dims: readonly number[]; data: Float32Array } => ({
  elem: "float32",
  dims,
  data: Float32Array.from(f.float(dims).data),
});

/** Two layers: x [batch, 3] → tanh → y [batch, 2]. */
function perceptron(): Graph {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 3] });
  g.initializer("first/weight", floats([4, 3]));
  g.initializer("first/bias", floats([4]));
  g.initializer("second/weight", floats([4, 2]));
  g.initializer("second/bias", floats([2]));
  const [h = ""] = g.op("Gemm", ["x", "first/weight", "first/bias"], { transB: 1 });
  const [t = ""] = g.op("Tanh", [h]);
  const [m = ""] = g.op("MatMul", [t, "second/weight"]);
  g.output(g.op("Add", [m, "second/bias"], {}, ["y"])[0]!);
  return g;
}
const kinds = (g: Graph): string[] => g.nodes.map((n) => n.op);
const ofFirst = (weights: Graph): Record<string, ReturnType<typeof tensor>> =>
  Object.fromEntries([...weights.initializers].map(([name, c]) => [name, tensor(c.elem, c.data, c.dims)]));

describe("what is trained", () => {
  const all = ["first/weight", "first/bias", "second/weight", "second/bias"];
  const trained = (wrt?: Wanted): string[] =>
    differentiate(perceptron(), { loss: meanSquared(), wrt }).parameters.map((p) => p.name);

  test("is every weight, or those that are named, match a pattern or are chosen", () => {
    expect(trained()).toEqual(all);
    expect(trained(["second/bias", "first/weight"])).toEqual(["second/bias", "first/weight"]);
    expect(trained(/^second/)).toEqual(["second/weight", "second/bias"]);
    // A pattern that remembers where it stopped is still asked about every name from the start.
    expect(trained(/^second/g)).toEqual(["second/weight", "second/bias"]);
    expect(trained((p) => p.role === "bias")).toEqual(["first/bias", "second/bias"]);
  });

  test("becomes inputs, after the model's own and the labels; each has a gradient of its shape", () => {
    const { graph, parameters, loss, outputs, labels } = differentiate(perceptron(), { loss: meanSquared() });
    expect([...graph.inputs.keys()]).toEqual(["x", "labels", ...all]);
    expect([...graph.outputs.keys()]).toEqual(["loss", "y", ...all.map((n) => `${n}.grad`)]);
    expect(loss).toBe("loss");
    expect(outputs).toEqual(["y"]);
    expect(labels.map((l) => l.name)).toEqual(["labels"]);
    for (const p of parameters) {
      expect(graph.type(p.grad)).toEqual({ elem: "float32", shape: p.shape });
      expect(p.initial.data).toHaveLength(p.shape.reduce((a, b) => a * b));
    }
  });

  test("decides what is computed: nothing goes back beyond the first layer that is trained", () => {
    const { graph } = differentiate(perceptron(), { loss: meanSquared(), wrt: /^second/ });
    expect(graph.initializers.has("first/weight")).toBe(true);
    expect(graph.inputs.has("first/weight")).toBe(false);
    // One product for the second weight; none for the first layer, whose tanh is not gone back through.
    expect(kinds(graph).filter((op) => op === "Gemm")).toHaveLength(2);
    expect(
      kinds(differentiate(perceptron(), { loss: meanSquared() }).graph).filter((op) => op === "Gemm"),
    ).toHaveLength(4);
  });

  test("leaves the model as it was", () => {
    const g = perceptron();
    const before = exportModel(g);
    differentiate(g, { loss: meanSquared() });
    expect(exportModel(g)).toEqual(before);
  });

  test("may be nothing but inputs", () => {
    const { parameters, inputs, graph } = differentiate(perceptron(), { loss: meanSquared(), inputs: ["x"] });
    expect(parameters).toEqual([]);
    expect(inputs).toEqual([{ name: "x", grad: "x.grad" }]);
    expect(graph.type("x.grad")).toEqual({ elem: "float32", shape: ["batch", 3] });
  });

  test("and names that are taken get others", () => {
    const g = new Graph();
    g.input("loss", { elem: "float32", shape: [2] });
    g.initializer("w", floats([2]));
    g.output(g.op("Mul", ["loss", "w"], {}, ["w.grad"])[0]!);
    const { loss, parameters, graph } = differentiate(g, { loss: meanSquared() });
    expect(loss).toMatch(/^loss_\d+$/);
    expect(parameters[0]?.grad).toMatch(/^w\.grad_\d+$/);
    expect(graph.outputs.has("w.grad")).toBe(true);
  });
});

describe("the loss", () => {
  test("is the model's own output if none is given", async () => {
    const g = new Graph();
    g.initializer("w", { elem: "float32", dims: [3], data: Float32Array.of(1, 2, 3) });
    g.output(g.op("ReduceSumSquare", ["w"], { keepdims: 0 }, ["energy"])[0]!);
    const { graph, loss, parameters } = differentiate(g);
    const s = await session(graph);
    const out = await s.run({ w: tensor("float32", [1, 2, 3], [3]) });
    expect(out[loss]!.data[0]).toBe(14);
    expect(Array.from(out[parameters[0]!.grad]!.data as Float32Array)).toEqual([2, 4, 6]);
  });

  test("may be any graph, with inputs of its own", async () => {
    const g = perceptron();
    const { graph, loss, labels } = differentiate(g, {
      loss: (h, [y = ""]) => {
        h.input("weight", { elem: "float32", shape: [] });
        return h.op("Mul", [h.op("ReduceL2", [y], { keepdims: 0 })[0]!, "weight"])[0]!;
      },
      wrt: ["second/bias"],
    });
    expect(labels).toEqual([{ name: "weight", type: { elem: "float32", shape: [] } }]);
    const s = await session(graph);
    const run = async (weight: number): Promise<number> =>
      Number(
        (
          await s.run({
            x: tensor("float32", [1, 2, 3], [1, 3]),
            weight: tensor("float32", [weight], []),
            "second/bias": ofFirst(g)["second/bias"]!,
          })
        )[loss]!.data[0],
      );
    expect(await run(3)).toBeCloseTo(3 * (await run(1)), 5);
  });

  test("must be one number", () => {
    expect(() => differentiate(perceptron())).toThrow(
      "The loss is float32 [batch, 2] and must be a single floating-point number. Give a `loss`.",
    );
    expect(() => differentiate(perceptron(), { loss: (_, [y = ""]) => y })).toThrow(
      "Reduce it with ReduceMean or ReduceSum",
    );
    expect(() => differentiate(perceptron(), { loss: () => "nowhere" })).toThrow(
      "The loss must name a value of the graph; got `nowhere`",
    );
  });

  test("may leave outputs out", () => {
    const { graph, outputs } = differentiate(perceptron(), { loss: meanSquared(), outputs: [], wrt: ["second/bias"] });
    expect(outputs).toEqual([]);
    expect([...graph.outputs.keys()]).toEqual(["loss", "second/bias.grad"]);
    expect(() => differentiate(perceptron(), { loss: meanSquared(), outputs: ["z"] })).toThrow("`outputs` names `z`");
  });
});

describe("what cannot be differentiated is told by name, with what to do", () => {
  const through = (op: string, shape: readonly (number | string)[] = [3, 3], domain = ""): Graph => {
    const g = new Graph();
    if (domain !== "") g.domains.set(domain, 1);
    g.input("x", { elem: "float32", shape });
    g.initializer("w", floats([3, 3]));
    const [y = ""] = g.op("MatMul", ["x", "w"]);
    g.add({ op, domain, name: "layer/odd", inputs: [y], outputs: ["out"], attributes: {} });
    g.setType("out", { elem: "float32", shape: [] });
    g.output("out", { elem: "float32", shape: [] });
    return g;
  };

  test("an operator without a gradient", () => {
    expect(() => differentiate(through("Det"))).toThrow(
      "Det `layer/odd` has no gradient, and one is needed with respect to `MatMul_0`. Freeze the weights before it by leaving them out of `wrt`, or give its gradient with `gradients`.",
    );
    expect(() => differentiate(through("Odd", [3, 3], "com.example"))).toThrow(
      "com.example.Odd `layer/odd` has no gradient",
    );
  });

  test("an operator of another domain, also under a name that is known", () => {
    expect(() => differentiate(through("Relu", [3, 3], "com.example"))).toThrow(
      "com.example.Relu `layer/odd` has no gradient",
    );
    expect(() => differentiate(through("LSTM", [3, 3], "com.example"))).toThrow(
      "com.example.LSTM `layer/odd` has no gradient",
    );
  });

  test("but not if nothing that is trained lies before it", () => {
    const g = through("Det");
    g.initializer("b", floats([]));
    const [sum = ""] = g.op("Mul", ["out", "b"]);
    g.outputs.clear();
    g.output(sum);
    expect(differentiate(g, { wrt: ["b"] }).parameters.map((p) => p.name)).toEqual(["b"]);
  });

  test("or its gradient is given", async () => {
    // det(A)ᐟ = det(A) A⁻ᵀ; of a triangular matrix with ones on the diagonal the first entry is what it is of the identity.
    const { graph, parameters } = differentiate(through("Det", [3, 3]), {
      gradients: {
        Det: (b, node, [d = ""]) => [
          b.mul(d, b.reshape(b.op("Identity", [node.inputs[0]!]), b.sizes(node.inputs[0]!))),
        ],
      },
    });
    expect(parameters[0]?.grad).toBe("w.grad");
    expect(kinds(graph)).toContain("Det");
    const odd = differentiate(through("Odd", [3, 3], "com.example"), {
      gradients: { "com.example.Odd": (b, node, [d = ""]) => [b.expand(d, b.sizes(node.inputs[0]!))] },
    });
    expect(odd.parameters).toHaveLength(1);
  });

  test("a gradient given of another shape", () => {
    expect(() => differentiate(through("Det"), { gradients: { Det: (_, __, [d = ""]) => [d] } })).toThrow(
      "The gradient of Det `layer/odd` with respect to `MatMul_0` is float32 [] and should be float32 [3, 3].",
    );
  });

  test("rounding", () => {
    const g = perceptron();
    const [q = ""] = g.op("QuantizeLinear", ["y", g.constant(0.1, "float32", []), g.constant(0, "uint8", [])]);
    const [d = ""] = g.op("Cast", [q], { to: "float32" });
    expect(() => differentiate(g, { loss: meanSquared({ from: d }) })).toThrow(
      /Cast `Cast_0` reads whole numbers that QuantizeLinear `QuantizeLinear_0` rounded, and no gradient is known/,
    );
  });

  test("a weight that the loss does not depend on", () => {
    const g = perceptron();
    g.initializer("unused", floats([2]));
    const [step = ""] = g.op("Floor", ["unused"]);
    g.output(step);
    expect(() => differentiate(g, { loss: meanSquared() })).toThrow(
      "The loss does not depend on `unused`, so they cannot be trained. Gradients end at Floor `Floor_0`, whose slope is zero. Leave them out of `wrt`, or get zero gradients",
    );
  });

  test("and has gradient zero if asked", async () => {
    const g = perceptron();
    g.initializer("unused", floats([2]));
    g.output(g.op("Floor", ["unused"])[0]!);
    const { graph } = differentiate(g, { loss: meanSquared(), unreached: "zeros", wrt: ["unused"] });
    const s = await session(graph);
    const out = await s.run({
      x: tensor("float32", [1, 2, 3], [1, 3]),
      labels: tensor("float32", [0, 0], [1, 2]),
      unused: tensor("float32", [1, 2], [2]),
    });
    expect(Array.from(out["unused.grad"]!.data as Float32Array)).toEqual([0, 0]);
  });

  test("names that are not there, and what has no gradient", () => {
    const loss = meanSquared();
    const of = (options: Parameters<typeof differentiate>[1]) => () =>
      differentiate(perceptron(), { loss, ...options });
    expect(of({ wrt: ["first/wieght"] })).toThrow(
      "`wrt` names `first/wieght`, which is not in the model. Its weights are `first/weight`",
    );
    expect(of({ wrt: ["x"] })).toThrow("is an input of the model. Ask for its gradient with `inputs`.");
    expect(of({ wrt: /^third/ })).toThrow("`wrt` chooses none of the model's weights");
    expect(of({ wrt: [] })).toThrow("`wrt` chooses none");
    expect(of({ inputs: ["z"] })).toThrow("`inputs` names `z`. The model's inputs are `x`.");
    for (const twice of [{ wrt: ["first/weight", "first/weight"] }, { inputs: ["x", "x"] }, { outputs: ["y", "y"] }])
      expect(of(twice)).toThrow("must be a list of names, each once");
    const tokens = new Graph();
    tokens.input("ids", { elem: "int64", shape: [2] });
    tokens.initializer("table", floats([4, 2]));
    tokens.initializer("packed", { elem: "int8", dims: [2], data: Int8Array.of(1, 2) });
    tokens.output(tokens.op("Gather", ["table", "ids"])[0]!);
    expect(() => differentiate(tokens, { loss, inputs: ["ids"] })).toThrow(
      "The input `ids` is int64: only floating tensors have gradients.",
    );
    expect(() => differentiate(tokens, { loss, wrt: ["packed"] })).toThrow("`packed` is int8 and cannot be trained");
    const bare = new Graph();
    bare.input("x", { elem: "float32", shape: [2] });
    bare.output(bare.op("Exp", ["x"])[0]!);
    expect(() => differentiate(bare, { loss })).toThrow("The model has no floating weights");
  });

  test("a rank that is not known", () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: undefined });
    g.initializer("w", floats([3]));
    g.output(g.op("Mul", ["x", "w"])[0]!);
    expect(() => differentiate(g, { loss: meanSquared() })).toThrow(
      /rank of .* is not known. Give the shapes of the inputs with `shapes`/,
    );
  });
});

describe("a graph of gradients", () => {
  test("is a model like another: written, read and differentiated again", async () => {
    const g = perceptron();
    const once = differentiate(g, { loss: meanSquared(), inputs: ["x"], wrt: /./ });
    const read = importModel(exportModel(once.graph));
    // The penalty |∂loss/∂x|² of a model that must not be steep, trained with it.
    const twice = differentiate(read, {
      loss: (h) => h.op("Add", ["loss", h.op("ReduceSumSquare", ["x.grad"], { keepdims: 0 })[0]!])[0]!,
      inputs: ["first/weight", "second/weight", "first/bias"],
      outputs: [],
    });
    const s = await session(twice.graph);
    const feeds = {
      x: tensor("float32", f.float([2, 3]).data, [2, 3]),
      labels: tensor("float32", f.float([2, 2]).data, [2, 2]),
      ...ofFirst(g),
    };
    const out = await s.run(feeds);
    for (const { name, grad } of twice.inputs) {
      const data = feeds[name as keyof typeof feeds].data as Float32Array; // All are floats.
      for (const i of [0, data.length - 1]) {
        const x = data[i]!;
        const at = async (v: number): Promise<number> => {
          data[i] = v;
          return Number((await s.run(feeds))[twice.loss]!.data[0]);
        };
        const slope = ((await at(x + 0.02)) - (await at(x - 0.02))) / 0.04;
        data[i] = x;
        // Differences over 0.02 in float32.
        expect(Math.abs(slope - Number(out[grad]!.data[i]))).toBeLessThan(2e-3);
      }
    }
  });

  test("of a batch by name gives the sum of what each example gives", async () => {
    const bytes = new Uint8Array(readFileSync(fixture("lenet")));
    const loss = crossEntropy({ reduction: "sum" });
    const named = differentiate(importModel(bytes), { loss });
    const [n, size] = [3, 28 * 28];
    const x = Float32Array.from(f.float([n, size]).data);
    const labels = [3, 1, 7];
    const initial = Object.fromEntries(
      named.parameters.map((p) => [p.name, tensor("float32", p.initial.data, p.shape)]),
    );
    const run = async (graph: Graph, from: number, to: number): Promise<Record<string, Float32Array>> => {
      const s = await session(graph);
      const out = await s.run({
        in0: tensor("float32", x.slice(from * size, to * size), [to - from, 1, 28, 28]),
        labels: tensor("int64", labels.slice(from, to), [to - from]),
        ...initial,
      });
      await s.release();
      return Object.fromEntries(named.parameters.map(({ name, grad }) => [name, out[grad]!.data as Float32Array])); // As declared.
    };
    const together = await run(named.graph, 0, n);
    const single = differentiate(importModel(bytes, { shapes: { in0: [1, 1, 28, 28] } }), { loss });
    const fixedBatch = differentiate(importModel(bytes, { shapes: { in0: [n, 1, 28, 28] } }), { loss });
    const fixed = await run(fixedBatch.graph, 0, n);
    const each = await Promise.all(labels.map((_, i) => run(single.graph, i, i + 1)));
    for (const { name } of named.parameters) {
      const largest = Math.max(...together[name]!.map(Math.abs));
      together[name]!.forEach((g, i) => {
        // The order of float32 sums is another.
        expect(Math.abs(g - fixed[name]![i]!)).toBeLessThan(1e-5 * largest);
        expect(Math.abs(g - each.reduce((s, one) => s + one[name]![i]!, 0))).toBeLessThan(1e-5 * largest);
      });
    }
  });

  test("keeps the statistics of a BatchNormalization that trains: inputs, and outputs that are next step's", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: ["batch", 2] });
    const vector = (...data: readonly number[]) =>
      ({ elem: "float32", dims: [2], data: Float32Array.from(data) }) as const;
    g.initializer("scale", vector(1, 1));
    g.initializer("bias", vector(0, 0));
    g.initializer("mean", vector(10, 20));
    g.initializer("variance", vector(1, 4));
    g.output(
      g.op("BatchNormalization", ["x", "scale", "bias", "mean", "variance"], { training_mode: 1, momentum: 0.5 })[0]!,
    );
    for (const target of ["cpu", "webgpu"] as const) {
      const { graph, parameters, statistics } = differentiate(g, { loss: meanSquared(), target });
      expect(parameters.map((p) => [p.name, p.role])).toEqual([
        ["scale", "norm"],
        ["bias", "bias"],
      ]);
      expect(statistics.map((s) => s.name)).toEqual(["mean", "variance"]);
      const feeds = Object.fromEntries(
        [...parameters, ...statistics].map((p) => [p.name, tensor("float32", p.initial.data.slice(), p.shape)]),
      );
      const s = await session(graph);
      const out = await s.run({
        x: tensor("float32", [1, 2, 3, 6], [2, 2]),
        labels: tensor("float32", [0, 0, 0, 0], [2, 2]),
        ...feeds,
      });
      const [mean, variance] = statistics.map(({ next }) => Array.from(out[next]!.data as Float32Array));
      expect(mean).toEqual([6, 12]);
      expect(variance).toEqual([1, 4]);
      // The fed tensors are unchanged.
      expect(Array.from(feeds.mean!.data as Float32Array)).toEqual([10, 20]);
    }
  });

  test("lets through what Dropout kept, scaled as it was", async () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [200] });
    g.input("training", { elem: "bool", shape: [] });
    g.output(
      g.op("Dropout", ["x", g.constant(0.25, "float32", []), "training"], { seed: { kind: "int", value: 7 } }, [
        "y",
      ])[0]!,
    );
    const { graph } = differentiate(g, {
      loss: (h, [y = ""]) => h.op("ReduceSum", [y], { keepdims: 0 })[0]!,
      inputs: ["x"],
    });
    const s = await session(graph);
    const run = async (training: number): Promise<[Float32Array, Float32Array]> => {
      const out = await s.run({
        x: tensor("float32", Array(200).fill(3), [200]),
        training: tensor("bool", [training], []),
      });
      return [out.y!.data as Float32Array, out["x.grad"]!.data as Float32Array]; // As declared.
    };
    const [y, dx] = await run(1);
    expect(Array.from(dx)).toEqual(Array.from(y, (v) => (v === 0 ? 0 : Math.fround(4 / 3))));
    expect(y.filter((v) => v === 0).length).toBeGreaterThan(20);
    const [same, ones] = await run(0);
    expect([...new Set(same), ...new Set(ones)]).toEqual([3, 1]);
  });

  test("adds up embeddings of words that occur often, on several threads", async () => {
    // ScatterND with reduction "add" loses updates there; see gradients/indexing.ts.
    const [words, width, n] = [1000, 128, 4096];
    const g = new Graph();
    g.input("ids", { elem: "int64", shape: [n] });
    g.input("d", { elem: "float32", shape: [n, width] });
    g.initializer("table", { elem: "float32", dims: [words, width], data: new Float32Array(words * width) });
    g.output(g.op("Gather", ["table", "ids"])[0]!);
    const { graph } = differentiate(g, {
      loss: (h, [y = ""]) => h.op("ReduceSum", [h.op("Mul", [y, "d"])[0]!], { keepdims: 0 })[0]!,
    });
    const ids = f.ints([n], words).data;
    const d = f.ints([n, width], 8, "float32").data;
    const wanted = new Float32Array(words * width);
    ids.forEach((id, i) => {
      for (let k = 0; k < width; k++) wanted[id * width + k]! += d[i * width + k]!;
    });
    const s = await session(graph, { intraOpNumThreads: 2 });
    const feeds = {
      ids: tensor("int64", ids, [n]),
      d: tensor("float32", Float32Array.from(d), [n, width]),
      table: tensor("float32", new Float32Array(words * width), [words, width]),
    };
    for (let k = 0; k < 10; k++)
      expect(((await s.run(feeds))["table.grad"]!.data as Float32Array).every((v, i) => v === wanted[i])).toBe(true);
  });

  test("holds standard operators only, and for WebGPU none that it lacks", () => {
    const absent = new Set([
      "Sum",
      "Mean",
      "Sign",
      "LogSoftmax",
      "OneHot",
      "Col2Im",
      "SoftmaxCrossEntropyLoss",
      "MaxUnpool",
    ]);
    for (const name of ["lenet", "resnet", "gpt_o17"]) {
      const { graph } = differentiate(importModel(new Uint8Array(readFileSync(fixture(name)))), {
        loss: crossEntropy(),
        target: "webgpu",
      });
      expect(graph.nodes.filter((n) => n.domain !== "" || absent.has(n.op)).map((n) => n.op)).toEqual([]);
      expect(graph.nodes.some((n) => n.op === "BatchNormalization" && n.attributes.training_mode !== undefined)).toBe(
        false,
      );
    }
  });
});

describe("roles of parameters", () => {
  const roles = (fill: (g: Graph) => string): Record<string, unknown> => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [2, 3] });
    g.input("image", { elem: "float32", shape: [1, 3, 8, 8] });
    g.input("ids", { elem: "int64", shape: [2] });
    g.output(fill(g));
    return Object.fromEntries(
      trainables(g).map(({ name, role, axes }) => [name, axes === undefined ? role : [role, axes]]),
    );
  };
  const op = (g: Graph, kind: string, inputs: readonly string[], attributes: Parameters<Graph["op"]>[2] = {}): string =>
    g.op(kind, inputs, attributes)[0]!;
  const weight = (g: Graph, name: string, dims: readonly number[]): string => g.initializer(name, floats(dims));

  test("follow from the operators that read them", () => {
    expect(
      roles((g) => op(g, "Gemm", ["x", weight(g, "w", [4, 3]), weight(g, "b", [4])], { transB: 1 })),
    ).toStrictEqual({
      w: ["kernel", { in: [1], out: [0] }],
      b: "bias",
    });
    expect(roles((g) => op(g, "Gemm", ["x", weight(g, "w", [3, 4])]))).toStrictEqual({
      w: ["kernel", { in: [0], out: [1] }],
    });
    expect(
      roles((g) => op(g, "Add", [op(g, "MatMul", ["x", weight(g, "w", [3, 4])]), weight(g, "b", [4])])),
    ).toStrictEqual({
      w: ["kernel", { in: [0], out: [1] }],
      b: "bias",
    });
    expect(
      roles((g) => op(g, "MatMul", ["x", op(g, "Transpose", [weight(g, "w", [4, 3])], { perm: [1, 0] })])),
    ).toStrictEqual({ w: ["kernel", { in: [1], out: [0] }] });
    expect(roles((g) => op(g, "MatMul", [weight(g, "w", [4, 2]), "x"]))).toStrictEqual({
      w: ["kernel", { in: [1], out: [0] }],
    });
    expect(roles((g) => op(g, "MatMul", ["x", weight(g, "w", [5, 3, 4])]))).toStrictEqual({
      w: ["kernel", { in: [1], out: [2], batch: [0] }],
    });
    expect(roles((g) => op(g, "Conv", ["image", weight(g, "w", [4, 3, 3, 3]), weight(g, "b", [4])]))).toStrictEqual({
      w: ["kernel", { in: [1], out: [0] }],
      b: "bias",
    });
    expect(roles((g) => op(g, "ConvTranspose", ["image", weight(g, "w", [3, 4, 3, 3])]))).toStrictEqual({
      w: ["kernel", { in: [0], out: [1] }],
    });
    expect(roles((g) => op(g, "LayerNormalization", ["x", weight(g, "s", [3]), weight(g, "b", [3])]))).toStrictEqual({
      s: "norm",
      b: "bias",
    });
    expect(roles((g) => op(g, "Gather", [weight(g, "t", [10, 4]), "ids"]))).toStrictEqual({
      t: ["embedding", { in: [0], out: [1] }],
    });
  });
  test("of a bias that an exporter folded: zeros for every logit at once are a buffer", () => {
    const shifted = (dims: readonly number[]): Record<string, unknown> =>
      roles((g) => {
        g.tags = { ...g.tags, naming: "torch" };
        const zeros = { elem: "float32", dims, data: new Float32Array(4) } as const;
        return op(g, "Add", [op(g, "MatMul", ["x", weight(g, "w", [3, 4])]), g.initializer("onnx::Add_7", zeros)]);
      });
    expect(Object.keys(shifted([1, 4]))).toEqual(["w"]);
    expect(Object.keys(shifted([4]))).toEqual(["w", "onnx::Add_7"]);
  });

  test("of a recurrent layer too", () => {
    const found = roles((g) => {
      g.input("steps", { elem: "float32", shape: [5, 1, 3] });
      const inputs = ["steps", weight(g, "w", [1, 8, 3]), weight(g, "r", [1, 8, 2]), weight(g, "b", [1, 16])];
      return op(g, "LSTM", [...inputs, "", weight(g, "h", [1, 1, 2])], { hidden_size: 2 });
    });
    const axes = { in: [2], out: [1], batch: [0] };
    expect(found).toStrictEqual({ w: ["kernel", axes], r: ["kernel", axes], b: "bias", h: undefined });
  });
  test("and a mask has none, nor is it a weight, although it is an initializer; what else is added to scores is", () => {
    const scored = (values: readonly number[]): Record<string, unknown> =>
      roles((g) => {
        g.initializer("m", { elem: "float32", dims: [2, 4], data: Float32Array.from(values) });
        return op(g, "Softmax", [op(g, "Add", [op(g, "MatMul", ["x", weight(g, "w", [3, 4])]), "m"])]);
      });
    const zeros = Array<number>(7).fill(0);
    expect(Object.keys(scored([...zeros, Number.NEGATIVE_INFINITY]))).toEqual(["w"]);
    expect(Object.keys(scored([...zeros, -3.4028235e38]))).toEqual(["w"]);
    expect(Object.keys(scored([...zeros, -2]))).toEqual(["m", "w"]);
  });
  test("and are left open where nothing tells", () => {
    expect(roles((g) => op(g, "Add", [op(g, "Mul", ["x", weight(g, "s", [3])]), weight(g, "b", [3])]))).toStrictEqual({
      s: undefined,
      b: undefined,
    });
    expect(
      roles((g) => op(g, "Add", [op(g, "MatMul", ["x", weight(g, "w", [3, 3])]), weight(g, "b", [2, 1])])),
    ).toStrictEqual({ w: ["kernel", { in: [0], out: [1] }], b: undefined });
  });
  test("statistics, bounds and constants are not parameters", () => {
    const normed = roles((g) =>
      op(g, "BatchNormalization", [
        "image",
        weight(g, "s", [3]),
        weight(g, "b", [3]),
        weight(g, "m", [3]),
        weight(g, "v", [3]),
      ]),
    );
    expect(normed).toStrictEqual({ s: "norm", b: "bias" });
    expect(roles((g) => op(g, "Clip", [weight(g, "w", [3]), weight(g, "low", [])]))).toStrictEqual({ w: undefined });
  });
  test("LayerNormalization taken apart, as older exporters write it, is known", () => {
    const found = roles((g) => {
      const mean = op(g, "ReduceMean", ["x", g.ints([-1])]);
      const centred = op(g, "Sub", ["x", mean]);
      const variance = op(g, "ReduceMean", [op(g, "Mul", [centred, centred]), g.ints([-1])]);
      const hat = op(g, "Div", [centred, op(g, "Sqrt", [op(g, "Add", [variance, g.constant(1e-5)])])]);
      return op(g, "Add", [op(g, "Mul", [hat, weight(g, "s", [3])]), weight(g, "b", [3])]);
    });
    expect(found).toStrictEqual({ s: "norm", b: "bias" });
  });
  test("tied weights are an embedding; uses that disagree say nothing", () => {
    const tied = roles((g) =>
      op(g, "MatMul", [op(g, "Gather", [weight(g, "t", [10, 3]), "ids"]), op(g, "Transpose", ["t"], { perm: [1, 0] })]),
    );
    expect(tied).toStrictEqual({ t: ["embedding", { in: [0], out: [1] }] });
    const both = roles((g) =>
      op(g, "MatMul", [
        op(g, "Gemm", ["x", weight(g, "w", [3, 3])]),
        op(g, "MatMul", ["w", op(g, "Transpose", ["x"])]),
      ]),
    );
    // The rows of w are what the first sums over, and the columns what the second does.
    expect(both).toStrictEqual({ w: "kernel" });
  });
});
