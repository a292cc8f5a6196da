import { float, int } from "../node.ts";
import type { NodeWriter } from "../node-writer.ts";
import { quickGelu } from "./products.ts";
import type { Rewrites } from "./rewrite.ts";

/** The sum of inputs 0 and 1, or input 0 where there is no other. */
const biased = (s: NodeWriter): string => (s.given(1) ? s.add(s.input(0), s.input(1)) : s.input(0));

/** Softmax over all dimensions from an axis on, as if they were one. */
function softmaxFrom(s: NodeWriter, x: string, axis: number): void {
  const rank = s.rankOf(x);
  const at = axis < 0 ? axis + rank : axis;
  if (at === rank - 1) s.to(0, "Softmax", [x], { axis: -1 });
  else {
    const flat = s.op("Softmax", [s.op("Flatten", [x], { axis: at })], { axis: -1 });
    s.to(0, "Reshape", [flat, s.op("Shape", [x])]);
  }
}

/** Activations with a bias, and operators of ONNX Runtime that ai.onnx has by another name. */
export const activations: Rewrites = {
  Gelu: ["", (s) => s.to(0, "Gelu", [s.input(0)])],
  BiasGelu: ["", (s) => s.to(0, "Gelu", [biased(s)])],
  FastGelu: ["", (s) => s.to(0, "Gelu", [biased(s)], { approximate: "tanh" })],
  QuickGelu: ["alpha", (s) => s.to(0, "Identity", [quickGelu(s, s.input(0), float(s.node, "alpha", 1.702))])],
  BiasSplitGelu: [
    "",
    (s) => {
      const [left = "", right = ""] = s.ops("Split", [biased(s)], { axis: -1, num_outputs: 2 }, 2);
      s.to(0, "Mul", [left, s.op("Gelu", [right])]);
    },
  ],
  BiasAdd: ["", (s) => s.to(0, "Add", [biased(s), s.input(2)])],
  BiasDropout: [
    "seed",
    (s) => {
      const [dropped = "", mask = ""] = s.ops(
        "Dropout",
        [biased(s), s.input(3), s.input(4)],
        { seed: s.node.attributes.seed },
        2,
      );
      if (s.given(2)) s.to(0, "Add", [dropped, s.input(2)]);
      else s.to(0, "Identity", [dropped]);
      s.to(1, "Identity", [mask]);
    },
  ],
  BiasSoftmax: ["axis is_inner_broadcast", (s) => softmaxFrom(s, biased(s), int(s.node, "axis", 1))],
  Trilu: ["upper", (s) => s.put({ domain: "" })],
  GatherND: ["", (s) => s.put({ domain: "" })],
  ExpandDims: [
    "",
    (s) => {
      const axes = s.op("Cast", [s.op("Reshape", [s.input(1), s.ints(1)])], { to: "int64" });
      s.to(0, "Unsqueeze", [s.input(0), axes]);
    },
  ],
  Pad: [
    "mode",
    (s) =>
      s.put({ domain: "", inputs: [s.input(0), s.op("Reshape", [s.input(1), s.ints(-1)]), ...s.node.inputs.slice(2)] }),
  ],
  Range: ["", (s) => s.put({ domain: "", inputs: [s.input(0), s.input(1), s.given(2) ? s.input(2) : s.scalar(1)] })],
  ComplexMul: [
    "",
    (s) => {
      // Pairs of a real and an imaginary part, in the last dimension.
      const [a = "", b = ""] = s.split(s.input(0), -1, [1, 1]);
      const [c = "", d = ""] = s.split(s.input(1), -1, [1, 1]);
      s.to(0, "Concat", [s.op("Sub", [s.mul(a, c), s.mul(b, d)]), s.add(s.mul(a, d), s.mul(b, c))], { axis: -1 });
    },
  ],
};
