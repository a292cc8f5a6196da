import { type Constant, constant } from "../../proto/constant.ts";
import type { External } from "../../proto/external.ts";
import type { AttributeProto, GraphProto } from "../../proto/model.ts";
import { constantOf } from "../../proto/tensor.ts";
import type { Graph } from "../graph.ts";
import type { Attribute, Node } from "../node.ts";

/** "ai.onnx" is another name of the default domain. */
export function own(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

/** An attribute as the graph has it; `subgraph` imports the graphs in it. */
export function attributeOf(
  a: AttributeProto,
  external: External | undefined,
  subgraph: (proto: GraphProto) => Graph,
): Attribute {
  const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  switch (a.type ?? kindOf(a)) {
    case 1:
      return { kind: "float", value: a.f ?? 0 };
    case 2:
      return { kind: "int", value: a.i ?? 0 };
    case 3:
      return { kind: "string", value: text(a.s ?? new Uint8Array(0)) };
    case 4:
      return { kind: "tensor", value: constantOf(a.t ?? {}, external) };
    case 5:
      return { kind: "graph", value: subgraph(a.g ?? {}) };
    case 6:
      return { kind: "floats", value: a.floats ?? [] };
    case 7:
      return { kind: "ints", value: a.ints ?? [] };
    case 8:
      return { kind: "strings", value: (a.strings ?? []).map(text) };
    case 9:
      return { kind: "tensors", value: (a.tensors ?? []).map((t) => constantOf(t, external)) };
    case 10:
      return { kind: "graphs", value: (a.graphs ?? []).map(subgraph) };
    default:
      return { kind: "other", value: a };
  }
}

/** Files from before 2017 omit the kind; it follows from the field that is set. */
function kindOf(a: AttributeProto): number {
  if (a.f !== undefined) return 1;
  if (a.i !== undefined) return 2;
  if (a.s !== undefined) return 3;
  if (a.t !== undefined) return 4;
  if (a.g !== undefined) return 5;
  if (a.floats !== undefined) return 6;
  if (a.ints !== undefined) return 7;
  if (a.strings !== undefined) return 8;
  if (a.tensors !== undefined) return 9;
  return a.graphs !== undefined ? 10 : 7;
}

/** The value of a Constant node. */
export function literal(node: Node): Constant | undefined {
  for (const [name, a] of Object.entries(node.attributes)) {
    if (a.kind === "tensor") return a.value;
    if (name === "value_float" && a.kind === "float") return constant(a.value, "float32");
    if (name === "value_int" && a.kind === "int") return constant(a.value, "int64");
    if (name === "value_floats" && a.kind === "floats") return constant(a.value, "float32");
    if (name === "value_ints" && a.kind === "ints") return constant(a.value, "int64");
    const encoder = new TextEncoder();
    const empty = { elem: "string", data: new Uint8Array(0) } as const;
    if (name === "value_string" && a.kind === "string")
      return { ...empty, dims: [], strings: [encoder.encode(a.value)] };
    if (name === "value_strings" && a.kind === "strings") {
      return { ...empty, dims: [a.value.length], strings: a.value.map((s) => encoder.encode(s)) };
    }
  }
  return undefined;
}
