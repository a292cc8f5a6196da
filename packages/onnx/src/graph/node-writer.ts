import { OnnxError } from "../errors.ts";
import { toBfloat16, toHalf } from "../proto/half.ts";
import { type AttributeInput, attribute } from "./attribute.ts";
import type { Graph } from "./graph.ts";
import { type Attributes, describe, type Node } from "./node.ts";

/** A size in a shape to write: a number, 0 for the size that is there, −1 for what is left, or an int64 value [1]. */
export type Entry = number | string;

/**
 * One node on its way into the graph, with the operator set it is written for, and the words to write it in. The nodes that
 * stand for it have names that begin with its name, so that an error in one of them tells which node of the file is meant.
 */
export class NodeWriter {
  readonly graph: Graph;
  readonly node: Node;
  readonly from: number;
  constructor(graph: Graph, node: Node, from: number) {
    this.graph = graph;
    this.node = node;
    this.from = from;
  }

  /** Appends the node with some parts changed; an attribute set to undefined is left out. */
  put(
    changes: Partial<Pick<Node, "op" | "inputs" | "outputs" | "domain">> & {
      readonly attributes?: Readonly<Record<string, Attributes[string] | undefined>>;
    } = {},
  ): void {
    const attributes = Object.entries({ ...this.node.attributes, ...changes.attributes }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    this.graph.add({ ...this.node, ...changes, attributes: Object.fromEntries(attributes) });
  }
  input(i: number): string {
    return this.node.inputs[i] ?? "";
  }
  /** Whether an input is given. */
  given(i: number): boolean {
    return this.input(i) !== "";
  }
  /** Whether an output is asked for. */
  asked(i: number): boolean {
    return (this.node.outputs[i] ?? "") !== "";
  }
  rank(i: number): number {
    return this.rankOf(this.input(i));
  }
  rankOf(name: string): number {
    const shape = this.graph.typeOf(name)?.shape;
    if (shape === undefined)
      this.fail(
        `needs the rank of \`${name}\` to be brought to opset ${this.graph.opset}, and it is not known. Give \`shapes\``,
      );
    return shape.length;
  }
  /** A scalar of the element type of input 0, or of a value. */
  scalar(value: number, like: string = this.input(0)): string {
    const { elem } = this.graph.type(like);
    if (elem === "float16") return this.graph.constant(Uint16Array.of(toHalf(value)), elem, []);
    if (elem === "bfloat16") return this.graph.constant(Uint16Array.of(toBfloat16(value)), elem, []);
    return this.graph.constant(value, elem);
  }
  ints(...values: readonly number[]): string {
    return this.graph.ints(values);
  }

  /** Appends an operator of ai.onnx and returns its one output. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeInput>> = {}): string {
    return this.ops(op, inputs, attributes, 1)[0]!;
  }
  /** Appends an operator of ai.onnx with several outputs, or with given names. */
  ops(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>>,
    outputs: number | readonly string[],
  ): readonly string[] {
    const made =
      typeof outputs === "number" ? Array.from({ length: outputs }, () => this.graph.fresh(op)) : [...outputs];
    const all: Record<string, Attributes[string]> = {};
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) all[key] = attribute(key, value);
    const used = [...inputs];
    while (used.at(-1) === "") used.pop();
    const name = this.node.name === "" ? "" : this.graph.fresh(`${this.node.name}/${op}`);
    this.graph.add({ ...this.node, op, domain: "", name, inputs: used, outputs: made, attributes: all });
    return made;
  }
  /** Appends what computes an output of the node, if it is asked for. */
  to(
    output: number,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
  ): void {
    if (this.asked(output)) this.ops(op, inputs, attributes, [this.node.outputs[output]!]);
  }

  /** The size along an axis as an int64 value of shape [1]; a constant where it is known. */
  size(name: string, axis: number): string {
    return this.op("Shape", [name], { start: axis, end: axis + 1 });
  }
  /** The size along an axis as a number, if it is one. */
  known(name: string, axis: number): number | undefined {
    const shape = this.graph.typeOf(name)?.shape;
    const size = shape?.[axis < 0 ? axis + shape.length : axis];
    return typeof size === "number" ? size : undefined;
  }
  /** The size along an axis as a number; an error where it is not known before the run. */
  fixed(name: string, axis: number): number {
    return this.known(name, axis) ?? this.fail(`needs dimension ${axis} of \`${name}\` as a number. Give \`shapes\``);
  }
  /** A list of sizes as an int64 value. */
  sizes(entries: readonly Entry[]): string {
    if (entries.every((e) => typeof e === "number")) return this.graph.ints(entries);
    return this.op(
      "Concat",
      entries.map((e) => (typeof e === "number" ? this.ints(e) : e)),
      { axis: 0 },
    );
  }
  reshape(x: string, entries: readonly Entry[]): string {
    return this.op("Reshape", [x, this.sizes(entries)]);
  }
  /** The part of an axis between two places, numbers or int64 values of shape [1]. */
  slice(x: string, axis: number, start: Entry, end: Entry): string {
    return this.op("Slice", [x, this.sizes([start]), this.sizes([end]), this.ints(axis)]);
  }
  split(x: string, axis: number, sizes: readonly Entry[]): readonly string[] {
    return sizes.length === 1 ? [x] : this.ops("Split", [x, this.sizes(sizes)], { axis }, sizes.length);
  }
  add(a: string, b: string): string {
    return this.op("Add", [a, b]);
  }
  mul(a: string, b: string): string {
    return this.op("Mul", [a, b]);
  }
  scaled(x: string, by: number): string {
    return by === 1 ? x : this.op("Mul", [x, this.scalar(by, x)]);
  }

  fail(what: string): never {
    throw new OnnxError(`${describe(this.node)} (opset ${this.from}) ${what}.`);
  }
}
