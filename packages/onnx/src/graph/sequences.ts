import { constant } from "../proto/constant.ts";
import { exact } from "./dims.ts";
import type { Graph } from "./graph.ts";
import { int, type Node } from "./node.ts";
import { NodeWriter } from "./node-writer.ts";

/** More parts than any model splits into; a damaged one may ask for any number. */
const most = 4096;

/** The elements of sequences where they are known before the run, as they are in what PyTorch exports. */
export class Sequences {
  readonly #known = new Map<string, readonly string[]>();

  /**
   * Rewrites an operator on sequences as operators on tensors, where its elements are known: a split read at constant places
   * is a Split. The node itself stays for readers that are not understood; without any it is pruned.
   */
  resolve(graph: Graph, node: Node): boolean {
    if (node.domain !== "") return false;
    const s = new NodeWriter(graph, node, graph.opset);
    const [output = ""] = node.outputs;
    const elements = this.#known.get(s.input(0));
    const made = this.#made(s, elements);
    if (made !== undefined) {
      this.#known.set(output, made);
      s.put();
      return true;
    }
    if (elements === undefined) return false;
    if (node.op === "SequenceLength") {
      graph.literal(output, constant(elements.length, "int64"));
      return true;
    }
    if (node.op === "SequenceAt") {
      const at = place(s, 1, elements.length);
      if (at === undefined) return false;
      const element = elements[at] ?? s.fail(`reads element ${at} of a sequence of ${elements.length}`);
      s.to(0, "Identity", [element]);
      return true;
    }
    if (node.op === "ConcatFromSequence" && elements.length > 0) {
      const axis = int(node, "axis") ?? s.fail("has no axis");
      const fresh = int(node, "new_axis", 0) === 1;
      const parts = fresh ? elements.map((e) => s.op("Unsqueeze", [e, s.ints(axis)])) : elements;
      s.to(0, "Concat", parts, { axis });
      return true;
    }
    return false;
  }

  /** The elements of the sequence that a node makes, if they are known. */
  #made(s: NodeWriter, elements: readonly string[] | undefined): readonly string[] | undefined {
    switch (s.node.op) {
      case "SequenceEmpty":
        return [];
      case "SequenceConstruct":
        return s.node.inputs;
      case "Identity":
        return elements;
      case "SequenceInsert": {
        const at = elements && (s.given(2) ? place(s, 2, elements.length) : elements.length);
        return at === undefined ? undefined : elements?.toSpliced(at, 0, s.input(1));
      }
      case "SequenceErase": {
        const at = elements && (s.given(1) ? place(s, 1, elements.length) : elements.length - 1);
        return at === undefined ? undefined : elements?.toSpliced(at, 1);
      }
      case "SplitToSequence":
        return split(s);
      default:
        return undefined;
    }
  }
}

/** A place in a sequence of this length, from the front. */
function place(s: NodeWriter, input: number, length: number): number | undefined {
  const value = s.graph.literalValue(s.input(input))?.data[0];
  if (value === undefined) return undefined;
  return Number(value) < 0 ? Number(value) + length : Number(value);
}

function split(s: NodeWriter): readonly string[] | undefined {
  const x = s.input(0);
  const shape = s.graph.typeOf(x)?.shape;
  if (shape === undefined) return undefined;
  const given = int(s.node, "axis", 0);
  const axis = given < 0 ? given + shape.length : given;
  const size = shape[axis];
  if (size === undefined) s.fail(`has axis ${given} for ${shape.length} dimensions`);
  let sizes: number[];
  if (s.given(1)) {
    const parts = s.graph.literalValue(s.input(1));
    if (parts === undefined) return undefined;
    if (parts.dims.length === 1) sizes = Array.from(parts.data, Number);
    else {
      // One number: parts of this size, of which the last may be smaller.
      const each = Number(parts.data[0]);
      if (typeof size !== "number") return exact(size, each) === 1 ? [x] : undefined;
      const count = Math.ceil(size / each);
      if (!(each > 0) || count > most) return undefined;
      sizes = Array.from({ length: count }, (_, i) => Math.min(each, size - i * each));
    }
  } else {
    if (typeof size !== "number" || size > most) return undefined;
    sizes = Array.from({ length: size }, () => 1);
  }
  if (sizes.length === 0) return [];
  const parts = s.split(x, axis, sizes);
  const squeezed = !s.given(1) && int(s.node, "keepdims", 1) === 0;
  return squeezed ? parts.map((part) => s.op("Squeeze", [part, s.ints(axis)])) : parts;
}
