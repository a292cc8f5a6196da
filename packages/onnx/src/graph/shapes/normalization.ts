import { int, string } from "../node.ts";
import type { Call, Inference } from "./call.ts";

const likeInput: Inference = (c) => c.out(0, c.elem(0), c.shape(0));

/** Statistics over the last dimensions: the shape with ones from `axis` on. */
const layer: Inference = (c) => {
  const shape = c.shape(0);
  c.out(0, c.elem(0), shape);
  if (shape === undefined) return;
  const axis = c.axis(int(c.node, "axis", -1), shape.length);
  const kept = shape.map((d, i) => (i < axis ? d : 1));
  const elem = int(c.node, "stash_type", 1) === 1 ? "float32" : c.elem(0);
  for (let i = 1; i < c.node.outputs.length; i++) c.out(i, elem, kept);
};

const batch: Inference = (c) => {
  const shape = c.shape(0);
  c.out(0, c.elem(0), shape);
  const channels = shape?.[1] ?? c.shape(1)?.[0];
  for (let i = 1; i < c.node.outputs.length; i++) c.out(i, c.elem(3), [channels ?? c.unknown(i, 0)]);
};

const quantize: Inference = (c) => {
  const code = int(c.node, "output_dtype", 0);
  const elem = c.given(2) ? c.elem(2) : code === 0 ? "uint8" : c.codeElem(code);
  c.out(0, elem, c.shape(0));
};

function loss(c: Call): void {
  const [x, labels] = [c.shape(0), c.shape(1)];
  const none = string(c.node, "reduction", "mean") === "none";
  if (x !== undefined && labels !== undefined) {
    if (x.length !== labels.length + 1) c.fail("needs labels with one dimension less than the scores.");
    for (const [i, d] of labels.entries()) c.unify(x[i === 0 ? 0 : i + 1] ?? 1, d, `sizes of dimension ${i}`);
  }
  c.out(0, c.elem(0), none ? (labels ?? c.unknowns(0, x === undefined ? undefined : x.length - 1)) : []);
  if (c.node.op === "SoftmaxCrossEntropyLoss") c.out(1, c.elem(0), x);
}

export const normalization: Readonly<Record<string, Inference>> = {
  BatchNormalization: batch,
  InstanceNormalization: likeInput,
  GroupNormalization: likeInput,
  LpNormalization: likeInput,
  MeanVarianceNormalization: likeInput,
  LRN: likeInput,
  LayerNormalization: layer,
  RMSNormalization: layer,
  SoftmaxCrossEntropyLoss: loss,
  NegativeLogLikelihoodLoss: loss,
  QuantizeLinear: quantize,
  DequantizeLinear: (c) => c.out(0, c.elem(1), c.shape(0)),
  DynamicQuantizeLinear: (c) => {
    c.out(0, "uint8", c.shape(0));
    c.out(1, "float32", []);
    c.out(2, "uint8", []);
  },
};
