import { OnnxError } from "../../errors.ts";
import type { Constant } from "../../proto/constant.ts";
import { type Elem, elemOf } from "../../proto/elem.ts";
import { type Dim, same } from "../dims.ts";
import { describe, type Node, type Scope, type SymbolicValue, type TensorType } from "../node.ts";

/** Thrown and caught inside inference where an input's type is unknown, and with it those of the outputs. */
export class Unknown extends Error {}

/** One node as its inference sees it: what is known of the inputs, and where to say what is known of the outputs. */
export class Call {
  readonly graph: Scope;
  readonly node: Node;
  readonly types: (TensorType | undefined)[] = [];
  readonly values: (SymbolicValue | undefined)[] = [];

  constructor(graph: Scope, node: Node) {
    this.graph = graph;
    this.node = node;
  }

  /** Whether the optional input `i` is given. */
  given(i: number): boolean {
    return (this.node.inputs[i] ?? "") !== "";
  }
  /** Whether the optional output `i` is asked for. */
  asked(i: number): boolean {
    return (this.node.outputs[i] ?? "") !== "";
  }
  type(i: number): TensorType {
    const name = this.node.inputs[i] ?? "";
    if (name === "") this.fail(`needs input ${i}, which is left out.`);
    const type = this.graph.typeOf(name);
    if (type === undefined) throw new Unknown();
    return type;
  }
  elem(i: number): Elem {
    return this.type(i).elem;
  }
  shape(i: number): readonly Dim[] | undefined {
    return this.type(i).shape;
  }
  rank(i: number): number | undefined {
    return this.type(i).shape?.length;
  }
  /** The entries of an integer input as far as they are known; for one of known length at least as many `undefined`. */
  entries(i: number): readonly (Dim | undefined)[] | undefined {
    if (!this.given(i)) return undefined;
    const known = this.graph.symbolic(this.node.inputs[i] ?? "")?.entries;
    if (known !== undefined) return known;
    const shape = this.graph.typeOf(this.node.inputs[i] ?? "")?.shape;
    if (shape?.length === 0) return [undefined];
    const [length] = shape ?? [];
    return shape?.length === 1 && typeof length === "number" && length < 64 ? Array(length).fill(undefined) : undefined;
  }
  /** The entries of an integer input where all are known numbers. */
  ints(i: number): readonly number[] | undefined {
    const known = this.entries(i);
    return known?.every((e) => typeof e === "number") ? known : undefined;
  }
  constant(i: number): Constant | undefined {
    return this.given(i) ? this.graph.value(this.node.inputs[i] ?? "") : undefined;
  }
  symbolic(i: number): SymbolicValue | undefined {
    return this.given(i) ? this.graph.symbolic(this.node.inputs[i] ?? "") : undefined;
  }

  /** Sets the type of output `i`. */
  out(i: number, elem: Elem, shape: readonly Dim[] | undefined): void {
    if (shape?.some((d) => typeof d === "number" && !(d >= 0 && Number.isSafeInteger(d)))) {
      this.fail(`would make a tensor of [${shape.join(", ")}].`);
    }
    this.types[i] = { elem, shape };
  }
  /** Sets the entries of output `i`, as far as they are known. */
  value(i: number, value: SymbolicValue | undefined): void {
    this.values[i] = value;
  }
  /** An unknown size of output `i`; it has the same name each time it is inferred. */
  unknown(i: number, axis: number): Dim {
    return `?${this.node.outputs[i]}.${axis}`;
  }
  unknowns(i: number, rank: number | undefined): Dim[] | undefined {
    // A damaged model may claim any rank; no runtime goes beyond a few.
    return rank === undefined || rank < 0 || rank > 64
      ? undefined
      : Array.from({ length: rank }, (_, axis) => this.unknown(i, axis));
  }

  /** The element type of a DataType an attribute gives. */
  codeElem(code: number): Elem {
    return elemOf(code) ?? this.fail(`names the unknown element type ${code}.`);
  }

  /** An axis counted from the end if negative, checked against the rank. */
  axis(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at >= rank) this.fail(`has axis ${axis} for ${rank} dimensions.`);
    return at;
  }
  axes(axes: readonly number[], rank: number): number[] {
    return axes.map((axis) => this.axis(axis, rank));
  }
  /** Of two sizes that must be equal, the more specific one. */
  unify(a: Dim, b: Dim, what: string): Dim {
    if (same(a, b) === false) this.fail(`needs ${what} to be equal, and they are ${a} and ${b}.`);
    return typeof a === "number" || (typeof b === "string" && b.startsWith("?")) ? a : b;
  }

  fail(message: string): never {
    const inputs = this.node.inputs.map((name) => {
      const type = name === "" ? undefined : this.graph.typeOf(name);
      return name === ""
        ? "—"
        : `\`${name}\` ${type?.elem ?? ""}${type?.shape === undefined ? "" : `[${type.shape.join(", ")}]`}`;
    });
    throw new OnnxError(`${describe(this.node)} ${message} Its inputs are ${inputs.join(", ")}.`);
  }
}

export type Inference = (call: Call) => void;
