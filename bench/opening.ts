import { adamw } from "@descent/adam";
import { decodeModel, differentiate, exportModel, Graph, importModel } from "@descent/onnx";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { libraryOf } from "./contender.ts";
import { digits, table } from "./report.ts";

interface Sizes {
  readonly title: string;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly words: number;
  readonly places: number;
}

/** A decoder as exporters write it, batch and length open: sizes are asked of values and put together again. */
function decoder({ layers, width, heads, words, places }: Sizes): Uint8Array {
  const g = new Graph();
  g.name = "decoder";
  const op = (kind: string, inputs: readonly string[], attributes: Parameters<Graph["op"]>[2] = {}): string =>
    g.op(kind, inputs, attributes)[0]!; // one output
  let state = 1;
  /** Different numbers: what is looked for among weights is seldom found. */
  const weight = (name: string, ...dims: readonly number[]): string => {
    const data = new Float32Array(dims.reduce((n, d) => n * d, 1));
    for (let i = 0; i < data.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      data[i] = state * 2e-11;
    }
    return g.initializer(name, { elem: "float32", dims, data });
  };
  const scalar = (n: number): string => g.constant(n, "int64", []);
  const size = (x: string, axis: number): string =>
    op("Unsqueeze", [op("Gather", [op("Shape", [x]), scalar(axis)]), g.ints([0])]);
  const shaped = (x: string, ...entries: readonly (string | number)[]): string =>
    op("Reshape", [
      x,
      op(
        "Concat",
        entries.map((e) => (typeof e === "number" ? g.ints([e]) : e)),
        { axis: 0 },
      ),
    ]);
  g.input("ids", { elem: "int64", shape: ["batch", "length"] });
  const steps = op("Gather", [op("Shape", ["ids"]), scalar(1)]);
  const table = weight("words", words, width);
  const at = op("Gather", [weight("places", places, width), op("Range", [scalar(0), steps, scalar(1)])]);
  let x = op("Add", [op("Gather", [table, "ids"]), at]);
  for (let layer = 0; layer < layers; layer++) {
    const named = (name: string): string => `layer.${layer}.${name}`;
    const norm = (v: string, name: string): string =>
      op("LayerNormalization", [v, weight(named(`${name}.weight`), width), weight(named(`${name}.bias`), width)]);
    const linear = (v: string, name: string, from: number, to: number): string =>
      op("Add", [op("MatMul", [v, weight(named(`${name}.weight`), from, to)]), weight(named(`${name}.bias`), to)]);
    const normed = norm(x, "norm1");
    const parts = g.op(
      "Split",
      [linear(normed, "qkv", width, 3 * width), g.ints([width, width, width])],
      { axis: 2 },
      3,
    );
    const [q = "", k = "", v = ""] = parts.map((part) =>
      op("Transpose", [shaped(part, size(x, 0), size(x, 1), heads, width / heads)], { perm: [0, 2, 1, 3] }),
    );
    const scores = op("Div", [
      op("MatMul", [q, op("Transpose", [k], { perm: [0, 1, 3, 2] })]),
      g.constant(Math.sqrt(width / heads)),
    ]);
    const square = op("Concat", [size(scores, 2), size(scores, 3)], { axis: 0 });
    const ones = op("Trilu", [op("Expand", [g.constant(1), square])], { upper: 0 });
    const masked = op("Where", [op("Equal", [ones, g.constant(0)]), g.constant(-1e9), scores]);
    const mixed = op("Transpose", [op("MatMul", [op("Softmax", [masked]), v])], { perm: [0, 2, 1, 3] });
    x = op("Add", [x, linear(shaped(mixed, size(x, 0), size(x, 1), width), "out", width, width)]);
    const wide = op("Gelu", [linear(norm(x, "norm2"), "up", width, 4 * width)], { approximate: "tanh" });
    x = op("Add", [x, linear(wide, "down", 4 * width, width)]);
  }
  g.op("MatMul", [x, op("Transpose", [table], { perm: [1, 0] })], {}, ["logits"]);
  g.output("logits");
  return exportModel(g);
}

const models: readonly Sizes[] = [
  { title: "10,000 nodes", layers: 185, width: 8, heads: 2, words: 16, places: 16 },
  { title: "124 M weights", layers: 12, width: 768, heads: 12, words: 50257, places: 1024 },
];

/** Milliseconds of the processor, which other programs disturb less than the clock, and of the clock. */
async function timed<T>(run: () => T | Promise<T>): Promise<readonly [result: T, processor: number, clock: number]> {
  const [cpu, clock] = [process.cpuUsage(), performance.now()];
  const result = await run();
  const { user, system } = process.cpuUsage(cpu);
  return [result, (user + system) / 1000, performance.now() - clock];
}

/** The cost of opening a model: reading its bytes, importing, differentiating, and the whole of `Trainer.create`. */
export async function opening(rounds: number, say: (text: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const sizes of models) {
    say(sizes.title);
    const bytes = decoder(sizes);
    const best = new Map<string, readonly [number, number]>();
    const note = (part: string, processor: number, clock: number): void => {
      const [p, c] = best.get(part) ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      best.set(part, [Math.min(p, processor), Math.min(c, clock)]);
    };
    let nodes = 0;
    for (let i = 0; i < rounds; i++) {
      const [model, ...decoding] = await timed(() => decodeModel(bytes));
      note("decode", ...decoding);
      nodes = model.graph?.node?.length ?? 0;
      const [graph, ...importing] = await timed(() => importModel(model));
      note("import", ...importing);
      const [, ...differentiating] = await timed(() => differentiate(graph, { loss: crossEntropy() }));
      note("differentiate", ...differentiating);
      const [trainer, ...creating] = await timed(() =>
        Trainer.create(bytes, {
          optimizer: adamw(),
          loss: crossEntropy(),
          runtime: libraryOf("onnxruntime", "onnxruntime-node") as Runtime,
        }),
      );
      note("create", ...creating);
      await trainer.dispose();
    }
    for (const [part, [processor, clock]] of best)
      rows.push([`${sizes.title}: ${part}`, String(nodes), digits(processor), digits(clock)]);
  }
  say("");
  return [
    "## Opening a model",
    `Milliseconds, the least of ${rounds}. "create" decodes and imports too, and makes room for weights, gradients and state.`,
    table(["part", "nodes", "of the processor", "of the clock"], rows),
  ].join("\n\n");
}
