import { OnnxError } from "../errors.ts";
import type { AttributeProto, FunctionProto, GraphProto, NodeProto, TensorProto } from "../proto/model.ts";

export type Opsets = ReadonlyMap<string, number>;

/** A node of the model itself or of a function's body, with the operator sets it is written in. */
export interface Call {
  readonly node: NodeProto;
  readonly opsets: Opsets;
  /** What the node reads, the names that its subgraphs read from outside included. */
  readonly reads: readonly string[];
}

/** Functions may call functions, each twice the one below; beyond this many nodes it is no model but an attack. */
const mostNodes = 250_000;
const mostDepth = 64;

/** Nodes with every call of a model's own function replaced by the function's body. */
export function inlined(
  nodes: readonly NodeProto[],
  functions: readonly FunctionProto[],
  opsets: Opsets,
  fresh: (name: string) => string,
): Call[] {
  const known = new Map(functions.map((f) => [key(f.domain, f.name, f.overload), f]));
  const all: Call[] = [];
  const visit = (list: readonly NodeProto[], at: Opsets, depth: number): void => {
    for (const node of list) {
      const callee = known.get(key(node.domain, node.opType, node.overload));
      if (callee === undefined) {
        if (all.length >= mostNodes) throw new OnnxError(`The model's functions make more than ${mostNodes} nodes.`);
        all.push({ node, opsets: at, reads: readsOf(node) });
        continue;
      }
      if (depth >= mostDepth)
        throw new OnnxError(`Function \`${callee.name}\` calls itself, or ${mostDepth} others in a row.`);
      const own = new Map(
        (callee.opsetImport ?? []).map(({ domain = "", version = 1 }) => [
          domain === "ai.onnx" ? "" : domain,
          Number(version),
        ]),
      );
      visit(instantiate(callee, node, fresh), own.size === 0 ? at : own, depth + 1);
    }
  };
  visit(nodes, opsets, 0);
  return all;
}

function key(domain = "", name = "", overload = ""): string {
  return [domain === "ai.onnx" ? "" : domain, name, overload].join("\u0000");
}

/** Names read by a node, those that subgraphs take from around them included. */
export function readsOf(node: NodeProto): string[] {
  const reads = [...(node.input ?? [])];
  for (const a of node.attribute ?? []) for (const g of graphsOf(a)) reads.push(...freeNames(g));
  return reads;
}

function graphsOf(a: AttributeProto): readonly GraphProto[] {
  return a.g === undefined ? (a.graphs ?? []) : [a.g];
}

function freeNames(graph: GraphProto): string[] {
  const own = new Set(definedIn(graph));
  const reads = (graph.node ?? []).flatMap(readsOf);
  return [...reads, ...(graph.output ?? []).map(({ name = "" }) => name)].filter((name) => !own.has(name));
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
  const body = new Renaming(renamed, given, (name) => fresh(`${prefix}/${name}`)).nodes(callee.node ?? []);
  return [...body, ...nodes];
}

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
  const renaming = new Renaming(renamed, undefined, fresh);
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
      // What neither the call nor the function gives has the operator's own default.
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
      sparseInitializer: (graph.sparseInitializer ?? []).map((t) => ({
        ...t,
        ...(t.values === undefined ? {} : { values: { ...t.values, name: inner.define(t.values.name ?? "") } }),
      })),
      node: inner.nodes(graph.node ?? []),
      output: (graph.output ?? []).map((v) => ({ ...v, name: inner.#names.get(v.name ?? "") ?? v.name ?? "" })),
      // Under their old names they would speak of other values.
      valueInfo: [],
    };
  }
}
