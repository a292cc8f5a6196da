import { OnnxError } from "../errors.ts";
import { prune, readsOf } from "../graph/fold.ts";
import { Graph } from "../graph/graph.ts";
import { describe, int, ints, type Node, type Scope, subgraph } from "../graph/node.ts";
import { copyInto, renamedCopy } from "../graph/subgraphs.ts";
import { isFloat } from "../proto/elem.ts";
import { range } from "./axes.ts";
import { Builder } from "./builder.ts";
import type { Gradients } from "./gradients/rule.ts";

/** Repeats a body in a graph and goes back through it: the gradients of `wanted`, given those of its outputs. */
export type Through = (
  graph: Graph,
  body: Scope,
  seeds: ReadonlyMap<string, string>,
  wanted: readonly string[],
) => ReadonlyMap<string, string | undefined>;

/** The gradients of the inputs of a node, and of the values that its bodies read from around them. */
export interface BodyGradients {
  readonly inputs: Gradients;
  readonly inside: readonly string[];
}

/** A node with bodies, the gradients that reach it, and the way back through a body. */
export interface Context {
  readonly b: Builder;
  readonly node: Node;
  /** The gradients of the outputs. */
  readonly dys: Gradients;
  /** The values read from around the bodies whose gradients are asked for. */
  readonly inside: readonly string[];
  readonly through: Through;
}

/** Operators that hold graphs, and their gradients. */
export const bodies: Readonly<Record<string, (of: Context) => BodyGradients>> = {
  If: (of) => ({ inputs: [], inside: branches(of) }),
  Loop: (of) => rounds(of, loopParts(of.node)),
  Scan: (of) => rounds(of, scanParts(of.node)),
};

function bodyOf(node: Node, which: string): Scope {
  const graph = subgraph(node, which);
  if (graph === undefined) throw new OnnxError(`${describe(node)} has no ${which}.`);
  return graph;
}

/** A graph inside another one that holds what a body holds as constants. */
function begun(body: Scope, outer: Graph): Graph {
  const graph = new Graph(outer.opset, outer);
  for (const [name, value] of body.initializers) {
    if (body.literalValue(name) !== undefined) graph.literal(name, value);
    else graph.initializer(name, value);
  }
  return graph;
}

/** The gradient of an If is an If, each branch of which repeats the branch and goes back through it. */
function branches({ b, node, dys, inside, through }: Context): string[] {
  const branch = (which: string): Graph => {
    const body = renamedCopy(bodyOf(node, which), new Map(), b.graph);
    const graph = begun(body, b.graph);
    const seeds = [...body.outputs.keys()].flatMap((name, i): [string, string][] => {
      const d = dys[i];
      return d === undefined ? [] : [[name, d]];
    });
    const gradients = through(graph, body, new Map(seeds), inside);
    const inner = new Builder(graph, b.target);
    for (const name of inside) {
      const as = graph.fresh(`${name}.grad`);
      inner.named(as, "Identity", [gradients.get(name) ?? inner.zerosLike(name)]);
      graph.output(as);
    }
    prune(graph);
    return graph;
  };
  const both = { then_branch: branch("then_branch"), else_branch: branch("else_branch") };
  return b.ops("If", [node.inputs[0]!], both, inside.length);
}

/** How the inputs and outputs of a Loop or Scan and those of its body go together. */
interface Parts {
  readonly body: Scope;
  /** Inputs of the node before its states, and of the body before them. */
  readonly skip: { readonly node: number; readonly inputs: number; readonly outputs: number };
  readonly states: number;
  /** The inputs that a Scan takes slices of. */
  readonly slices: readonly { readonly axis: number; readonly backwards: boolean }[];
  /** The outputs that are stacked, one slice per round. */
  readonly stacked: readonly { readonly axis: number; readonly backwards: boolean }[];
}

function loopParts(node: Node): Parts {
  const body = bodyOf(node, "body");
  const states = Math.max(0, body.inputs.size - 2);
  const stacked = range(body.outputs.size - 1 - states).map(() => ({ axis: 0, backwards: false }));
  return { body, skip: { node: 2, inputs: 2, outputs: 1 }, states, slices: [], stacked };
}

