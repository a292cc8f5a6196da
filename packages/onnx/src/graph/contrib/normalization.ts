import { float, int } from "../node.ts";
import type { NodeWriter } from "../node-writer.ts";
import type { Rewrites } from "./rewrite.ts";

/** x / √(mean(x²) + ε) · γ over the dimensions from an axis on; 1 / √… comes along. */
export function rootMeanSquare(
  s: NodeWriter,
  x: string,
  scale: string,
  axis: number,
  epsilon: number,
): { readonly y: string; readonly inverse: string } {
  const rank = axis === -1 ? 0 : s.rankOf(x);
  const first = axis < 0 ? axis + rank : axis;
  const axes = axis === -1 ? [-1] : Array.from({ length: rank - first }, (_, i) => first + i);
  const square = s.op("ReduceMean", [s.mul(x, x), s.ints(...axes)], { keepdims: 1 });
  const inverse = s.op("Reciprocal", [s.op("Sqrt", [s.add(square, s.scalar(epsilon, x))])]);
  return { y: s.mul(s.mul(x, inverse), scale), inverse };
}

/** The sum of an input, what skips it and a bias. */
function skipped(s: NodeWriter, bias: number): string {
  const sum = s.add(s.input(0), s.input(1));
  return s.given(bias) ? s.add(sum, s.input(bias)) : sum;
}

/** A group norm of channels, first or last; `activation` 1 is SiLU. */
function groups(s: NodeWriter, x: string): void {
  const last = int(s.node, "channels_last", 1) === 1;
  const rank = s.rankOf(x);
  const order = Array.from({ length: rank }, (_, i) => i);
  const first = last ? s.op("Transpose", [x], { perm: [0, rank - 1, ...order.slice(1, -1)] }) : x;
  const count = int(s.node, "groups") ?? s.fail("has no groups");
  const epsilon = float(s.node, "epsilon", 1e-5);
  const flat = s.op("Reshape", [first, s.ints(0, count, -1)]);
  const ones = s.graph.constant(new Float32Array(count).fill(1), "float32", [count]);
  const zeros = s.graph.constant(new Float32Array(count), "float32", [count]);
  const { elem } = s.graph.type(x);
  const cast = (v: string): string => (elem === "float32" ? v : s.op("Cast", [v], { to: elem }));
  const normal = s.op("InstanceNormalization", [flat, cast(ones), cast(zeros)], { epsilon });
  const shaped = s.op("Reshape", [normal, s.op("Shape", [first])]);
  const back = last ? s.op("Transpose", [shaped], { perm: [0, ...order.slice(2), 1] }) : shaped;
  const along = (v: string): string => {
    const wide = last ? v : s.op("Unsqueeze", [v, s.ints(...order.slice(1, -1))]);
    return s.graph.type(v).elem === elem ? wide : s.op("Cast", [wide], { to: elem });
  };
  const y = s.add(s.mul(back, along(s.input(1))), along(s.input(2)));
  if (int(s.node, "activation", 0) === 1) s.to(0, "Mul", [y, s.op("Sigmoid", [y])]);
  else s.to(0, "Identity", [y]);
}

/** Normalisations, alone or with the sum before them. */
export const normalizations: Rewrites = {
  SkipLayerNormalization: [
    "epsilon",
    (s) => {
      const sum = skipped(s, 4);
      const [y = "", mean = "", inverse = ""] = s.ops(
        "LayerNormalization",
        [sum, s.input(2), s.input(3)],
        { axis: -1, epsilon: float(s.node, "epsilon", 1e-12) },
        s.asked(1) || s.asked(2) ? 3 : 1,
      );
      s.to(0, "Identity", [y]);
      s.to(1, "Identity", [mean]);
      s.to(2, "Identity", [inverse]);
      s.to(3, "Identity", [sum]);
    },
  ],
  SkipSimplifiedLayerNormalization: [
    "epsilon",
    (s) => {
      const sum = skipped(s, 3);
      if (s.asked(1)) s.fail("is asked for a mean, which it does not compute");
      const { y, inverse } = rootMeanSquare(s, sum, s.input(2), -1, float(s.node, "epsilon", 1e-12));
      s.to(0, "Identity", [y]);
      s.to(2, "Identity", [inverse]);
      s.to(3, "Identity", [sum]);
    },
  ],
  SimplifiedLayerNormalization: [
    "axis epsilon stash_type",
    (s) => {
      const { node } = s;
      const { y, inverse } = rootMeanSquare(
        s,
        s.input(0),
        s.input(1),
        int(node, "axis", -1),
        float(node, "epsilon", 1e-5),
      );
      s.to(0, "Identity", [y]);
      s.to(1, "Identity", [inverse]);
    },
  ],
  GroupNorm: ["activation channels_last epsilon groups", (s) => groups(s, s.input(0))],
  SkipGroupNorm: [
    "activation channels_last epsilon groups",
    (s) => {
      // `skip` may be one number per image and channel: [N, C] or [N, 1, 1, C].
      const skip = s.rank(3) === 2 ? s.op("Unsqueeze", [s.input(3), s.ints(1, 2)]) : s.input(3);
      const sum = s.add(s.input(0), skip);
      const all = s.given(4) ? s.add(sum, s.input(4)) : sum;
      s.to(1, "Identity", [all]);
      groups(s, all);
    },
  ],
  EmbedLayerNormalization: [
    "epsilon mask_index_type",
    (s) => {
      const [ids = "", segments = "", words = "", places = "", kinds = "", scale = "", bias = "", mask = ""] =
        s.node.inputs;
      const position = s.given(8) ? s.op("Gather", [places, s.input(8)]) : s.slice(places, 0, 0, s.size(ids, 1));
      const plain = s.add(s.op("Gather", [words, ids]), position);
      const sum = segments === "" ? plain : s.add(plain, s.op("Gather", [kinds, segments]));
      s.to(0, "LayerNormalization", [sum, scale, bias], { axis: -1, epsilon: float(s.node, "epsilon", 1e-12) });
      if (s.asked(1)) {
        // How many tokens of each row count.
        const counted = mask === "" ? s.mul(ids, s.scalar(0, ids)) : mask;
        s.to(1, "Cast", [s.op("ReduceSum", [counted, s.ints(1)], { keepdims: 0 })], { to: "int32" });
      }
      s.to(2, "Identity", [sum]);
    },
  ],
};
