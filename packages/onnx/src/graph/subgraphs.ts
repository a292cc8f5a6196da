import { Graph } from "./graph.ts";
import type { Attribute, Node, Scope } from "./node.ts";

const graphsOf = (attribute: Attribute): readonly Scope[] =>
  attribute.kind === "graph" ? [attribute.value] : attribute.kind === "graphs" ? attribute.value : [];

/** The names that the graphs inside a node read from around it. */
export function captured(node: Node): string[] {
  const all = new Set<string>();
  for (const attribute of Object.values(node.attributes)) {
    for (const graph of graphsOf(attribute)) for (const name of free(graph)) all.add(name);
  }
  return [...all];
}

/** The names that a graph reads and does not make. */
function free(graph: Scope): Set<string> {
  const own = new Set([...graph.inputs.keys(), ...graph.initializers.keys()]);
  const found = new Set<string>();
  for (const node of graph.nodes) {
    for (const name of [...node.inputs, ...captured(node)]) if (name !== "" && !own.has(name)) found.add(name);
    for (const name of node.outputs) own.add(name);
  }
  for (const name of graph.outputs.keys()) if (!own.has(name)) found.add(name);
  return found;
}

/** How many nodes a graph has, those of the graphs inside it included. */
export function sizeOf(graph: Pick<Scope, "nodes">): number {
  let count = graph.nodes.length;
  for (const node of graph.nodes)
    for (const attribute of Object.values(node.attributes))
      for (const inner of graphsOf(attribute)) count += sizeOf(inner);
  return count;
}

/** A node for another graph: what is inside it sees that graph's names. */
export function copied(node: Node, outer: Graph): Node {
  const attributes = Object.entries(node.attributes);
  if (attributes.every(([, a]) => graphsOf(a).length === 0)) return node;
  return {
    ...node,
    attributes: Object.fromEntries(
      attributes.map(([key, a]): [string, Attribute] => {
        if (a.kind === "graph") return [key, { kind: "graph", value: copyInto(a.value, outer) }];
        if (a.kind === "graphs") return [key, { kind: "graphs", value: a.value.map((g) => copyInto(g, outer)) }];
        return [key, a];
      }),
    ),
  };
}

/** The same graph inside another one. */
export function copyInto(graph: Scope, outer: Graph): Graph {
  const copy = new Graph(graph.opset, outer);
  copy.name = graph.name;
  for (const [domain, version] of graph.domains) copy.domains.set(domain, version);
  for (const [name, type] of graph.inputs) copy.input(name, type);
  for (const [name, value] of graph.initializers) {
    if (graph.literalValue(name) !== undefined) copy.literal(name, value);
    else copy.initializer(name, value);
  }
  for (const node of graph.nodes) copy.add(copied(node, copy));
  for (const [name, type] of graph.outputs) copy.output(name, type);
  return copy;
}

/** Appends the nodes of a graph to another one, its inputs being these values; the names of its outputs there. */
export function inline(graph: Graph, body: Scope, inputs: readonly string[]): string[] {
  const names = new Map<string, string>();
  [...body.inputs.keys()].forEach((name, i) => {
    names.set(name, inputs[i] ?? "");
  });
  for (const [name, value] of body.initializers) {
    const as = graph.fresh(name);
    names.set(name, as);
    if (body.literalValue(name) !== undefined) graph.literal(as, value);
    else graph.initializer(as, value);
  }
  for (const node of body.nodes) {
    const renamed = rename(node, names, graph);
    const outputs = node.outputs.map((name) => (name === "" ? "" : graph.fresh(name)));
    node.outputs.forEach((name, i) => {
      names.set(name, outputs[i]!);
    });
    graph.add({ ...renamed, name: "", outputs });
  }
  return [...body.outputs.keys()].map((name) => names.get(name) ?? name);
}

/** A node whose inputs, and what the graphs inside it read from around them, have other names. */
function rename(node: Node, names: ReadonlyMap<string, string>, outer: Graph): Node {
  const inputs = node.inputs.map((name) => names.get(name) ?? name);
  const attributes = Object.entries(node.attributes).map(([key, a]): [string, Attribute] => {
    if (a.kind === "graph") return [key, { kind: "graph", value: renamedCopy(a.value, names, outer) }];
    if (a.kind === "graphs") return [key, { kind: "graphs", value: a.value.map((g) => renamedCopy(g, names, outer)) }];
    return [key, a];
  });
  return { ...node, inputs, attributes: Object.fromEntries(attributes) };
}

/** A copy of an inner graph with names of its own, so that it may stand beside the one it is a copy of. */
export function renamedCopy(graph: Scope, around: ReadonlyMap<string, string>, outer: Graph): Graph {
  const copy = new Graph(graph.opset, outer);
  copy.name = graph.name;
  for (const [domain, version] of graph.domains) copy.domains.set(domain, version);
  const own = new Map(around);
  for (const [name, type] of graph.inputs) {
    const as = copy.fresh(name);
    own.set(name, as);
    copy.input(as, type);
  }
  for (const [name, value] of graph.initializers) {
    const as = copy.fresh(name);
    own.set(name, as);
    if (graph.literalValue(name) !== undefined) copy.literal(as, value);
    else copy.initializer(as, value);
  }
  for (const node of graph.nodes) {
    const renamed = rename(node, own, copy);
    const outputs = node.outputs.map((name) => (name === "" ? "" : copy.fresh(name)));
    node.outputs.forEach((name, i) => {
      own.set(name, outputs[i]!);
    });
    copy.add({ ...renamed, name: "", outputs });
  }
  for (const [name, type] of graph.outputs) copy.output(own.get(name) ?? name, type);
  return copy;
}
