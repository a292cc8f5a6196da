import { describe } from "vitest";
import type { AttributeInput } from "../../src/graph/attribute.ts";
import { type Case, type Feed, Feeds, fixed, run } from "../check.ts";

const f = new Feeds(9);
const gates: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };
const [steps, batch, width, hidden] = [3, 2, 3, 2];
interface Form {
  readonly directions?: number;
  readonly bias?: boolean;
  readonly lengths?: readonly number[];
  readonly states?: boolean;
  readonly peep?: boolean;
  readonly output?: number;
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  readonly more?: Partial<Case>;
}
function layer(op: string, name: string, form: Form = {}): Case {
  const { directions: d = 1, bias, lengths, states, peep, output = 0, attributes = {}, more = {} } = form;
  const k = gates[op]!;
  const first = attributes.layout === 1 ? [batch, steps] : [steps, batch];
  const state = attributes.layout === 1 ? [batch, d, hidden] : [d, batch, hidden];
  const optional: Record<string, Feed | undefined> = {
    b: bias ? f.float([d, 2 * k * hidden]) : undefined,
    lengths: lengths === undefined ? undefined : { elem: "int32", dims: [batch], data: lengths, diff: false },
    h: states ? f.float(state) : undefined,
    c: states && op === "LSTM" ? f.float(state) : undefined,
    p: peep ? f.float([d, 3 * hidden]) : undefined,
  };
  const given: Record<string, Feed> = {
    x: f.float([...first, width]),
    w: f.float([d, k * hidden, width]),
    r: f.float([d, k * hidden, hidden]),
  };
  for (const [key, feed] of Object.entries(optional)) if (feed !== undefined) given[key] = feed;
  return {
    name: `${op}, ${name}`,
    inputs: given,
    // With a length that only the run tells the layer is a Scan.
    symbolic: { x: attributes.layout === 1 ? ["batch", "steps", width] : ["steps", "batch", width] },
    build: (g) => {
      const names = ["x", "w", "r", ...Object.entries(optional).map(([key, feed]) => (feed === undefined ? "" : key))];
      while (names.at(-1) === "") names.pop();
      return g.op(op, names, { hidden_size: hidden, ...attributes }, op === "LSTM" ? 3 : 2)[output]!;
    },
    ...more,
  };
}

describe("recurrent layers", () => {
  run(
    ["RNN", "GRU", "LSTM"].flatMap((op): Case[] => [
      layer(op, "plain"),
      layer(op, "with bias and first states", { bias: true, states: true }),
      layer(op, "backwards", { bias: true, attributes: { direction: "reverse" } }),
      layer(op, "both ways", { directions: 2, bias: true, states: true, attributes: { direction: "bidirectional" } }),
      layer(op, "the last state", { bias: true, output: 1 }),
      layer(op, "the last state both ways", { directions: 2, output: 1, attributes: { direction: "bidirectional" } }),
      layer(op, "sequences of different lengths", {
        bias: true,
        lengths: [2, 3],
        more: { once: "the shapes are those of the case before" },
      }),
      layer(op, "different lengths backwards, the last state", {
        lengths: [2, 3],
        output: 1,
        attributes: { direction: "reverse" },
        more: { once: "as above" },
      }),
    ]),
  );
  run([
    layer("LSTM", "the last cell", { bias: true, states: true, output: 2 }),
    layer("LSTM", "peepholes", { bias: true, peep: true }),
    layer("LSTM", "input and forget coupled", { bias: true, attributes: { input_forget: 1 } }),
    layer("LSTM", "other activations", {
      attributes: {
        activations: ["HardSigmoid", "Softsign", "ScaledTanh"],
        activation_alpha: [0.3, 1.2],
        activation_beta: [0.4, 0.8],
      },
      more: { once: "Softsign bends at zero", loose: [5e-3, "an input near zero"] },
    }),
    layer("LSTM", "clipped", {
      bias: true,
      attributes: { clip: 0.45 },
      more: { once: "clipping bends at its bound", loose: [5e-2, "an input within 0.03 of the bound"] },
    }),
    layer("GRU", "the reset after the product", { bias: true, attributes: { linear_before_reset: 1 } }),
    layer("GRU", "the reset after the product, no bias, both ways", {
      directions: 2,
      attributes: { linear_before_reset: 1, direction: "bidirectional" },
    }),
    layer("RNN", "Affine", {
      bias: true,
      attributes: { activations: ["Affine"], activation_alpha: [0.7], activation_beta: [0.2] },
    }),
    ...["RNN", "GRU", "LSTM"].map((op) =>
      layer(op, "a batch by name", { more: { symbolic: { x: [steps, "batch", width] } } }),
    ),
  ]);
});

