import { OnnxError } from "../errors.ts";
import type { AttributeInput } from "../graph/attribute.ts";
import type { Dim } from "../graph/dims.ts";
import type { Graph } from "../graph/graph.ts";
import { describe, type Node } from "../graph/node.ts";
import { type Elem, isFloat } from "../proto/elem.ts";
import { toBfloat16, toHalf } from "../proto/half.ts";

/** Where a graph will run, which decides between formulations that give the same numbers. */
export type Target = "cpu" | "wasm" | "cuda" | "webgpu";

/** Appends nodes and constants to a graph, and says what is known about its values. */
export class NodeBuilder {
  readonly graph: Graph;
  readonly target: Target;

  constructor(graph: Graph, target: Target = "cpu") {
    this.graph = graph;
    this.target = target;
  }

  /** Whether nodes should avoid what the WebGPU provider lacks. */
  get webgpu(): boolean {
    return this.target === "webgpu";
  }

  /** Appends a node with one output. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeInput>> = {}): string {
    return this.graph.op(op, trimmed(inputs), attributes)[0]!;
  }

  /** Appends a node with several outputs, or with given names. */
  ops(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>>,
    outputs: number | readonly string[],
  ): string[] {
    return this.graph.op(op, trimmed(inputs), attributes, outputs);
  }

  /** Appends a node whose one output has this name. */
  named(
    name: string,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
  ): void {
    this.graph.op(op, trimmed(inputs), attributes, [name]);
  }

  // Types and shapes

  elem(name: string): Elem {
    return this.graph.type(name).elem;
  }

  shape(name: string): readonly Dim[] {
    return this.graph.shape(name);
  }

  rank(name: string): number {
    return this.graph.shape(name).length;
  }

  /** The shape where all of it is a number. */
  known(name: string): readonly number[] | undefined {
    const { shape } = this.graph.type(name);
    return shape?.every((d) => typeof d === "number") ? shape : undefined;
  }

  /** The size along an axis as a number; an error that tells how to make it one. */
  fixed(name: string, axis: number, node: Node): number {
    const size = this.shape(name)[axis];
    if (typeof size === "number") return size;
    throw new OnnxError(
      `The gradient of ${describe(node)} needs dimension ${axis} of \`${name}\` as a number, and it is "${size}". ` +
        "Fix it with `shapes` when the model is imported.",
    );
  }

  /** Integers known without running (axes, pads, repeats), `undefined` if they are not, or the input is left out. */
  integers(name: string | undefined): readonly number[] | undefined {
    if (name === undefined || name === "") return undefined;
    const value = this.graph.value(name);
    if (value !== undefined) return Array.from(value.data, Number);
    const { entries } = this.graph.symbolic(name) ?? {};
    return entries?.every((e) => typeof e === "number") ? entries : undefined;
  }

  /** The number if the name is a constant of the computation with one element. */
  literal(name: string | undefined): number | undefined {
    if (name === undefined || name === "") return undefined;
    const value = this.graph.literalValue(name);
    if (value === undefined || value.data.length !== 1) return undefined;
    return value.elem === "float32" || value.elem === "float64" || !isFloat(value.elem)
      ? Number(value.data[0])
      : undefined;
  }

  // Constants

  /** A number of the element type of `like`, rank 0. */
  number(value: number, like: string): string {
    return this.numberOf(value, this.elem(like));
  }

  numberOf(value: number, elem: Elem): string {
    return this.array([value], elem, []);
  }

  /** Numbers of a floating type. */
  array(values: ArrayLike<number>, elem: Elem, dims: readonly number[] = [values.length]): string {
    if (elem === "float16" || elem === "bfloat16") {
      return this.graph.constant(Uint16Array.from(values, elem === "float16" ? toHalf : toBfloat16), elem, dims);
    }
    if (elem === "float64") return this.graph.constant(Float64Array.from(values), elem, dims);
    if (elem === "float32") return this.graph.constant(Float32Array.from(values), elem, dims);
    return this.graph.constant(Array.from(values), elem, dims);
  }

  ints(values: readonly number[]): string {
    return this.graph.ints(values);
  }
}

function trimmed(inputs: readonly string[]): readonly string[] {
  let end = inputs.length;
  while (end > 0 && inputs[end - 1] === "") end--;
  return inputs.slice(0, end);
}
