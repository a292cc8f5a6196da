import type { Graph } from "@descent/onnx";
import type { Node } from "@descent/onnx/graph";
import { type Fed, tensor } from "../runtime/feeds.ts";
import type { Runtime, RuntimeTensor } from "../runtime/runtime.ts";

/** The input that seeds are fed through: one uint32 for each Dropout of the graph. */
export const SEEDS = "descent.seeds";

/**
 * Lets every Dropout that trains drop what a hash of its seed and each element's place says, instead of ONNX Runtime's
 * own generator, which nobody can save: the same seeds drop the same elements on every provider and after a resume.
 * Returns how many seeds the graph takes; 0 leaves it as it was. Dropouts inside If and Loop keep the runtime's generator.
 */
export function seedDropouts(graph: Graph): number {
  const dropping = graph.nodes.filter((node) => drops(graph, node));
  if (dropping.length === 0) return 0;
  graph.input(SEEDS, { elem: "uint32", shape: [dropping.length] });
  const op = (name: string, inputs: readonly string[], attributes = {}): string =>
    graph.op(name, inputs, attributes)[0]!; // one output
  const u32 = (x: number): string => graph.constant(x >>> 0, "uint32");
  const shifted = (h: string, by: number): string =>
    op("BitwiseXor", [h, op("BitShift", [h, u32(by)], { direction: "RIGHT" })]);
  graph.rewrite((node) => {
    const place = dropping.indexOf(node);
    if (place < 0) return false;
    const [x = "", ratio = ""] = node.inputs;
    const rate = ratio === "" ? graph.constant(0.5) : op("Cast", [ratio], { to: "float32" });
    const seed = op("Gather", [SEEDS, graph.constant(place, "int64")]);
    const shape = op("Shape", [x]);
    const places = op("Range", [graph.constant(0, "int64"), op("Size", [x]), graph.constant(1, "int64")]);
    // MurmurHash3's finalizer over place · φ + seed; its last xor-shift changes no high bit and is left out
    let hash = op("Add", [op("Mul", [op("Cast", [places], { to: "uint32" }), u32(0x9e3779b1)]), seed]);
    hash = op("Mul", [shifted(hash, 16), u32(0x85ebca6b)]);
    hash = op("Mul", [shifted(hash, 13), u32(0xc2b2ae35)]);
    const limit = op("Cast", [op("Mul", [rate, graph.constant(2 ** 32)])], { to: "uint32" });
    const kept = op("Reshape", [op("Not", [op("Less", [hash, limit])]), shape]);
    const scale = op("Reciprocal", [op("Sub", [graph.constant(1), rate])]);
    const { elem } = graph.type(x);
    const factor = op("Where", [kept, op("Cast", [scale], { to: elem }), graph.constant(0, elem)]);
    const [output = "", mask = ""] = node.outputs;
    graph.op("Mul", [x, factor], {}, [output]);
    if (mask !== "") graph.op("Identity", [kept], {}, [mask]);
    return true;
  });
  return dropping.length;
}

/** Whether a node is a Dropout that is told to train. One that learns so only at run time is left to the runtime. */
function drops(graph: Graph, { op, domain, inputs }: Node): boolean {
  if (op !== "Dropout" || domain !== "") return false;
  const [, ratio = "", training = ""] = inputs;
  const on = training === "" ? undefined : graph.value(training);
  const rate = ratio === "" ? 0.5 : Number(graph.value(ratio)?.data[0] ?? 0.5);
  return on !== undefined && Number(on.data[0]) !== 0 && rate > 0 && rate < 1;
}

/** The seeds of one forward pass, from the trainer's seed and where training stands. */
function seedsOf(count: number, ...at: readonly number[]): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => {
    let h = 0x243f6a88;
    for (const x of [...at, i]) {
      h = Math.imul(h ^ x, 0x9e3779b1);
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      h ^= h >>> 16;
    }
    return h >>> 0;
  });
}

/** The tensors of a batch that a session takes, and the seeds it draws dropout from, by name. */
export function drawn(
  runtime: Runtime,
  batch: readonly Fed[],
  {
    session: { inputs },
    seeds,
  }: { readonly session: { readonly inputs: ReadonlySet<string> }; readonly seeds: number },
  ...at: readonly number[]
): Record<string, RuntimeTensor> {
  const taken = batch.filter(({ name }) => inputs.has(name));
  if (seeds > 0) taken.push({ name: SEEDS, elem: "uint32", dims: [seeds], data: seedsOf(seeds, ...at) });
  return Object.fromEntries(taken.map((fed) => [fed.name, tensor(runtime, fed)]));
}
