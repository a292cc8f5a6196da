import { OnnxError } from "../errors.ts";
import { readsOf } from "../graph/fold.ts";
import type { Graph } from "../graph/graph.ts";
import { type Node, standard } from "../graph/node.ts";

/** A training graph, and which of its values are of the forward pass. */
export interface Passes {
  readonly graph: Graph;
  /** The values that the forward pass makes. */
  readonly forward: ReadonlySet<string>;
  /** The values that the forward pass of a batch begins with. */
  readonly batch: Iterable<string>;
  /** The gradients of values, by the value. */
  readonly gradients: ReadonlyMap<string, string>;
  /** The names of what is trained. */
  readonly weights: readonly string[];
}

/** Nodes of the forward pass, from one place that only one value passes to the next. */
export interface Stretch {
  /** The first of its nodes, and the first that is not. */
  readonly begin: number;
  readonly end: number;
  /** The value that it computes from, and the one that the next block does. */
  readonly from: string;
  readonly to: string;
}

/** A place in the forward pass that one value passes, before the node `end`. */
interface Cut {
  readonly end: number;
  readonly value: string;
}

/** Operators that give other numbers each time. */
const random = new Set([
  "Dropout", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli",
]); // biome-ignore format: one list

/** Whether a node gives the same numbers again, and is one node. */
export const repeats = (node: Node): boolean =>
  standard(node) &&
  !random.has(node.op) &&
  !Object.values(node.attributes).some(({ kind }) => kind === "graph" || kind === "graphs");

/** How many values of `limit`s are tried. */
const TRIES = 64;

/**
 * The blocks to compute again, so that the values kept from the forward pass and those of the largest block take least memory (Chen
 * et al., 2016, "Training Deep Nets with Sublinear Memory Cost"). What comes before the first block and after the last stays as it is.
 */
export function blocksOf(passes: Passes): Stretch[] {
  const { graph, forward } = passes;
  const count = graph.nodes.findIndex(({ outputs }) => !outputs.some((name) => forward.has(name)));
  const nodes = graph.nodes.slice(0, count < 0 ? graph.nodes.length : count);
  const cuts = cutsOf(nodes, passes);
  if (cuts.length < 2)
    throw new OnnxError(
      "`checkpoint` computes blocks of the model again, and this model has none: no two places in it that a single value passes on to all that comes later. Leave it out.",
    );
  const late = new Set(graph.nodes.slice(nodes.length).flatMap(readsOf));
  const sums = [0];
  for (const { outputs } of nodes)
    sums.push(sums.at(-1)! + outputs.reduce((n, name) => n + (late.has(name) ? sizeIn(graph, name) : 0), 0));
  const between = (begin: number, end: number): number => sums[end]! - sums[begin]!; // one more than nodes
  const chosen = (limit: number): Cut[] => {
    const taken = [cuts[0]!]; // two at least
    cuts.slice(1).forEach((cut, i) => {
      const next = cuts[i + 2]?.end ?? nodes.length;
      if (between(taken.at(-1)!.end, next) > limit || (taken.length === 1 && i === cuts.length - 2)) taken.push(cut);
    });
    return taken;
  };
  const cost = (taken: readonly Cut[]): number => {
    const ends = [...taken.slice(1).map(({ end }) => end), nodes.length];
    const largest = Math.max(...taken.map(({ end }, i) => between(end, ends[i]!))); // as many
    return taken.reduce((n, { value }) => n + sizeIn(graph, value), largest);
  };
  const all = sums.at(-1)!;
  const tried = Array.from({ length: TRIES }, (_, i) => chosen((all * (i + 1)) / TRIES));
  const best = tried.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return best.slice(1).map((cut, i) => {
    const before = best[i]!; // one each
    return { begin: before.end, end: cut.end, from: before.value, to: cut.value };
  });
}

/** The places that one value alone passes, of those that depend on the batch and on what is trained. */
function cutsOf(nodes: readonly Node[], { graph, batch, gradients }: Passes): Cut[] {
  const moving = new Set(batch);
  const lastRead = new Map<string, number>();
  nodes.forEach((node, i) => {
    const reads = readsOf(node);
    for (const name of reads) lastRead.set(name, i);
    if (reads.some((name) => moving.has(name))) for (const name of node.outputs) moving.add(name);
  });
  const cuts: Cut[] = [];
  const passing = new Set<string>();
  nodes.forEach((node, i) => {
    for (const name of readsOf(node)) if (lastRead.get(name) === i) passing.delete(name);
    for (const name of node.outputs)
      if (moving.has(name) && gradients.has(name) && (lastRead.get(name) ?? -1) > i) passing.add(name);
    if (passing.size !== 1) return;
    const [value = ""] = passing;
    if (cuts.at(-1)?.value !== value && (graph.typeOf(value)?.shape?.length ?? 0) > 0) cuts.push({ end: i + 1, value });
  });
  return cuts;
}

/** The count of a value's numbers; sizes that are left to the run count as one. */
function sizeIn(graph: Graph, name: string): number {
  const shape = graph.typeOf(name)?.shape ?? [];
  return shape.reduce((n: number, d) => (typeof d === "number" ? n * d : n), 1);
}
