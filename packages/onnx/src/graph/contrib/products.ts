import { float, floatList, int, string } from "../node.ts";
import type { NodeWriter } from "../node-writer.ts";
import type { Rewrite, Rewrites } from "./rewrite.ts";

/** Applies the activation that an attribute names; its numbers come from attributes of their own or from a list. */
export function activated(s: NodeWriter, x: string, listed?: readonly number[]): string {
  const name = string(s.node, "activation", "");
  const number = (i: number, attribute: string, otherwise: number): number =>
    listed?.[i] ?? float(s.node, attribute, otherwise);
  switch (name) {
    case "":
      return x;
    case "Relu":
    case "Sigmoid":
    case "Tanh":
    case "Softplus":
    case "Softsign":
      return s.op(name, [x]);
    case "LeakyRelu":
      return s.op(name, [x], { alpha: number(0, "activation_alpha", 0.01) });
    case "Elu":
      return s.op(name, [x], { alpha: number(0, "activation_alpha", 1) });
    case "HardSigmoid":
      return s.op(name, [x], {
        alpha: number(0, "activation_alpha", 0.2),
        beta: number(1, "activation_beta", 0.5),
      });
    case "Clip":
      return s.op(name, [
        x,
        s.scalar(number(0, "activation_alpha", -3.4028234663852886e38), x),
        s.scalar(number(1, "activation_beta", 3.4028234663852886e38), x),
      ]);
    case "Gelu":
      return s.op(name, [x]);
    case "QuickGelu":
      return quickGelu(s, x, number(0, "activation_alpha", 1.702));
    case "HardSwish":
      return s.op(name, [x]);
    default:
      return s.fail(`has the activation "${name}", which has no rewriting in standard operators here`);
  }
}

/** x · σ(α x) */
export function quickGelu(s: NodeWriter, x: string, alpha: number): string {
  return s.mul(x, s.op("Sigmoid", [s.scaled(x, alpha)]));
}

/** A factor of a FusedMatMul: `batch` moves dimension 0 to the rows, `trans` exchanges the last two then. A vector stays. */
function factor(s: NodeWriter, i: number, batch: boolean, trans: boolean): string {
  const x = s.input(i);
  if (!batch && !trans) return x;
  const rank = s.rank(i);
  if (rank < 2) return x;
  const perm = Array.from({ length: rank }, (_, k) => k);
  if (batch) perm.splice(rank - 2, 0, ...perm.splice(0, 1));
  if (trans) perm.push(...perm.splice(-2).reverse());
  return s.op("Transpose", [x], { perm });
}

function product(s: NodeWriter): string {
  const flag = (name: string): boolean => int(s.node, name, 0) !== 0;
  const a = factor(s, 0, flag("transBatchA"), flag("transA"));
  const b = factor(s, 1, flag("transBatchB"), flag("transB"));
  return s.scaled(s.op("MatMul", [a, b]), float(s.node, "alpha", 1));
}

const gemm = (s: NodeWriter): string => {
  const { alpha, beta, transA, transB } = s.node.attributes;
  return s.op("Gemm", s.node.inputs.slice(0, 3), { alpha, beta, transA, transB });
};

const conv: Rewrite = (s) => {
  const { group, pads, auto_pad, strides, dilations, kernel_shape } = s.node.attributes;
  const y = s.op("Conv", s.node.inputs.slice(0, 3), { group, pads, auto_pad, strides, dilations, kernel_shape });
  const sum = s.given(3) ? s.add(y, s.input(3)) : y;
  s.to(0, "Identity", [activated(s, sum, floatList(s.node, "activation_params"))]);
};

const fusedMatMul: Rewrite = (s) => s.to(0, "Identity", [product(s)]);
const activation = "activation activation_alpha activation_beta activation_gamma";
const batches = "alpha transA transB transBatchA transBatchB";

/** Products with transposes, factors, biases and activations in one node. */
export const products: Rewrites = {
  FusedMatMul: [batches, fusedMatMul],
  TransposeMatMul: ["alpha transA transB", fusedMatMul],
  FusedMatMulActivation: [
    `${batches} ${activation} activation_axis`,
    (s) => {
      if (string(s.node, "activation", "") !== "Softmax") return s.to(0, "Identity", [activated(s, product(s))]);
      s.to(0, "Softmax", [product(s)], { axis: int(s.node, "activation_axis", -1) });
    },
  ],
  FusedGemm: [`alpha beta transA transB ${activation}`, (s) => s.to(0, "Identity", [activated(s, gemm(s))])],
  GemmFastGelu: [
    "",
    (s) => {
      const y = s.op("MatMul", [s.input(0), s.input(1)]);
      s.to(0, "Gelu", [s.given(2) ? s.add(y, s.input(2)) : y], { approximate: "tanh" });
    },
  ],
  FusedConv: ["activation activation_params auto_pad dilations group kernel_shape pads strides", conv],
};
