import { readsOf } from "../graph/fold.ts";
import type { Graph } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";

/** The nodes that end in outputs of the graph: the maker of one, with the Identity that gives it its name. */
interface Ends {
  /** The place of the maker. */
  readonly place: number;
  readonly nodes: readonly Node[];
}

/**
 * Puts nodes in the order in which ONNX Runtime frees most. It does not run nodes as they stand in the file: from the last node
 * that nobody reads it goes back along inputs, of each node the last in the file first, and runs a node once its inputs are there;
 * then from the last but one. So what the backward pass needs of the forward pass alone stands early, or all of it would be
 * computed before the first gradient, and of the nodes that nobody reads those that can run first stand last, or the gradients of
 * weights would wait for the gradients of everything else, with all that they are made from.
 */
export function arrange(graph: Graph, forward: ReadonlySet<string>, gradients: Iterable<string>): void {
  const nodes = graph.nodes.splice(0);
  const readers = new Map<string, Node[]>();
  for (const node of nodes)
    for (const name of readsOf(node)) {
      const known = readers.get(name);
      if (known) known.push(node);
      else readers.set(name, [node]);
    }
  const read = ({ outputs }: Node): Node[] => outputs.flatMap((name) => readers.get(name) ?? []);
  const moving = new Set(gradients);
  const ends: Ends[] = [];
  const ended = new Set<Node>();
  const [first, early, late]: [Node[], Node[], Node[]] = [[], [], []];
  const places = new Map<string, number>();
  nodes.forEach((node, i) => {
    for (const name of node.outputs) places.set(name, i);
    if (ended.has(node)) return;
    const place = (node.op === "Identity" ? places.get(node.inputs[0]!) : undefined) ?? i;
    const [one, ...others] = read(node);
    const named = one !== undefined && others.length === 0 && one.op === "Identity" && read(one).length === 0;
    if (one === undefined || named) {
      const unit = one === undefined ? [node] : [node, one];
      for (const part of unit) ended.add(part);
      ends.push({ place, nodes: unit });
    } else if (node.outputs.some((name) => forward.has(name))) first.push(node);
    else {
      const after = readsOf(node).some((name) => moving.has(name)) || node.outputs.some((name) => moving.has(name));
      if (after) for (const name of node.outputs) moving.add(name);
      (after ? late : early).push(node);
    }
  });
  for (const node of [...first, ...early, ...late]) graph.nodes.push(node);
  ends.sort((a, b) => b.place - a.place);
  for (const { nodes } of ends) graph.nodes.push(...nodes);
}