function scanParts(node: Node): Parts {
  const body = bodyOf(node, "body");
  const n = int(node, "num_scan_inputs", 0);
  const states = node.inputs.length - n;
  const of = (count: number, kind: string): Parts["stacked"] => {
    const [axes, directions] = [ints(node, `scan_${kind}_axes`), ints(node, `scan_${kind}_directions`)];
    return range(count).map((i) => ({ axis: axes?.[i] ?? 0, backwards: directions?.[i] === 1 }));
  };
  const stacked = of(body.outputs.size - states, "output");
  return { body, skip: { node: 0, inputs: 0, outputs: 0 }, states, slices: of(n, "input"), stacked };
}

/**
 * The inputs of a body whose value in each round its gradient needs: the states that it reads, and of a Loop the number of the
 * round, which also says how many there were.
 */
function remembered({ body, skip, slices }: Parts): string[] {
  const read = new Set(body.nodes.flatMap(readsOf));
  const inputs = [...body.inputs.keys()];
  const states = inputs.slice(skip.inputs, inputs.length - slices.length);
  return [...inputs.slice(0, Math.min(1, skip.inputs)), ...states.filter((name) => read.has(name))];
}

/** A Loop or Scan that also stacks the states that each round began with, which its gradient needs. */
export const remembering =
  (kind: "Loop" | "Scan") =>
  (b: Builder, node: Node): Node => {
    const parts = kind === "Loop" ? loopParts(node) : scanParts(node);
    const body = copyInto(parts.body, b.graph);
    const all = remembered(parts);
    for (const name of all) {
      const [as = ""] = body.op("Identity", [name], {}, [body.fresh(`${name}.before`)]);
      body.output(as);
    }
    const given = parts.states + parts.stacked.length;
    const outputs = range(given).map((i) => node.outputs[i] ?? "");
    outputs.push(...all.map((name) => b.graph.fresh(`${name}.before`)));
    const lists: Record<string, Node["attributes"][string]> = {};
    for (const key of ["scan_output_axes", "scan_output_directions"]) {
      const list = ints(node, key);
      if (list !== undefined) lists[key] = { kind: "ints", value: [...list, ...all.map(() => 0)] };
    }
    const attributes = { ...node.attributes, ...lists, body: { kind: "graph", value: body } as const };
    const more = { ...node, outputs, attributes };
    b.graph.add(more);
    return more;
  };

/**
 * The gradient of a Loop or Scan is a Scan over its rounds, the last one first: it carries the gradients of the states, sums
 * up those of the values read from around, and stacks those of the slices.
 */
