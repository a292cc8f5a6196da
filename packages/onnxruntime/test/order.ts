import type { Graph } from "@descent/onnx";
import type { Node } from "@descent/onnx/graph";

/**
 * The order in which ONNX Runtime runs nodes, as its GraphViewer finds it (graph_viewer.cc, Graph::ReverseDFSFrom): from the nodes
 * that nobody reads, the last first, back along inputs, the last in the file first.
 */
export function ran({ nodes }: Graph): Node[] {
  const place = new Map(nodes.map((node, i) => [node, i] as const));
  const maker = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack = nodes
    .filter(({ outputs }) => !outputs.some((name) => read.has(name)))
    .map((node) => ({ node, leave: false }));
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, leave } = top;
    if (leave) order.push(node);
    if (leave || seen.has(node)) continue;
    seen.add(node);
    stack.push({ node, leave: true });
    const before = node.inputs.flatMap((name) => maker.get(name) ?? []);
    before.sort((a, b) => place.get(a)! - place.get(b)!);
    for (const one of before) if (!seen.has(one)) stack.push({ node: one, leave: false });
  }
  return order;
}

/** The most numbers alive at a time, when nodes run in that order and a value goes after its last reader. */
export function peak(graph: Graph): number {
  const nodes = ran(graph);
  const last = new Map<string, number>();
  for (const [i, node] of nodes.entries()) for (const name of node.inputs) last.set(name, i);
  for (const name of graph.outputs.keys()) last.set(name, nodes.length);
  const alive = new Map<string, number>();
  let [now, most] = [0, 0];
  for (const [i, node] of nodes.entries()) {
    for (const name of node.outputs) {
      const count = (graph.typeOf(name)?.shape ?? []).reduce<number>((n, d) => n * Number(d), 1);
      if (!last.has(name)) continue;
      alive.set(name, count);
      now += count;
    }
    most = Math.max(most, now);
    for (const name of new Set(node.inputs)) {
      if (last.get(name) !== i) continue;
      now -= alive.get(name) ?? 0;
      alive.delete(name);
    }
  }
  return most;
}
