import { names, OnnxError } from "../errors.ts";
import { isFloat } from "../proto/elem.ts";
import type { NodeProto, StringStringEntryProto } from "../proto/model.ts";
import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";
import { entry, references, tracedOf } from "./tags.ts";

const TRACED = "pkg.torch.onnx.fx_node";
/** Written on nodes whose results gradients do not pass through. */
const STOP = "descent.stop";
/** Metadata of a node that end gradients at its results. */
export const stopTag: StringStringEntryProto = { key: STOP, value: "true" };
/** The name torch.export gives to the result of a `detach()`. */
const detached = /^detach(_\d+)?$/;

/**
 * PyTorch's `detach()`. With `optimize=False` it is an Identity that says so; by default the exporter removes it, and only the call
 * that reads its result still names it.
 */
export class Detached {
  /** The call that made each value, in files that detach anything. */
  readonly #calls = new Map<string, string>();

  /** The node with detached inputs cut off by an Identity that gradients do not pass through. */
  cut(graph: Graph, proto: NodeProto, node: Node): Node {
    if (entry(proto.metadataProps, STOP) !== undefined) for (const output of node.outputs) graph.stops.add(output);
    const text = entry(proto.metadataProps, TRACED);
    if (text === undefined) return node;
    const call = text.slice(0, text.indexOf(" :"));
    for (const output of node.outputs) if (output !== "") this.#calls.set(output, call);
    if (!text.includes("detach")) return node;
    const traced = tracedOf(proto);
    if (traced === undefined) return node;
    if (traced.target.startsWith("aten.detach") && node.op === "Identity") {
      for (const output of node.outputs) graph.stops.add(output);
      return node;
    }
    const refers = references(traced);
    if (!refers.some((name) => detached.test(name) && !graph.has(name))) return node;
    const open = node.inputs.filter((name) => {
      if (name === "" || refers.includes(name) || graph.initializers.has(name)) return false;
      // The call that made a value may be named where the value is not.
      const made = this.#calls.get(name);
      if (made !== undefined && refers.includes(made.replace(/^%/, ""))) return false;
      const type = graph.typeOf(name);
      return (type === undefined || isFloat(type.elem)) && made !== call;
    });
    // An input or output of the model is named by its caller, and not as in the trace.
    const [from] = open;
    if (from === undefined || new Set(open).size > 1) return node;
    const [to = ""] = graph.op("Identity", [from], {}, [graph.fresh(`${from}.detached`)]);
    graph.stops.add(to);
    return { ...node, inputs: node.inputs.map((name) => (name === from ? to : name)) };
  }
}

/** The row that a lookup of this node does not train, as its call or its table says. */
export function paddingIdxOf(graph: Graph, proto: NodeProto): number | undefined {
  if (proto.opType !== "Gather") return undefined;
  const [table = ""] = proto.input ?? [];
  const value = graph.initializers.get(table);
  if (value === undefined || value.dims.length !== 2 || graph.literalValue(table) !== undefined) return undefined;
  const traced = tracedOf(proto);
  if (traced !== undefined) {
    const row = traced.target.startsWith("aten.embedding.") ? Number(traced.args[2]) : -1;
    return Number.isSafeInteger(row) && row >= 0 ? row : undefined;
  }
  const { data } = value;
  if (!(data instanceof Float32Array)) return undefined;
  // PyTorch sets the row to zeros when it makes the table, and never trains it.
  const [rows = 0, columns = 0] = value.dims;
  let zero: number | undefined;
  for (let r = 0; r < rows; r++) {
    if (data[r * columns] !== 0 || data.subarray(r * columns, (r + 1) * columns).some((v) => v !== 0)) continue;
    if (zero !== undefined) return undefined;
    zero = r;
  }
  return rows > 2 && columns > 1 ? zero : undefined;
}

/** Marks values that gradients do not pass. */
export function markStops(graph: Graph, wanted: readonly string[]): void {
  const lost = wanted.filter((name) => !graph.has(name));
  if (lost.length > 0) throw new OnnxError(`\`stopGradient\` names ${names(lost)}, which the model does not compute.`);
  for (const name of wanted) graph.stops.add(name);
}

/** Marks rows that lookups do not train. */
export function markPadding(graph: Graph, wanted: Readonly<Record<string, number>>): void {
  for (const [name, row] of Object.entries(wanted)) {
    const rows = graph.initializers.get(name)?.dims[0];
    if (rows === undefined) throw new OnnxError(`\`paddingIdx\` names \`${name}\`, which is not a table of the model.`);
    if (!graph.nodes.some(({ op, inputs }) => op === "Gather" && inputs[0] === name))
      throw new OnnxError(`\`paddingIdx\` names \`${name}\`, and no lookup (Gather) reads it.`);
    if (row >= rows) throw new OnnxError(`\`paddingIdx\` gives \`${name}\` the row ${row}, and it has ${rows}.`);
    if (row < 0) graph.paddingRows.delete(name);
    else graph.paddingRows.set(name, row);
  }
}
