import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bind, type Dim } from "../src/graph/index.ts";
import { exportModel, type Graph, importModel } from "../src/index.ts";
import { type Constant, constant } from "../src/proto/index.ts";
import { nodeTests } from "./nodes.ts";
import { apart, run } from "./runtime.ts";
import { fixture, hasTestdata } from "./testdata.ts";

/** Makes every value an output, so that a run tells its shape. */
function exposed(graph: Graph): Uint8Array {
  for (const node of graph.nodes)
    for (const name of node.outputs) if (graph.typeOf(name) !== undefined) graph.output(name);
  return exportModel(graph);
}

/** Where what is inferred contradicts a run, sizes bound to the run's: a size too many or too few is worse than none. */
function contradictions(
  graph: Graph,
  sizes: Readonly<Record<string, Dim>>,
  results: Readonly<Record<string, Constant>>,
): string[] {
  const found: string[] = [];
  for (const node of graph.nodes)
    for (const name of node.outputs) {
      const [type, result] = [graph.typeOf(name), results[name]];
      if (type === undefined || result === undefined) continue;
      if (type.elem !== result.elem) found.push(`${node.op} ${name}: ${type.elem}, not ${result.elem}`);
      const shape = type.shape?.map((d) => bind(d, sizes));
      const wrong = shape?.some((d, i) => typeof d === "number" && d !== result.dims[i]) ?? false;
      if (wrong || (shape !== undefined && shape.length !== result.dims.length)) {
        found.push(`${node.op} ${name}: [${shape}], not [${result.dims}]`);
      }
      const values = graph.symbolic(name)?.entries.map((e) => (e === undefined ? e : bind(e, sizes)));
      if (values?.some((e, i) => typeof e === "number" && e !== Number(result.data[i]))) {
        found.push(`${node.op} ${name}: the values ${values}, not ${result.data}`);
      }
      const known = graph.literalValue(name)?.data;
      if (known !== undefined && String(known) !== String(result.data))
        found.push(`${node.op} ${name}: ${known}, not ${result.data}`);
    }
  return found;
}

/** Values with a size that nothing is known of. */
function open(graph: Graph): string[] {
  return graph.nodes.flatMap((node) =>
    node.outputs.flatMap((name) => {
      const { shape } = graph.typeOf(name) ?? {};
      return name !== "" && (shape === undefined || shape.some((d) => String(d).includes("?")))
        ? [`${node.op} ${name}`]
        : [];
    }),
  );
}

const image = (dims: readonly number[]): Constant => {
  const count = dims.reduce((a, b) => a * b, 1);
  return constant(
    Float32Array.from({ length: count }, (_, i) => Math.sin(i)),
    "float32",
    dims,
  );
};
const words = (dims: readonly number[]): Constant => {
  const count = dims.reduce((a, b) => a * b, 1);
  return constant(
    BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7) % 50)),
    "int64",
    dims,
  );
};

describe.each([
  ["lenet", { in0: image([3, 1, 28, 28]) }],
  ["resnet", { in0: image([3, 3, 32, 32]) }],
  ["gpt_o17", { in0: words([3, 16]) }],
  ["dynamic_encoder", { in0: words([2, 7]) }],
  ["dynamic_attention", { in0: image([3, 5, 16]) }],
  ["dynamic_recurrent", { in0: image([2, 9, 4]) }],
  ["dynamic_unet", { in0: image([3, 1, 11, 13]) }],
  ["dynamic_mixed", { in0: image([1, 3, 23, 18]) }],
] as const)("%s", (name, feeds) => {
  const bytes = readFileSync(fixture(name));
  const sizes = importModel(bytes).inputs.get("in0")?.shape ?? [];

  test("every shape is known, the batch by its name, and is that of a run", async () => {
    const graph = importModel(bytes, { fold: false });
    expect(sizes.filter((d) => typeof d === "string")).not.toEqual([]);
    expect(open(graph)).toEqual([]);
    const bound = Object.fromEntries(sizes.map((d, i) => [d, feeds.in0.dims[i] ?? 0]));
    const results = await run(exposed(graph), feeds);
    expect(Object.keys(results).length).toBe(graph.outputs.size);
    expect(contradictions(graph, bound, results)).toEqual([]);
  });

  test("with sizes given every shape is a number, and either way the numbers are the model's own", async () => {
    const graph = importModel(bytes, { shapes: { in0: feeds.in0.dims } });
    const original = await run(bytes, feeds);
    for (const model of [graph, importModel(bytes)]) {
      // onnxruntime fuses what it finds, and with shapes folded it finds more: sums run in another order.
      expect(apart((await run(exportModel(model), feeds)).out, original.out)).toBeLessThan(1e-5);
    }
    const shapes = graph.nodes.flatMap((node) => node.outputs.map((o) => graph.shape(o)));
    expect(shapes.flat().filter((d) => typeof d !== "number")).toEqual([]);
  });
});

