import { OnnxError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { describe, type Node, standard } from "../graph/node.ts";
import { captured } from "../graph/subgraphs.ts";
import type { Builder } from "./builder.ts";
import { rounding, rules } from "./gradients/index.ts";
import { fake } from "./gradients/quantization.ts";
import type { GradientRule } from "./gradients/rule.ts";

/** A node as the tape records it, and its gradient. */
interface Recorded {
  readonly node: Node;
  readonly rule: GradientRule;
}

/** Products of whole numbers, and the operators whose products they are. */
const products: Readonly<Record<string, string>> = { MatMulInteger: "MatMul", ConvInteger: "Conv" };
/** Operators that turn whole numbers into floats. */
const leaving = new Set(["DequantizeLinear", "Cast", "CastLike"]);

/**
 * Follows numbers that are quantized, which have no gradient themselves, to where they are floats again: what lies between has the
 * gradient of PyTorch's fake quantization, straight through the rounding, or is refused where that is not known.
 */
export class Rounding {
  readonly #graph: Graph;
  /** The node that quantized a value's numbers first, by value. */
  readonly #from = new Map<string, Node>();
  /** The node that made each of these values. */
  readonly #made = new Map<string, Node>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Appends a node that has to do with quantized numbers, and says how to record it: "ends" where gradients do. Undefined for any other. */
  append(node: Node, needed: boolean): Recorded | "ends" | "unneeded" | undefined {
    const quantizer = standard(node) && rounding.has(node.op);
    const read = [...node.inputs, ...captured(node)].find((name) => this.#from.has(name));
    const first = quantizer ? (needed ? node : undefined) : this.#from.get(read ?? "");
    if (first === undefined) return undefined;
    const known = node.op === "DequantizeLinear" ? this.#pair(node) : this.#product(node);
    const leaves = !standard(node) || leaving.has(node.op);
    if (needed && !quantizer && known === undefined && !leaves) return undefined;
    this.#graph.add(node);
    for (const name of node.outputs) {
      const elem = name === "" ? undefined : this.#graph.typeOf(name)?.elem;
      // Places and truths are not the numbers themselves.
      if (elem === undefined || !/^u?int(2|4|8|16|32)$/.test(elem)) continue;
      this.#from.set(name, first);
      this.#made.set(name, node);
    }
    if (quantizer) return "ends";
    if (known !== undefined) return known;
    if (!leaves) return "unneeded";
    const rule: GradientRule = () => {
      throw new OnnxError(
        `${describe(node)} reads whole numbers that ${describe(first)} rounded, and no gradient is known on that way. ` +
          "Train the model before it was quantized, or quantize it in the format QDQ (QuantFormat.QDQ), whose gradients pass straight through.",
      );
    };
    return { node: { ...node, inputs: first.inputs }, rule };
  }

  /** Numbers that are quantized and at once dequantized. */
  #pair(node: Node): Recorded | undefined {
    const [q = ""] = node.inputs;
    if (!standard(node)) return undefined;
    const quantized = this.#made.get(q);
    const by = quantized === undefined ? undefined : scales(quantized);
    if (quantized === undefined || by === undefined || by.join() !== node.inputs.slice(1).join()) return undefined;
    // The range of a dynamic one is that of the numbers, so that nothing lies beyond it.
    if (quantized.op === "DynamicQuantizeLinear")
      return { node: { ...node, inputs: quantized.inputs }, rule: (_b, _node, [d]) => [d] };
    return { node: { ...node, inputs: [...quantized.inputs, q] }, rule: fake };
  }

  /** A product of whole numbers that is now a float. */
  #product(node: Node): Recorded | undefined {
    const product = this.#made.get(node.inputs[0] ?? "");
    const op = product === undefined ? undefined : products[product.op];
    if (product === undefined || op === undefined || !standard(node) || !node.op.startsWith("Cast")) return undefined;
    const parts = [0, 1].map((i) => {
      const [whole = "", zero = ""] = [product.inputs[i], product.inputs[i + 2]];
      const made = this.#made.get(whole);
      const by = made === undefined ? undefined : scales(made);
      return { whole, zero, made, by, x: made?.inputs[0] ?? whole };
    });
    // A factor that is quantized otherwise than it is read has no gradient here.
    if (parts.some(({ made, by, zero }) => made !== undefined && (by === undefined || (by[1] ?? "") !== zero)))
      return undefined;
    const rule: GradientRule = (b, _node, [d], need) => {
      if (d === undefined) return [];
      const factor = (i: number): string => {
        const { whole, zero } = parts[i]!; // there are two
        return need[1 - i] ? centred(b, whole, zero, d) : whole;
      };
      const floats = { ...product, op, inputs: [factor(0), factor(1)], outputs: node.outputs };
      const gradients = rules[op]?.(b, floats, [d], need) ?? [];
      return parts.map(({ made, by = [], x, whole }, i) => {
        const g = gradients[i];
        if (g === undefined || made === undefined) return undefined;
        const [scale = "", zero = ""] = by;
        if (b.rank(scale) > 0)
          throw new OnnxError(
            `${describe(made)} has a scale for each index, and no gradient through ${describe(product)}.`,
          );
        const dx = b.cast(b.div(g, b.cast(scale, b.elem(g))), b.elem(x));
        if (made.op === "DynamicQuantizeLinear") return dx;
        return fake(b, { ...made, inputs: [x, scale, zero, whole], outputs: [x] }, [dx], [true, false])[0];
      });
    };
    return { node: { ...node, inputs: parts.map(({ x }) => x) }, rule };
  }
}

/** The scale and zero point by which a node quantizes; undefined for another node. */
function scales(node: Node): readonly string[] | undefined {
  if (node.op === "QuantizeLinear") return node.inputs.slice(1);
  return node.op === "DynamicQuantizeLinear" ? node.outputs.slice(1) : undefined;
}

/** Whole numbers less their zero point, as floats. */
function centred(b: Builder, whole: string, zero: string, like: string): string {
  const floats = b.cast(whole, b.elem(like));
  return zero === "" ? floats : b.sub(floats, b.cast(zero, b.elem(like)));
}
