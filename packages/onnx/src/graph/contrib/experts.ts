import { float, int, string } from "../node.ts";
import type { NodeWriter } from "../node-writer.ts";
import { quickGelu } from "./products.ts";
import { dequantized } from "./quantized.ts";
import type { Rewrites } from "./rewrite.ts";

/** The matrices [experts, outputs, inputs] and biases of one layer of the experts; "" where there are none. */
interface Layer {
  readonly weights: string;
  readonly bias: string;
}

/** x [tokens, in] or [experts, tokens, in] through a layer of each expert. */
function through(s: NodeWriter, x: string, { weights, bias }: Layer): string {
  const y = s.op("MatMul", [x, s.op("Transpose", [weights], { perm: [0, 2, 1] })]);
  return bias === "" ? y : s.add(y, s.op("Unsqueeze", [bias, s.ints(1)]));
}

/** Gate · σ(α gate) · (other + β), both within a limit. */
function gated(s: NodeWriter, gate: string, other: string): string {
  const limit = float(s.node, "swiglu_limit", Number.POSITIVE_INFINITY);
  let [g, l] = [gate, other];
  if (Number.isFinite(limit)) {
    g = s.op("Min", [g, s.scalar(limit, g)]);
    l = s.op("Clip", [l, s.scalar(-limit, l), s.scalar(limit, l)]);
  }
  const beta = float(s.node, "activation_beta", 0);
  return s.mul(quickGelu(s, g, float(s.node, "activation_alpha", 1)), beta === 0 ? l : s.add(l, s.scalar(beta, l)));
}

function activated(s: NodeWriter, x: string, first: Layer, third: Layer): string {
  const h = through(s, x, first);
  const name = string(s.node, "activation_type", "relu");
  const fusion = int(s.node, "swiglu_fusion", 0);
  if (name !== "swiglu") {
    if (third.weights !== "") s.fail(`has a third layer beside the activation "${name}", which nothing defines`);
    if (name === "relu") return s.op("Relu", [h]);
    if (name === "gelu") return s.op("Gelu", [h], { approximate: "tanh" });
    if (name === "silu") return quickGelu(s, h, 1);
    if (name === "identity") return h;
    return s.fail(`has the activation "${name}", which has no rewriting in standard operators here`);
  }
  if (fusion === 0) {
    if (third.weights === "") s.fail("lacks its third layer");
    return gated(s, h, through(s, x, third));
  }
  const half = s.fixed(first.weights, 1) / 2;
  if (fusion === 2) {
    const [g = "", l = ""] = s.split(h, 2, [half, half]);
    return gated(s, g, l);
  }
  // Gate and other number take turns.
  const pairs = s.reshape(h, [0, 0, half, 2]);
  const one = (at: number): string => s.op("Gather", [pairs, s.graph.constant(at, "int64")], { axis: 3 });
  return gated(s, one(0), one(1));
}

/**
 * A mixture of experts. Every expert computes every token, and those that a token does not choose weigh nothing: the numbers and
 * gradients are those of the choice, for as much work as all experts are.
 */
function mixture(s: NodeWriter, layers: readonly [Layer, Layer, Layer], weighing: string): void {
  if (int(s.node, "use_sparse_mixer", 0) !== 0) s.fail("has use_sparse_mixer, which has no rewriting here");
  if (int(s.node, "swiglu_limit_after_activation", 0) !== 0)
    s.fail("has swiglu_limit_after_activation, which has no rewriting here");
  const [first, second, third] = layers;
  const router = s.input(1);
  const shape = s.op("Shape", [s.input(0)]);
  const tokens = s.reshape(s.input(0), [-1, s.fixed(second.weights, 1)]);
  const k = int(s.node, "k", 1);
  const [best = "", chosen = ""] = s.ops("TopK", [router, s.ints(k)], { axis: 1 }, 2);
  const normal = int(s.node, "normalize_routing_weights", 0) === 1;
  const at = (of: string): string => s.op("GatherElements", [of, chosen], { axis: 1 });
  let share: string;
  if (weighing !== "") {
    share = at(weighing);
    if (normal) share = s.op("Div", [share, s.op("ReduceSum", [share, s.ints(1)], { keepdims: 1 })]);
  } else share = normal ? s.op("Softmax", [best], { axis: 1 }) : at(s.op("Softmax", [router], { axis: 1 }));
  const none = s.op("Cast", [s.op("ConstantOfShape", [s.op("Shape", [router])])], { to: s.graph.type(share).elem });
  const shares = s.op("ScatterElements", [none, chosen, share], { axis: 1 });
  const each = through(s, activated(s, tokens, first, third), second);
  const weighed = s.mul(each, s.op("Unsqueeze", [s.op("Transpose", [shares], { perm: [1, 0] }), s.ints(2)]));
  s.to(0, "Reshape", [s.op("ReduceSum", [weighed, s.ints(0)], { keepdims: 0 }), shape]);
}

/** A layer whose matrices are of a few bits: bytes at `i`, then scales, then a bias; zero points elsewhere. */
function quantized(s: NodeWriter, i: number, zero: number, bits: number): Layer {
  if (!s.given(i)) return { weights: "", bias: "" };
  if (![2, 4, 8].includes(bits)) s.fail(`has weights of ${bits} bits, and 2, 4 and 8 are understood`);
  const [experts, outputs, width] = [
    s.fixed(s.input(i), 0),
    s.fixed(s.input(i), 1),
    (s.fixed(s.input(i), 2) * 8) / bits,
  ];
  const block = int(s.node, "block_size", 0);
  const size = block > 0 ? block : width;
  // Without blocks, or with one, an expert's zero points are one row, of a number for each output.
  const at = { data: i, scale: i + 1, zero, bits, size, zeroRows: size < width ? experts * outputs : experts };
  return { weights: dequantized(s, at, [experts, outputs], width), bias: s.input(i + 2) };
}

const attributes =
  "activation_alpha activation_beta activation_type k normalize_routing_weights swiglu_fusion swiglu_limit " +
  "swiglu_limit_after_activation use_sparse_mixer";

/** Mixtures of experts. */
export const experts: Rewrites = {
  MoE: [
    attributes,
    (s) => {
      const layer = (i: number): Layer => ({ weights: s.input(i), bias: s.input(i + 1) });
      mixture(s, [layer(2), layer(4), layer(6)], "");
    },
  ],
  QMoE: [
    `${attributes} accuracy_level block_size expert_weight_bits fc1_expert_weight_bits fc2_expert_weight_bits fc3_expert_weight_bits ` +
      "quant_type weights_prepacked",
    (s) => {
      const kind = string(s.node, "quant_type", "int");
      if (kind !== "int") s.fail(`has weights of the kind ${kind}, and whole numbers are understood`);
      if (int(s.node, "weights_prepacked", 0) === 1)
        s.fail("has weights packed for one provider (weights_prepacked), which only its kernel reads");
      const bits = int(s.node, "expert_weight_bits", 4);
      const of = (n: number): number => int(s.node, `fc${n}_expert_weight_bits`, bits);
      mixture(s, [quantized(s, 2, 11, of(1)), quantized(s, 5, 12, of(2)), quantized(s, 8, 13, of(3))], s.input(14));
    },
  ],
};
