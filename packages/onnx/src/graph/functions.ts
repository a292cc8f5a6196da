import { OnnxError } from "../errors.ts";
import type { AttributeProto, FunctionProto, GraphProto, NodeProto, TensorProto } from "../proto/model.ts";

export type Opsets = ReadonlyMap<string, number>;

/** A node of the model itself or of a function's body, with the operator sets it is written in. */
export interface Call {
  readonly node: NodeProto;
  readonly opsets: Opsets;
  /** How many calls of functions it lies within. */
  readonly depth: number;
  /** The names the node reads, including those its subgraphs read from outside. */
  readonly reads: readonly string[];
}

/** Real models stay far below; functions that call functions, each twice the one below, reach any number. */
const mostNodes = 50_000;
const mostDepth = 64;

/**
 * The functions of a model while it is imported. One budget holds for the whole import: each call costs as many nodes as the
 * function's body has, graphs inside nodes included, and a call inside a branch that is put in place counts on from the
 * depth of its If.
 */
export class Functions {
  readonly #known: ReadonlyMap<string, FunctionProto>;
  readonly #weights = new Map<FunctionProto, number>();
  #made = 0;

  constructor(functions: readonly FunctionProto[]) {
    this.#known = new Map(functions.map((f) => [key(f.domain, f.name, f.overload), f]));
  }

  /** Nodes with every call of a model's own function replaced by the function's body. */
  inlined(nodes: readonly NodeProto[], opsets: Opsets, depth: number, fresh: (name: string) => string): Call[] {
    const all: Call[] = [];
    const visit = (list: readonly NodeProto[], at: Opsets, level: number): void => {
      for (const node of list) {
        const callee = this.#known.get(key(node.domain, node.opType, node.overload));
        if (callee === undefined) {
          all.push({ node, opsets: at, depth: level, reads: readsOf(node) });
          continue;
        }
        if (level >= mostDepth)
          throw new OnnxError(
            `Function \`${callee.name}\` calls itself, or is nested more than ${mostDepth} calls deep.`,
          );
        this.#take(callee);
        const own = new Map(
          (callee.opsetImport ?? []).map(({ domain = "", version = 1 }) => [
            domain === "ai.onnx" ? "" : domain,
            Number(version),
          ]),
        );
        visit(instantiate(callee, node, fresh), own.size === 0 ? at : own, level + 1);
      }
    };
    // Branches and bodies that stand in a function, or were given to it, come again with each call.
    if (depth > 0) this.#count(nodes.length);
    visit(nodes, opsets, depth);
    return all;
  }

  #take(callee: FunctionProto): void {
    let weight = this.#weights.get(callee);
    if (weight === undefined) {
      const names = (callee.input?.length ?? 0) + (callee.output?.length ?? 0) + (callee.attributeProto?.length ?? 0);
      this.#weights.set(callee, (weight = 1 + Math.floor(names / 8) + nodesIn(callee.node)));
    }
    this.#count(weight);
  }

  #count(nodes: number): void {
    this.#made += nodes;
    if (this.#made > mostNodes) {
      throw new OnnxError(
        `The model's functions make more than ${mostNodes} nodes. Inline them when the model is exported, or export it without functions.`,
      );
    }
  }
}

function nodesIn(nodes: readonly NodeProto[] = []): number {
  let count = 0;
  for (const { input = [], output = [], attribute = [] } of nodes) {
    // A node of very many names counts as several.
    count += 1 + Math.floor((input.length + output.length + attribute.length) / 8);
    for (const a of attribute) for (const graph of graphsOf(a)) count += nodesIn(graph.node);
  }
  return count;
}

function key(domain = "", name = "", overload = ""): string {
  return [domain === "ai.onnx" ? "" : domain, name, overload].join("\u0000");
}

/** Names read by a node, those that subgraphs take from around them included. */
export function readsOf(node: NodeProto): string[] {
  const reads = [...(node.input ?? [])];
  for (const a of node.attribute ?? []) for (const g of graphsOf(a)) for (const name of freeNames(g)) reads.push(name);
  return reads;
}

function graphsOf(a: AttributeProto): readonly GraphProto[] {
  return a.g === undefined ? (a.graphs ?? []) : [a.g];
}

/** Asked for again by every graph around. */
const freeIn = new WeakMap<GraphProto, readonly string[]>();

function freeNames(graph: GraphProto): readonly string[] {
  let free = freeIn.get(graph);
  if (free === undefined) {
    const own = new Set(definedIn(graph));
    const reads = new Set<string>();
    for (const node of graph.node ?? []) for (const name of readsOf(node)) if (!own.has(name)) reads.add(name);
    for (const { name = "" } of graph.output ?? []) if (!own.has(name)) reads.add(name);
    freeIn.set(graph, (free = [...reads]));
  }
  return free;
}

function definedIn(graph: Pick<GraphProto, "input" | "initializer" | "sparseInitializer" | "node">): string[] {
  return [
    ...(graph.input ?? []).map(({ name = "" }) => name),
    ...(graph.initializer ?? []).map(({ name = "" }) => name),
    ...(graph.sparseInitializer ?? []).map(({ values }) => values?.name ?? ""),
    ...(graph.node ?? []).flatMap(({ output = [] }) => output),
  ].filter((name) => name !== "");
}

