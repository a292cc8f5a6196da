import { checkGraph, type Graph } from "./graph.ts";
import { int, type Node } from "./node.ts";

/** The names a node reads, including those its subgraphs read. */
export function readsOf(node: Node): string[] {
  const reads: string[] = [];
  collectReads(node, reads);
  return reads;
}

// Into one list: a spread argument overflows the stack where there are a hundred thousand of them.
function collectReads(node: Node, reads: string[]): void {
  for (const name of node.inputs) reads.push(name);
  for (const a of Object.values(node.attributes)) {
    if (a.kind !== "graph" && a.kind !== "graphs") continue;
    for (const graph of a.kind === "graph" ? [a.value] : a.value) {
      for (const name of graph.outputs.keys()) reads.push(name);
      for (const inner of graph.nodes) collectReads(inner, reads);
    }
  }
}

/** A Reshape's target without reading sizes in the run: what it copies is 0, and one more size may be left to be found out. */
function target(graph: Graph, node: Node): readonly number[] | undefined {
  const [x = "", to = ""] = node.inputs;
  const shape = graph.typeOf(x)?.shape;
  const entries = graph.symbolic(to)?.entries;
  if (shape === undefined || entries === undefined || entries.includes(0) || int(node, "allowzero", 0) !== 0)
    return undefined;
  const known = entries.map((d, i) => (typeof d === "string" && d === shape[i] ? 0 : d));
  const open = known.filter((d) => typeof d !== "number");
  if (open.includes(undefined) || open.length + (known.includes(-1) ? 1 : 0) > 1) return undefined;
  return known.map((d) => (typeof d === "number" ? d : -1));
}

/** Whether a convolution's bias is a matrix of zeros: PyTorch 2.13 writes [channels, 2] for a Conv3d without one, which no runtime takes. */
function isEmptyBias(graph: Graph, { op, domain, inputs }: Node, bias: string): boolean {
  if (op !== "Conv" || domain !== "" || inputs.length !== 3) return false;
  const value = graph.literalValue(bias);
  return value !== undefined && value.dims.length > 1 && value.data.every((v: number | bigint) => Number(v) === 0);
}

/** Replaces nodes whose values are known by constants, unless they are outputs, and readers of an Identity by readers of its input. */
export function fold(graph: Graph): void {
  checkGraph("What is folded", graph);
  const before = graph.nodes.splice(0);
  const alias = new Map<string, string>();
  const inSubgraphs = new Set<string>();
  for (const node of before) for (const name of readsOf({ ...node, inputs: [] })) inSubgraphs.add(name);
  for (const node of before) {
    const outputs = node.outputs.filter((name) => name !== "");
    if (!outputs.some((name) => graph.outputs.has(name))) {
      const values = outputs.map((name) => graph.literalValue(name));
      if (outputs.length > 0 && values.every((value) => value !== undefined)) {
        outputs.forEach((name, i) => {
          const value = values[i];
          if (value !== undefined) graph.literal(name, value);
        });
        continue;
      }
      const [from, to] = [node.inputs[0], node.outputs[0]];
      if (
        node.op === "Identity" &&
        node.domain === "" &&
        from &&
        to &&
        !inSubgraphs.has(to) &&
        !graph.stops.has(to) &&
        graph.typeOf(to) !== undefined
      ) {
        alias.set(to, alias.get(from) ?? from);
        continue;
      }
    }
    const inputs = node.inputs.map((name) => alias.get(name) ?? name);
    const sizes =
      node.op === "Reshape" && graph.literalValue(inputs[1] ?? "") === undefined ? target(graph, node) : undefined;
    if (sizes !== undefined) inputs[1] = graph.ints(sizes);
    if (isEmptyBias(graph, node, inputs[2] ?? "")) inputs.length = 2;
    graph.nodes.push({ ...node, inputs });
  }
}

/** Removes nodes and initializers that nobody reads. */
export function prune(graph: Graph): void {
  checkGraph("What is pruned", graph);
  const read = new Set(graph.outputs.keys());
  const kept: Node[] = [];
  for (const node of graph.nodes.splice(0).reverse()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    kept.push(node);
    for (const name of readsOf(node)) read.add(name);
  }
  for (const node of kept.reverse()) graph.nodes.push(node);
  for (const name of [...graph.initializers.keys()]) if (!read.has(name)) graph.initializers.delete(name);
}