describe("attention", () => {
  const opset = 23;
  const qkv = (q: readonly number[], k: readonly number[], v: readonly number[] = k): Record<string, Feed> => ({
    q: f.float(q),
    k: f.float(k),
    v: f.float(v),
  });
  const attend = (
    name: string,
    inputs: Record<string, Feed>,
    order: readonly string[],
    attributes: Record<string, number> = {},
    outputs = 1,
    more: Partial<Case> = {},
  ): Case => ({
    name: `Attention, ${name}`,
    inputs,
    opset,
    build: (g) => g.op("Attention", order, attributes, outputs)[0]!,
    ...more,
  });
  const plain = qkv([2, 2, 3, 4], [2, 2, 3, 4]);
  const all = ["q", "k", "v"];
  run([
    attend("four dimensions", plain, all, {}, 1, {
      symbolic: { q: ["batch", 2, "time", 4], k: ["batch", 2, "time", 4], v: ["batch", 2, "time", 4] },
    }),
    attend("three dimensions", qkv([2, 3, 8], [2, 3, 8]), all, { q_num_heads: 2, kv_num_heads: 2 }),
    attend("a scale", plain, all, { scale: 0.3 }),
    attend("causal", plain, all, { is_causal: 1 }),
    attend("keys longer than queries", qkv([1, 2, 2, 4], [1, 2, 5, 4], [1, 2, 5, 3]), all),
    attend("shared keys", qkv([1, 4, 3, 2], [1, 2, 3, 2]), all),
    attend("added mask", { ...plain, m: f.float([3, 3]) }, [...all, "m"]),
    attend(
      "boolean mask",
      { ...plain, m: { elem: "bool", dims: [3, 3], data: [1, 0, 0, 1, 1, 0, 0, 1, 1], diff: false } },
      [...all, "m"],
    ),
    attend("softcap", plain, all, { softcap: 0.5 }),
    attend(
      "softcap, then a mask",
      { ...plain, m: { elem: "bool", dims: [3, 3], data: [1, 0, 0, 1, 1, 0, 0, 1, 1], diff: false } },
      [...all, "m"],
      { softcap: 0.5 },
    ),
    attend(
      "a query that has no key",
      { ...plain, m: { elem: "bool", dims: [3, 3], data: [0, 0, 0, 1, 1, 0, 0, 1, 1], diff: false } },
      [...all, "m"],
    ),
    attend(
      "a query that has no key, causal",
      { ...plain, m: { elem: "bool", dims: [3, 3], data: [0, 1, 1, 1, 1, 0, 0, 1, 1], diff: false } },
      [...all, "m"],
      { is_causal: 1 },
    ),
    attend(
      "past keys and values",
      { ...plain, pk: f.float([2, 2, 2, 4]), pv: f.float([2, 2, 2, 4]) },
      [...all, "", "pk", "pv"],
      {},
      3,
    ),
    attend(
      "past keys and values, causal",
      { ...plain, pk: f.float([2, 2, 2, 4]), pv: f.float([2, 2, 2, 4]) },
      [...all, "", "pk", "pv"],
      { is_causal: 1 },
      3,
    ),
    ...[0, 1].flatMap((interleaved): Case[] => [
      {
        name: `RotaryEmbedding, four dimensions, interleaved ${interleaved}`,
        inputs: { x: f.float([2, 3, 2, 4]), cos: f.float([2, 2, 2]), sin: f.float([2, 2, 2]) },
        opset,
        build: (g) => g.op("RotaryEmbedding", ["x", "cos", "sin"], { interleaved })[0]!,
      },
      {
        name: `RotaryEmbedding, three dimensions, by position, a part, interleaved ${interleaved}`,
        inputs: { x: f.float([2, 3, 12]), cos: f.float([5, 2]), sin: f.float([5, 2]), at: f.ints([2, 3], 5) },
        opset,
        build: (g) =>
          g.op("RotaryEmbedding", ["x", "cos", "sin", "at"], {
            interleaved,
            num_heads: 2,
            rotary_embedding_dim: 4,
          })[0]!,
      },
    ]),
    {
      name: "attention as exporters write it",
      inputs: { x: f.float([2, 4, 8]), wq: f.float([8, 24]), wo: f.float([8, 8]) },
      symbolic: { x: ["batch", "time", 8] },
      build: (g) => {
        const op = (kind: string, inputs: readonly string[], attributes: Record<string, AttributeInput> = {}): string =>
          g.op(kind, inputs, attributes)[0]!;
        const [q = "", k = "", v = ""] = g.op("Split", [op("MatMul", ["x", "wq"]), g.ints([8, 8, 8])], { axis: 2 }, 3);
        const heads = (t: string, perm: readonly number[]): string =>
          op("Transpose", [op("Reshape", [t, g.ints([0, 0, 2, 4])])], { perm });
        const scores = op("Mul", [
          op("MatMul", [heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])]),
          g.op("CastLike", [g.constant(0.5), "x"])[0]!,
        ]);
        const time = op("Squeeze", [op("Shape", ["x"], { start: 1, end: 2 }), g.ints([0])]);
        const numbers = op("Range", [g.constant(0, "int64", []), time, g.constant(1, "int64", [])]);
        const causal = op("LessOrEqual", [
          op("Unsqueeze", [numbers, g.ints([0])]),
          op("Unsqueeze", [numbers, g.ints([1])]),
        ]);
        const weights = op("Softmax", [op("Where", [causal, scores, g.op("CastLike", [g.constant(-1e9), "x"])[0]!])]);
        const mixed = op("Transpose", [op("MatMul", [weights, heads(v, [0, 2, 1, 3])])], { perm: [0, 2, 1, 3] });
        return op("MatMul", [op("Reshape", [mixed, g.ints([0, 0, 8])]), "wo"]);
      },
    },
    {
      name: "Attention, all keys and values used",
      inputs: { ...plain, pk: f.float([2, 2, 1, 4]), pv: f.float([2, 2, 1, 4]) },
      opset,
      build: (g) => {
        const [y = "", k = "", v = ""] = g.op("Attention", [...all, "", "pk", "pv"], {}, 3);
        const scores = g.op("MatMul", [y, g.op("Transpose", [k], { perm: [0, 1, 3, 2] })[0]!])[0]!;
        return g.op("MatMul", [scores, v])[0]!;
      },
    },
    {
      name: "a value that is fixed",
      inputs: { ...plain, v: fixed(plain.v!) },
      opset,
      build: (g) => g.op("Attention", all)[0]!,
    },
  ]);
});
