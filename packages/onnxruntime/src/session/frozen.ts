import type { Graph } from "@descent/onnx";
import type { Node } from "@descent/onnx/graph";
import { asInput } from "../graphs/source.ts";
import type { Runtime, RuntimeTensor } from "../runtime/runtime.ts";

/** Smaller weights stay in the session. */
const LEAST = 1 << 14;
/** Operators that take a weight as well where it comes with every run; others are faster with what they may prepare once. */
const takers = new Set(["MatMul", "Gemm", "Gather", "Add", "Mul"]);
/** Operators that take a transposed matrix as it lies. */
const turners = new Set(["MatMul", "Gemm"]);

const tensors = new WeakMap<Float32Array, RuntimeTensor>();

/**
 * Makes large weights that are not trained inputs of the graph, and gives the tensors to feed: they lie in memory once, where the
 * model has them, for all sessions. ONNX Runtime would keep a copy of its own in every session, and beside it one in another order
 * for each node that reads it.
 */
export function fedWeights(graph: Graph, { Tensor }: Runtime): Readonly<Record<string, RuntimeTensor>> {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes)
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const elsewhere = new Set<string>(graph.outputs.keys());
  for (const node of graph.nodes) {
    const joined = node.op === "Transpose" && (readers.get(node.outputs[0]!) ?? []).every(({ op }) => turners.has(op));
    if (node.domain !== "" || !(joined || takers.has(node.op))) for (const name of node.inputs) elsewhere.add(name);
    for (const name of readsWithin(node)) elsewhere.add(name);
  }
  const fed: Record<string, RuntimeTensor> = {};
  for (const [name, { data, dims }] of [...graph.initializers]) {
    if (!(data instanceof Float32Array) || data.length < LEAST || elsewhere.has(name)) continue;
    let tensor = tensors.get(data);
    if (!tensor) tensors.set(data, (tensor = new Tensor("float32", data, dims)));
    fed[name] = tensor;
    asInput(graph, name);
  }
  return fed;
}

/** The names that graphs inside a node read. */
const readsWithin = ({ attributes }: Node): string[] =>
  Object.values(attributes)
    .flatMap((a) => (a.kind === "graph" ? [a.value] : a.kind === "graphs" ? a.value : []))
    .flatMap(({ nodes, outputs }) => [
      ...outputs.keys(),
      ...nodes.flatMap((inner) => [...inner.inputs, ...readsWithin(inner)]),
    ]);