/** The body of a function with the names of one call: its inputs, outputs and attributes put in, the rest made unique. */
function instantiate(callee: FunctionProto, call: NodeProto, fresh: (name: string) => string): NodeProto[] {
  const renamed = new Map<string, string>([["", ""]]);
  for (const [i, name] of (callee.input ?? []).entries()) renamed.set(name, call.input?.[i] ?? "");
  const nodes: NodeProto[] = [];
  for (const [i, name] of (callee.output ?? []).entries()) {
    const to = call.output?.[i] ?? "";
    if (to === "") continue;
    const passed = renamed.get(name);
    // An output that is an input, or given twice, is passed through.
    if (passed !== undefined) nodes.push({ opType: "Identity", input: [passed], output: [to] });
    else renamed.set(name, to);
  }
  const given = new Map((callee.attributeProto ?? []).map((a) => [a.name ?? "", a]));
  for (const a of call.attribute ?? []) given.set(a.name ?? "", a);
  const prefix = call.name || callee.name || "function";
  const body = new Renaming(renamed, given, (name) => fresh(short(`${prefix}/${name}`))).nodes(callee.node ?? []);
  return [...body, ...nodes];
}

/** The end of a name. Every call lengthens the names in it, and a long one would be copied by each. */
const short = (name: string): string => (name.length > 128 ? `…${name.slice(-127)}` : name);

/** A branch as nodes of the graph around it, and its initializers; its outputs take the names of the node's. */
export function spliced(
  branch: GraphProto,
  outputs: readonly string[],
  fresh: (name: string) => string,
): { readonly nodes: NodeProto[]; readonly initializers: TensorProto[] } {
  const made = new Set(definedIn(branch));
  const renamed = new Map<string, string>([["", ""]]);
  const passed: NodeProto[] = [];
  for (const [i, { name = "" }] of (branch.output ?? []).entries()) {
    const to = outputs[i] ?? "";
    if (to === "") continue;
    if (!made.has(name)) passed.push({ opType: "Identity", input: [name], output: [to] });
    else if (renamed.has(name)) passed.push({ opType: "Identity", input: [renamed.get(name) ?? ""], output: [to] });
    else renamed.set(name, to);
  }
  const renaming = new Renaming(renamed, undefined, (name) => fresh(short(name)));
  const initializers = (branch.initializer ?? []).map((t) => ({ ...t, name: renaming.define(t.name ?? "") }));
  return { nodes: [...renaming.nodes(branch.node ?? []), ...passed], initializers };
}

class Renaming {
  readonly #names: Map<string, string>;
  /** The call's attributes, if it is a function's body that is renamed. */
  readonly #given: ReadonlyMap<string, AttributeProto> | undefined;
  readonly #fresh: (name: string) => string;

  constructor(
    names: Map<string, string>,
    given: ReadonlyMap<string, AttributeProto> | undefined,
    fresh: (name: string) => string,
  ) {
    this.#names = names;
    this.#given = given;
    this.#fresh = fresh;
  }

  define(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const made = this.#fresh(name);
    this.#names.set(name, made);
    return made;
  }

  nodes(list: readonly NodeProto[]): NodeProto[] {
    // All names first: a subgraph may read what a later node of the list makes only if the list is not in order.
    for (const node of list) for (const output of node.output ?? []) this.define(output);
    return list.map((node) => ({
      ...node,
      name: node.name === undefined || node.name === "" ? "" : this.#fresh(node.name),
      input: (node.input ?? []).map((name) => this.#names.get(name) ?? name),
      output: (node.output ?? []).map((name) => this.define(name)),
      attribute: (node.attribute ?? []).flatMap((a) => this.#attribute(a)),
    }));
  }

  #attribute(a: AttributeProto): AttributeProto[] {
    if (a.refAttrName !== undefined && a.refAttrName !== "" && this.#given !== undefined) {
      const value = this.#given.get(a.refAttrName);
      // If neither the call nor the function gives a value, the operator's default applies.
      return value === undefined ? [] : [{ ...value, name: a.name ?? "" }];
    }
    if (a.g !== undefined) return [{ ...a, g: this.#graph(a.g) }];
    if (a.graphs !== undefined && a.graphs.length > 0) return [{ ...a, graphs: a.graphs.map((g) => this.#graph(g)) }];
    return [a];
  }

  #graph(graph: GraphProto): GraphProto {
    const inner = new Renaming(new Map(this.#names), this.#given, this.#fresh);
    for (const name of definedIn(graph)) inner.#names.delete(name);
    const info = (list: GraphProto["input"] = []) =>
      list.map((v) => ({ ...v, name: inner.#names.get(v.name ?? "") ?? inner.define(v.name ?? "") }));
    return {
      ...graph,
      input: info(graph.input),
      initializer: (graph.initializer ?? []).map((t) => ({ ...t, name: inner.define(t.name ?? "") })),
      // A branch without such tensors stays one without: only these are spliced.
      ...(graph.sparseInitializer && {
        sparseInitializer: graph.sparseInitializer.map((t) => ({
          ...t,
          ...(t.values === undefined ? {} : { values: { ...t.values, name: inner.define(t.values.name ?? "") } }),
        })),
      }),
      node: inner.nodes(graph.node ?? []),
      output: (graph.output ?? []).map((v) => ({ ...v, name: inner.#names.get(v.name ?? "") ?? v.name ?? "" })),
      // Their old names would refer to other values.
      valueInfo: [],
    };
  }
}
