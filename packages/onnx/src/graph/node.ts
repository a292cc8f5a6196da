import { check, isRecord, shown } from "../check.ts";
import { OnnxError } from "../errors.ts";
import type { Constant } from "../proto/constant.ts";
import type { Elem } from "../proto/elem.ts";
import type { Dim } from "./dims.ts";

/** The type of a tensor: its element type and its sizes; `shape` is undefined if even the rank is unknown. */
export interface TensorType {
  readonly elem: Elem;
  readonly shape: readonly Dim[] | undefined;
}
/** An integer tensor whose entries are sizes: a number, a name or expression, `undefined` where nothing is known. */
export interface SymbolicValue {
  readonly elem: Elem;
  readonly dims: readonly number[];
  /** As they lie in memory, the last dimension fastest. */
  readonly entries: readonly (Dim | undefined)[];
}

/** The value of an attribute. */
export type Attribute =
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly (number | bigint)[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: Constant }
  | { readonly kind: "tensors"; readonly value: readonly Constant[] }
  | { readonly kind: "graph"; readonly value: Scope }
  | { readonly kind: "graphs"; readonly value: readonly Scope[] }
  /** Sparse tensors and type descriptions, kept as they were read. */
  | { readonly kind: "other"; readonly value: object };
/** Attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;
/** One operator of a graph: its inputs and outputs by name. */
export interface Node {
  /** The operator's name in its domain. */
  readonly op: string;
  /** "" for ai.onnx. */
  readonly domain: string;
  readonly name: string;
  /** "" where an optional input is left out. */
  readonly inputs: readonly string[];
  /** "" where an optional output is left out. */
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** The module that it was exported from, as Python names it: "encoder.layer.0.attention". */
  readonly module?: string | undefined;
}

/**
 * A graph as its nodes see it: the names in scope with what is known of each. A node that holds graphs of its own (If, Loop,
 * Scan) holds them as scopes.
 */
export interface Scope {
  /** The version of ai.onnx. */
  readonly opset: number;
  readonly name: string;
  /** Versions of the operator sets besides ai.onnx. */
  readonly domains: ReadonlyMap<string, number>;
  /** Names in order, with types; initializers are not among them. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  /** Names in order, with types. */
  readonly outputs: ReadonlyMap<string, TensorType>;
  /** Weights and other constants, by name. */
  readonly initializers: ReadonlyMap<string, Constant>;
  /** In run order. */
  readonly nodes: readonly Node[];
  /** The graph around this one. */
  readonly outer: Scope | undefined;
  /** Whether the name is a value of this graph or of one around it. */
  has(name: string): boolean;
  /** The type of a value, if it is known. */
  typeOf(name: string): TensorType | undefined;
  /** The value of a name where it is known without running. */
  value(name: string): Constant | undefined;
  /** The entries of an integer tensor as far as they are known. */
  symbolic(name: string): SymbolicValue | undefined;
  /** The value of a name that is a constant of the computation, never a weight. */
  literalValue(name: string): Constant | undefined;
  /** Sets what is known of a value's type. */
  setType(name: string, type: TensorType | undefined): void;
  /** Sets what is known of the value itself. */
  setValue(name: string, value: Constant | SymbolicValue | undefined): void;
  /** Makes a name an input, or changes an input's type. */
  input(name: string, type: TensorType): string;
  /** Infers every type and value again. */
  refresh(): void;
}

/** Whether an operator is one of ai.onnx. */
export const standard = (node: Node): boolean => node.domain === "" || node.domain === "ai.onnx";

/** The operator with its domain, as options name it: "Gemm", "com.microsoft.Gelu". */
export const keyOf = (node: Node): string => (standard(node) ? node.op : `${node.domain}.${node.op}`);

/** Throws unless it is a node. */
function checkNode(node: Node): void {
  const { op, domain, name, outputs, attributes }: Partial<Node> = isRecord(node) ? node : {};
  const whole = [op, domain, name].every((part) => typeof part === "string");
  if (!whole || !Array.isArray(outputs) || !isRecord(attributes))
    throw new OnnxError(`A node must be { op, domain, name, inputs, outputs, attributes }; got ${shown(node)}.`);
}

/** `MatMul "/layer/MatMul"`: a node in an error. */
export function describe(node: Node): string {
  checkNode(node);
  const name = node.name === "" ? node.outputs.find((o) => o !== "") : node.name;
  return `${node.domain === "" ? "" : `${node.domain}.`}${node.op} ${name === undefined ? "" : `\`${name}\``}`.trimEnd();
}
type Kinds = { [A in Attribute as A["kind"]]: A["value"] };
function get<K extends keyof Kinds>(node: Node, name: string, kind: K): Kinds[K] | undefined {
  checkNode(node);
  check("The name of an attribute", name, { want: "a text", fits: (x) => typeof x === "string" });
  const found = Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined;
  if (found === undefined) return undefined;
  if (found.kind === kind) return found.value as Kinds[K]; // The kind decides the value's type.
  // An empty list may have lost its kind on the way.
  if (Array.isArray(found.value) && found.value.length === 0 && /s$/.test(kind))
    return found.value as unknown as Kinds[K];
  throw new OnnxError(`Attribute \`${name}\` of ${describe(node)} is of kind ${found.kind} and should be ${kind}.`);
}

/** An integer attribute as a number. */
export function int(node: Node, name: string): number | undefined;
export function int(node: Node, name: string, otherwise: number): number;
export function int(node: Node, name: string, otherwise?: number): number | undefined {
  const value = get(node, name, "int");
  return value === undefined ? otherwise : Number(value);
}

/** A list of integers as numbers. */
export function ints(node: Node, name: string): number[] | undefined {
  return get(node, name, "ints")?.map(Number);
}

/** The attribute as a float; `otherwise` where the node has none. */
export function float(node: Node, name: string, otherwise: number): number {
  return get(node, name, "float") ?? otherwise;
}

/** The attribute as a list of floats. */
export function floatList(node: Node, name: string): readonly number[] | undefined {
  return get(node, name, "floats");
}

/** The attribute as a text; `otherwise` where the node has none. */
export function string(node: Node, name: string, otherwise: string): string {
  return get(node, name, "string") ?? otherwise;
}

/** The attribute as a list of texts. */
export function strings(node: Node, name: string): readonly string[] | undefined {
  return get(node, name, "strings");
}

/** The attribute as a tensor. */
export function tensor(node: Node, name: string): Constant | undefined {
  return get(node, name, "tensor");
}

/** The attribute as a graph. */
export function subgraph(node: Node, name: string): Scope | undefined {
  return get(node, name, "graph");
}