describe.skipIf(!hasTestdata)("ONNX's own tests of operators", () => {
  // StringNormalizer asks for the locale en_US, which not every machine has.
  const tests = nodeTests().filter(({ name }) => !name.startsWith("test_strnorm"));
  /** Tests whose models cannot be imported or run, and why that is right. */
  const excused: readonly (readonly [RegExp, string])[] = [
    [/^test_castlike_.*BFLOAT16/, "its data has another rank than its model says"],
    [/tf_half_pixel_for_nn$/, "the mode is gone from the operator sets after 12"],
    [/^test_scan_sum$/, "Scan was batched in operator set 8 only"],
  ];
  /** Tests that plain onnxruntime 1.30 cannot run either. */
  const unsupported =
    /^test_(bitshift_(left|right)_uint16|cast_(BFLOAT16_to_FLOAT|FLOAT_to_BFLOAT16)|(gru|lstm|simple_rnn)_batchwise|(max|min)_u?int16|pow_types_float32_uint(32|64))$/;
  /** Each run draws other numbers. */
  const random = /bernoulli|training_dropout/;

  const runs = new Map<string, Readonly<Record<string, Constant>>>();

  test("each gives the same after import and export, and shapes and folded values are those of the run", async () => {
    const refused: string[] = [];
    let ran = 0;
    for (const { name, bytes, model, feeds, wanted } of tests) {
      const shapes = Object.fromEntries(Object.entries(feeds).map(([input, { dims }]) => [input, dims]));
      const excuse = excused.some(([pattern]) => pattern.test(name));
      let graph: Graph;
      try {
        graph = importModel(model, { shapes, fold: false });
      } catch (error) {
        refused.push(name);
        expect(excuse, `${name}: ${error}`).toBe(true);
        continue;
      }
      if (unsupported.test(name)) {
        await expect(run(bytes, feeds), name).rejects.toThrow();
        continue;
      }
      const results = await run(exposed(graph), feeds, { graphOptimizationLevel: "disabled" });
      runs.set(name, results);
      expect(contradictions(graph, {}, results), name).toEqual([]);
      if (!random.test(name)) {
        // Plain onnxruntime takes operator sets from 7 on; for older ones ONNX's own results serve, rounded otherwise.
        const old = Number(model.opsetImport?.[0]?.version) < 7;
        const right = old ? wanted : await run(bytes, feeds, { graphOptimizationLevel: "disabled" });
        const folded = await run(exportModel(importModel(model, { shapes })), feeds);
        for (const output of Object.keys(wanted)) {
          expect(apart(folded[output], results[output]), name).toBeLessThan(1e-5); // Optimized, sums run in another order.
          expect(apart(results[output], right[output]), name).toBeLessThan(old ? 1e-4 : 1e-6);
        }
      }
      ran++;
    }
    for (const [pattern, reason] of excused)
      expect(
        refused.some((name) => pattern.test(name)),
        reason,
      ).toBe(true);
    expect(ran).toBeGreaterThan(980);
  });

  test("with every size a name nothing is inferred that a run contradicts", () => {
    let known = 0;
    for (const { name, model, feeds } of tests) {
      const results = runs.get(name);
      // STFT and TfIdfVectorizer have no shape inference here; with the model's own sizes it says the output's type.
      if (results === undefined || /^test_(stft|tfidf)/.test(name)) continue;
      const sizes: Record<string, Dim> = {};
      const shapes = Object.fromEntries(
        Object.entries(feeds).map(([input, { dims }]) => [
          input,
          dims.map((d, i) => {
            if (d === 1) return 1;
            sizes[`${input}_${i}`] = d;
            return `${input}_${i}`;
          }),
        ]),
      );
      const graph = importModel(model, { shapes, fold: false });
      expect(contradictions(graph, sizes, results), name).toEqual([]);
      known += graph.nodes.length - open(graph).length;
    }
    // The unknown ones depend on data: NonZero, Compress, a shape that is an input.
    expect(known).toBeGreaterThan(1950);
  });
});
