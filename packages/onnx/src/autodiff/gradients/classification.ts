import { int, type Node, string } from "../../graph/node.ts";
import { range } from "../axes.ts";
import type { Builder } from "../builder.ts";
import type { GradientRule } from "./rule.ts";

/** Labels as used: in range even if ignored, with the weight of each. */
export interface Labels {
  readonly labels: string;
  /** [n, d…], the weight of each label; undefined where all count one. */
  readonly weight: string | undefined;
  /** [n, d…], which labels are not ignored; undefined where all count. */
  readonly valid: string | undefined;
}

export function labelsOf(b: Builder, node: Node): Labels {
  const [x = "", given = "", classWeights = ""] = node.inputs;
  let labels = b.webgpu ? b.cast(given, "int32") : given;
  let weight: string | undefined;
  let valid: string | undefined;
  if (node.attributes.ignore_index !== undefined) {
    const elem = b.elem(labels);
    const ignored = b.graph.constant(int(node, "ignore_index", 0), elem, []);
    valid = b.op("Not", [b.op("Equal", [labels, ignored])]);
    labels = b.where(valid, labels, b.graph.constant(0, elem, []));
  }
  if (classWeights !== "") weight = b.op("Gather", [classWeights, labels]);
  if (valid !== undefined) {
    const counts = b.cast(valid, b.elem(x));
    weight = weight === undefined ? counts : b.mul(weight, counts);
  }
  return { labels, weight, valid };
}

/** Whether a class is the label, by comparison with 0, 1, 2 …, which every provider can do; classes are axis 1. */
export function isLabel(b: Builder, labels: string, x: string, node: Node): string {
  const classes = b.fixed(x, 1, node);
  const elem = b.elem(labels);
  const numbers = b.graph.constant(range(classes), elem, [1, classes, ...range(b.rank(x) - 2).map(() => 1)]);
  return b.op("Equal", [b.unsqueeze(labels, [1]), numbers]);
}
/** 1 at the label, 0 elsewhere. */
const oneHot = (b: Builder, labels: string, x: string, node: Node): string =>
  b.cast(isLabel(b, labels, x, node), b.elem(x));

/** The factor of each label's loss, [n, 1, d…] or a scalar. */
function scaleOf(b: Builder, node: Node, d: string, weight: string | undefined, labels: string): string {
  const reduction = string(node, "reduction", "mean");
  const all = range(b.rank(labels));
  let scale = d;
  if (reduction === "mean") {
    scale = weight === undefined ? b.per(d, b.product(b.sizes(labels))) : b.div(d, b.sum(weight, all));
  }
  if (weight !== undefined) scale = b.mul(scale, weight);
  return b.rank(scale) === 0 ? scale : b.unsqueeze(scale, [1]);
}

/** `base` · scale with −scale added at the labels (base absent: zero). */
function atLabels(b: Builder, base: string | undefined, scale: string, labels: string, x: string, node: Node): string {
  if (b.webgpu) {
    const hot = oneHot(b, labels, x, node);
    return b.mul(base === undefined ? b.neg(hot) : b.sub(base, hot), scale);
  }
  const index = b.unsqueeze(labels, [1]);
  const updates = b.expand(b.neg(scale), b.sizes(index));
  const filled = base === undefined ? b.zerosLike(x) : b.mul(base, scale);
  const reduction = base === undefined ? {} : { reduction: "add" };
  return b.op("ScatterElements", [filled, index, updates], { axis: 1, ...reduction });
}

const softmaxCrossEntropy: GradientRule = (b, node, [d, dLog], need) => {
  const x = node.inputs[0]!;
  const saved = node.outputs[1] ?? "";
  const p = b.exp(saved === "" ? b.logSoftmax(x, 1) : saved);
  const { labels, weight } = labelsOf(b, node);
  const parts: string[] = [];
  if (d !== undefined && need[0]) {
    const scale = scaleOf(b, node, d, weight, labels);
    parts.push(atLabels(b, p, scale, labels, x, node));
  }
  if (dLog !== undefined && need[0]) parts.push(b.sub(dLog, b.mul(p, b.sum(dLog, [1], true))));
  const result: (string | undefined)[] = [parts.length > 0 ? b.total(parts) : undefined];
  if (need[2] && d !== undefined) {
    const log = saved === "" ? b.logSoftmax(x, 1) : saved;
    result[2] = classWeightGradient(b, node, d, log, x);
  }
  return result;
};

const negativeLogLikelihood: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const x = node.inputs[0]!;
  const { labels, weight } = labelsOf(b, node);
  return [
    need[0] ? atLabels(b, undefined, scaleOf(b, node, d, weight, labels), labels, x, node) : undefined,
    undefined,
    need[2] ? classWeightGradient(b, node, d, x, x) : undefined,
  ];
};

/** The gradient of the weights of the classes: each loss is wᵢ · lᵢ, and the mean is over the weights. */
function classWeightGradient(b: Builder, node: Node, d: string, log: string, x: string): string {
  const weights = node.inputs[2]!;
  const { labels } = labelsOf(b, node);
  const { weight } = labelsOf(b, { ...node, inputs: node.inputs.slice(0, 2) });
  const hot = oneHot(b, labels, x, node);
  const all = range(b.rank(labels));
  let each = b.neg(b.sum(b.mul(hot, log), [1]));
  let scale = d;
  if (string(node, "reduction", "mean") === "mean") {
    const total = b.sum(labelsOf(b, node).weight!, all);
    const loss = b.op("Identity", [node.outputs[0]!]);
    each = b.sub(each, loss);
    scale = b.div(d, total);
  }
  let share = b.mul(each, scale);
  if (weight !== undefined) share = b.mul(share, weight);
  const axes = range(b.rank(x)).filter((i) => i !== 1);
  return b.reshapeLike(b.sum(b.mul(hot, b.unsqueeze(share, [1])), axes), weights);
}

/** Losses over classes. */
export const classification: Readonly<Record<string, GradientRule>> = {
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
};
