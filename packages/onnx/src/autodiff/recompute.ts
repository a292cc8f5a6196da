import type { Node } from "../graph/node.ts";
import { blocksOf, type Passes, repeats, type Stretch } from "./blocks.ts";
import type { Builder } from "./builder.ts";

/** Nodes to put before another, and what nodes read in place of values of the forward pass. */
interface Changes {
  readonly before: Map<number, Node[]>;
  readonly reads: Map<number, Map<string, string>>;
}

/**
 * Lets the backward pass compute the values of a block again when it comes to it, from the one value that the block begins with,
 * instead of keeping all of them since the forward pass. The operators are the same, on the same numbers.
 */
export function recompute(b: Builder, passes: Passes): void {
  const { graph } = passes;
  const places = new Map<string, number>();
  graph.nodes.forEach(({ outputs }, i) => {
    for (const name of outputs) places.set(name, i);
  });
  const changes: Changes = { before: new Map(), reads: new Map() };
  const waited = new Set<string>();
  const count = graph.nodes.length;
  for (const block of blocksOf(passes).reverse()) again(b, passes, block, places, waited, changes);
  const nodes = graph.nodes.splice(0);
  for (let i = 0; i < count; i++) {
    const node = nodes[i]!;
    graph.nodes.push(...(changes.before.get(i) ?? []));
    const renamed = changes.reads.get(i);
    graph.nodes.push(renamed ? { ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) } : node);
  }
}

/** Writes the nodes of one block again. */
function again(
  b: Builder,
  { graph, forward, gradients, weights }: Passes,
  { begin, end, from, to }: Stretch,
  places: ReadonlyMap<string, number>,
  waited: Set<string>,
  { before, reads }: Changes,
): void {
  const gradient = gradients.get(to)!; // a block ends at a value that has one
  const known = places.get(gradient)!; // a node makes it
  // The values that change with the one that the block begins with; the next block's stays.
  const values = new Set([from]);
  const inside = graph.nodes.slice(begin, end).filter((node) => {
    const moves = repeats(node) && node.inputs.some((name) => values.has(name));
    if (moves) for (const name of node.outputs) values.add(name);
    return moves;
  });
  for (const name of [from, to, ""]) values.delete(name);
  // Readers that come once that gradient is known; earlier ones, and graphs inside nodes, read what was kept.
  const readers: number[] = [];
  for (let i = known + 1; i < graph.nodes.length; i++) {
    const { inputs, outputs } = graph.nodes[i]!;
    if (!outputs.some((name) => forward.has(name)) && inputs.some((name) => values.has(name))) readers.push(i);
  }
  const [first] = readers;
  if (first === undefined) return;
  const wanted = new Set(readers.flatMap((i) => graph.nodes[i]!.inputs.filter((name) => values.has(name))));
  const made: Node[] = [];
  for (const node of inside.reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    made.unshift(node);
    for (const name of node.inputs) if (values.has(name)) wanted.add(name);
  }
  // Weights' gradients that can be there by then must be, so that what they are made from is freed.
  const done = weights.flatMap((name) => {
    const found = gradients.get(name);
    const place = found === undefined ? undefined : places.get(found);
    return found !== undefined && place !== undefined && place < first && !waited.has(found) ? [found] : [];
  });
  for (const name of done) waited.add(name);

  const start = graph.nodes.length;
  const copies = new Map([[from, once(b, from, [gradient, ...done])]]);
  for (const node of made) {
    const inputs = node.inputs.map((name) => copies.get(name) ?? name);
    const outputs = node.outputs.map((name) => (name === "" ? "" : graph.fresh(name)));
    graph.add({ ...node, name: "", inputs, outputs });
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      graph.setType(outputs[i]!, graph.typeOf(name));
      if (values.has(name)) copies.set(name, outputs[i]!); // as many
    });
  }
  before.set(first, [...(before.get(first) ?? []), ...graph.nodes.splice(start)]);
  copies.delete(from);
  for (const i of readers) reads.set(i, new Map([...(reads.get(i) ?? []), ...copies]));
}

/**
 * A value once others are known: without waiting for them, a runtime might compute a block again at once, or see that it was
 * computed already. Whatever the others are, the condition chooses between the value and itself.
 */
function once(b: Builder, value: string, others: readonly string[]): string {
  const one = (name: string): string =>
    b.cast(b.op("Gather", [b.op("Reshape", [name, b.ints([-1])]), b.ints([0])]), "float32");
  const sum = b.sum(b.concat(others.map(one), 0), [0], true);
  return b.where(b.op("Equal", [sum, sum]), value, value);
}
