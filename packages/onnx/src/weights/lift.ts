import { names, OnnxError } from "../errors.ts";
import type { GraphProto, NodeProto, TensorProto } from "../proto/model.ts";
import { type Draft, isWeight } from "./draft.ts";

const isMatrix = (tensor: TensorProto): boolean => isWeight(tensor) && (tensor.dims ?? []).length > 1;

const sized = ({ dims = [] }: TensorProto): boolean => dims.reduce<number>((n, d) => n * Number(d), 1) > 1;
/** A graph inside a node may not give back what is stored outside of it. */
const outputsOf = ({ output = [] }: GraphProto): ReadonlySet<string> => new Set(output.map(({ name = "" }) => name));

/** Weights in Constant nodes, and those stored in the branches and bodies of nodes, become initializers of the model. */
export function lift(draft: Draft, wanted: readonly string[] = []): void {
  refuseUnknown(draft, wanted);
  inside(draft, (graph) => {
    const outputs = outputsOf(graph);
    return (graph.initializer ?? [])
      .filter((tensor) => isWeight(tensor) && sized(tensor) && !outputs.has(tensor.name ?? ""))
      .map((tensor) => [tensor.name ?? "", tensor]);
  });
  const none = ![...draft.initializers.values()].some(isMatrix);
  /** The weight that a node makes. */
  const made = (node: NodeProto | undefined, outputs: ReadonlySet<string>): readonly [string, TensorProto][] => {
    const output = outputOf(node);
    if (output === undefined || outputs.has(output)) return [];
    const tensor = node?.attribute?.find((a) => a.name === "value")?.t;
    const named = wanted.includes(output);
    if (!named && !(none && tensor !== undefined && sized(tensor) && isWeight(tensor))) return [];
    if (tensor === undefined)
      throw new OnnxError(`\`${output}\` is a Constant without a tensor, and cannot be trained.`);
    return [[output, tensor]];
  };
  for (const [i, node] of draft.nodes.entries())
    for (const [name, tensor] of made(node, draft.outputs)) {
      draft.nodes[i] = undefined;
      draft.initializers.set(name, { ...tensor, name });
      draft.changes.push({ kind: "lifted", name, of: name });
    }
  inside(draft, (graph) => (graph.node ?? []).flatMap((node) => made(node, outputsOf(graph))));
}

/** The output of a Constant node. */
function outputOf(node: NodeProto | undefined): string | undefined {
  return node?.opType === "Constant" && (node.domain ?? "") === "" ? (node.output?.[0] ?? "") : undefined;
}

/** The outputs of the Constant nodes of a graph and of those inside its nodes. */
function constantsIn(nodes: readonly (NodeProto | undefined)[]): string[] {
  return nodes.flatMap((node) => [
    ...[outputOf(node)].filter((name) => name !== undefined),
    ...(node?.attribute ?? []).flatMap((a) =>
      (a.g === undefined ? (a.graphs ?? []) : [a.g]).flatMap((g) => constantsIn(g.node ?? [])),
    ),
  ]);
}

function refuseUnknown(draft: Draft, wanted: readonly string[]): void {
  const constants = constantsIn(draft.nodes);
  const lost = wanted.filter((name) => !constants.includes(name));
  if (lost.length > 0)
    throw new OnnxError(
      `\`lift\` names ${names(lost)}, which no Constant node computes. ${constants.length > 0 ? `Constant nodes compute ${names(constants)}.` : "The model has no Constant nodes."}`,
    );
  const output = wanted.find((name) => draft.outputs.has(name));
  if (output !== undefined)
    throw new OnnxError(
      `\`${output}\` is an output of the model, and a weight cannot be one. Export it without that output.`,
    );
}

/** Moves the tensors that `choose` finds in the graphs inside nodes, however deep, to the model. */
function inside(
  draft: Draft,
  choose: (graph: GraphProto) => readonly (readonly [name: string, tensor: TensorProto])[],
): void {
  const moved = (graph: GraphProto, node: NodeProto): GraphProto => {
    const names = new Map<string, string>();
    for (const [name, tensor] of choose(graph)) {
      const as = draft.fresh(name);
      names.set(name, as);
      draft.initializers.set(as, { ...tensor, name: as });
      draft.changes.push({ kind: "inner", name: as, of: node.name || (node.opType ?? "") });
    }
    const left =
      names.size === 0
        ? graph
        : {
            ...graph,
            initializer: (graph.initializer ?? []).filter(({ name = "" }) => !names.has(name)),
            node: (graph.node ?? []).filter((n) => n.opType !== "Constant" || !names.has(n.output?.[0] ?? "")),
          };
    return reading(left, names, moved);
  };
  for (const [i, node] of draft.nodes.entries()) {
    if (node === undefined || !holds(node)) continue;
    draft.nodes[i] = each(node, (graph) => moved(graph, node));
  }
}

const holds = ({ attribute = [] }: NodeProto): boolean => attribute.some((a) => a.g !== undefined || a.graphs?.length);

/** A node with every graph inside it changed. */
const each = (node: NodeProto, change: (graph: GraphProto, node: NodeProto) => GraphProto): NodeProto => ({
  ...node,
  attribute: (node.attribute ?? []).map((a) => ({
    ...a,
    ...(a.g && { g: change(a.g, node) }),
    ...(a.graphs && { graphs: a.graphs.map((g) => change(g, node)) }),
  })),
});

/** A graph whose nodes read tensors by their new names, and whose inner graphs are changed by `inner` as well. */
function reading(
  graph: GraphProto,
  names: ReadonlyMap<string, string>,
  inner: (graph: GraphProto, node: NodeProto) => GraphProto,
): GraphProto {
  const now = (name: string): string => names.get(name) ?? name;
  const renamed = [...names].some(([before, after]) => before !== after);
  const within = (one: GraphProto, node: NodeProto): GraphProto =>
    inner(renamed ? reading(one, names, (deeper) => deeper) : one, node);
  return {
    ...graph,
    node: (graph.node ?? []).map((node) => {
      const read = renamed ? { ...node, input: (node.input ?? []).map(now) } : node;
      return holds(read) ? each(read, within) : read;
    }),
    ...(renamed && { output: (graph.output ?? []).map((v) => ({ ...v, name: now(v.name ?? "") })) }),
  };
}