function rounds({ b, node, dys, inside, through }: Context, parts: Parts): BodyGradients {
  const { skip, states, slices, stacked } = parts;
  const before = remembered(parts);
  const own = stacked.length - before.length;
  const copy = renamedCopy(parts.body, new Map(), b.graph);
  const renamed = new Map([...parts.body.inputs.keys()].map((name, i) => [name, [...copy.inputs.keys()][i]!]));
  const inputs = [...copy.inputs.keys()];
  const outputs = [...copy.outputs.keys()];
  const floats = (name: string): boolean => isFloat(copy.typeOf(name)?.elem ?? "float32");
  // A Loop may have had no rounds, and runtimes refuse a Scan of none.
  const maybe = skip.inputs > 0;
  const around = maybe ? new Graph(b.graph.opset, b.graph) : b.graph;
  const graph = begun(copy, around);
  const inner = new Builder(graph, b.target);

  const carried = range(states).filter((k) => floats(inputs[skip.inputs + k]!));
  const sliced = range(slices.length).filter((k) => floats(inputs[skip.inputs + states + k]!));
  const initial: string[] = [];
  const state = (value: string, hint: string): string => {
    initial.push(value);
    return graph.input(graph.fresh(hint), b.graph.type(value));
  };
  const seeds = new Map<string, string[]>();
  const seed = (name: string, gradient: string): void => {
    seeds.set(name, [...(seeds.get(name) ?? []), gradient]);
  };
  const dStates = carried.map((k) => {
    const d = state(dys[k] ?? b.zerosLike(node.inputs[skip.node + k]!), "state.grad");
    seed(outputs[skip.outputs + k]!, d);
    return d;
  });
  const sums = inside.map((name) => state(b.zerosLike(name), `${name}.sum`));

  const scanned: string[] = [];
  const along: { readonly axis: number; readonly backwards: boolean }[] = [];
  /** A slice of a value in each round, under a name of the body or a new one. */
  const slice = (value: string, name: string, at: { readonly axis: number; readonly backwards: boolean }): string => {
    scanned.push(value);
    along.push({ axis: at.axis, backwards: !at.backwards });
    const { elem, shape } = b.graph.type(value);
    const axis = at.axis < 0 ? at.axis + (shape?.length ?? 0) : at.axis;
    return graph.input(name, copy.typeOf(name) ?? { elem, shape: shape?.filter((_, i) => i !== axis) });
  };
  const stack = { axis: 0, backwards: false };
  before.forEach((name, i) => {
    slice(node.outputs[states + own + i]!, renamed.get(name)!, stack);
  });
  slices.forEach((at, k) => {
    slice(node.inputs[states + k]!, inputs[states + k]!, at);
  });
  stacked.forEach((at, k) => {
    const d = dys[states + k];
    if (d !== undefined) seed(outputs[skip.outputs + states + k]!, slice(d, graph.fresh("slice.grad"), at));
  });
  if (skip.inputs > 0) graph.literal(inputs[1]!, { elem: "bool", dims: [], data: Uint8Array.of(1) });

  const wantedStates = carried.map((k) => inputs[skip.inputs + k]!);
  const wantedSlices = sliced.map((k) => inputs[states + k]!);
  const one = new Map([...seeds].map(([name, all]) => [name, inner.total(all)] as const));
  const found = through(graph, copy, one, [...wantedStates, ...wantedSlices, ...inside]);
  const output = (hint: string, value: string): void => {
    const as = graph.fresh(hint);
    inner.named(as, "Identity", [value]);
    graph.output(as);
  };
  wantedStates.forEach((name, i) => {
    output("state.grad", found.get(name) ?? inner.zerosLike(dStates[i]!));
  });
  inside.forEach((name, i) => {
    const gradient = found.get(name);
    output(`${name}.sum`, gradient === undefined ? sums[i]! : inner.add(sums[i]!, gradient));
  });
  wantedSlices.forEach((name) => {
    output("slice.grad", found.get(name) ?? inner.zerosLike(name));
  });
  prune(graph);
  const back = sliced.map((k) => slices[k]!);
  const scan = {
    body: graph,
    num_scan_inputs: scanned.length,
    scan_input_axes: along.map(({ axis }) => axis),
    scan_input_directions: along.map(({ backwards }) => (backwards ? 1 : 0)),
    // The first slice made is the last one taken.
    ...(back.length === 0
      ? {}
      : {
          scan_output_axes: back.map(({ axis }) => axis),
          scan_output_directions: back.map(({ backwards }) => (backwards ? 0 : 1)),
        }),
  };
  const count = carried.length + inside.length + sliced.length;
  let made = around.op("Scan", [...initial, ...scanned], scan, count);
  if (maybe) {
    for (const name of made) around.output(name);
    const none = new Graph(b.graph.opset, b.graph);
    for (const name of initial) none.output(none.op("Identity", [name])[0]!);
    const [iterations = ""] = node.outputs.slice(-before.length);
    const any = b.op("Greater", [b.op("Size", [iterations]), b.graph.constant(0, "int64", [])]);
    made = b.ops("If", [any], { then_branch: around, else_branch: none }, count);
  }
  const result: (string | undefined)[] = [];
  carried.forEach((k, i) => {
    result[skip.node + k] = made[i];
  });
  sliced.forEach((k, i) => {
    result[states + k] = made[carried.length + inside.length + i];
  });
  return { inputs: result, inside: made.slice(carried.length, carried.length + inside.length) };
}
