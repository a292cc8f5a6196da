import { float, int, type Node, string } from "../graph/node.ts";
import { range } from "./axes.ts";
import { remembering } from "./bodies.ts";
import type { Builder } from "./builder.ts";
import { isLabel, labelsOf } from "./gradients/classification.ts";
import { mayDrop, moments } from "./gradients/normalization.ts";
import { comparable } from "./gradients/pooling.ts";

/**
 * Appends what stands for a node that gradients flow through, and returns the node whose rule applies: the node itself, with an
 * output more, or computed otherwise by operators that the target has. Undefined if the node stays as it is.
 */
export type Lowering = (b: Builder, node: Node) => Node | undefined;

/** The node appended with names for outputs that its rule would like to have. */
function withOutputs(b: Builder, node: Node, count: number): Node {
  const outputs = range(count).map((i) => {
    const name = node.outputs[i] ?? "";
    return name === "" ? b.graph.fresh(node.op) : name;
  });
  const more = { ...node, outputs };
  b.graph.add(more);
  return more;
}

/** Whether a loss over classes, its axis 1, has them last, but for dimensions of size 1. */
const classesLast = (b: Builder, x: string): boolean =>
  b
    .sizes(x)
    .slice(2)
    .every((s) => s === 1);

const crossEntropy =
  (logits: boolean): Lowering =>
  (b, node) => {
    const [x = ""] = node.inputs;
    // ONNX Runtime adds a dimension to logits, and then turns classes to the end and back.
    const composed = b.webgpu || (logits && classesLast(b, x));
    if (!composed) return logits ? withOutputs(b, node, 2) : undefined;
    let log = x;
    let more = node;
    if (logits) {
      // WebGPU has neither LogSoftmax nor comparisons of 64-bit labels.
      const name = (node.outputs[1] ?? "") === "" ? b.graph.fresh("log_prob") : node.outputs[1]!;
      const matrix = b.sizes(x).slice(0, 2);
      const found = b.webgpu ? b.logSoftmax(x, 1) : b.reshape(b.logSoftmax(b.reshape(x, matrix), 1), b.sizes(x));
      b.named(name, "Identity", [found]);
      log = name;
      more = { ...node, outputs: [node.outputs[0]!, name] };
    }
    const { labels, weight, valid } = labelsOf(b, node);
    const each = b.webgpu
      ? b.sum(b.masked(isLabel(b, labels, x, node), log), [1])
      : b.squeeze(b.op("GatherElements", [log, b.unsqueeze(labels, [1])], { axis: 1 }), [1]);
    // Zero times the infinity of a class that is masked would not be zero.
    const negative = valid === undefined ? b.neg(each) : b.masked(valid, b.neg(each));
    const weighted = weight === undefined ? negative : b.mul(negative, weight);
    const all = range(b.rank(labels));
    const reduction = string(node, "reduction", "mean");
    const y = node.outputs[0]!;
    if (reduction === "none") b.named(y, "Identity", [weighted]);
    else if (reduction === "sum" || weight === undefined) {
      b.named(y, reduction === "sum" ? "ReduceSum" : "ReduceMean", [weighted, b.ints(all)], { keepdims: 0 });
    } else b.named(y, "Div", [b.sum(weighted, all), b.sum(weight, all)]);
    return more;
  };

/** The variance of a sample from that of a population: of n numbers it is n / (n − 1) times as large. */
function sampleVariance(b: Builder, x: string, axes: readonly number[], variance: string): string {
  const n = b.product(axes.map((axis) => b.size(x, axis)));
  if (typeof n === "number") return b.scaled(variance, n / Math.max(1, n - 1));
  const [count, one] = [b.sizeAs(n, variance), b.number(1, variance)];
  return b.op("Mul", [variance, b.div(count, b.op("Max", [b.sub(count, one), one]))]);
}

/** Nodes that run otherwise where they are differentiated; their own rule still applies. */
export const lowerings: Readonly<Record<string, Lowering>> = {
  Loop: remembering("Loop"),
  Scan: remembering("Scan"),
  SoftmaxCrossEntropyLoss: crossEntropy(true),
  NegativeLogLikelihoodLoss: crossEntropy(false),
  LogSoftmax: (b, node) => {
    if (!b.webgpu) return undefined;
    const found = b.logSoftmax(node.inputs[0]!, int(node, "axis", -1));
    b.named(node.outputs[0]!, "Identity", [found]);
    return node;
  },
  // Where the largest elements were is asked of the operator itself, unless it can be seen, and except on WebGPU, which cannot say.
  MaxPool: (b, node) =>
    b.webgpu || comparable(b, node) || int(node, "storage_order", 0) === 1 ? undefined : withOutputs(b, node, 2),
  LayerNormalization: (b, node) => (b.elem(node.inputs[0]!) === "float64" ? undefined : withOutputs(b, node, 3)),
  Dropout: (b, node) => (mayDrop(b, node) ? withOutputs(b, node, 2) : undefined),
  // WebGPU cannot train it. Elsewhere the runtime's own writes new statistics over the old ones, also where those are read later.
  BatchNormalization: (b, node) => {
    const [x = "", scale = "", bias = "", mean = "", variance = ""] = node.inputs;
    const sampled = b.graph.sampled.has(variance);
    if (int(node, "training_mode", 0) !== 1 || !(b.webgpu || sampled)) return undefined;
    const sizes = b.sizes(x);
    const axes = range(sizes.length).filter((i) => i !== 1);
    const along = sizes.map((s, i) => (i === 1 ? s : 1));
    const batch = moments(b, x, axes);
    const hat = b.mul(batch.centred, b.rsqrt(batch.variance, float(node, "epsilon", 1e-5)));
    b.named(node.outputs[0]!, "Add", [b.mul(hat, b.reshape(scale, along)), b.reshape(bias, along)]);
    const momentum = float(node, "momentum", 0.9);
    const update = (name: string | undefined, old: string, now: string): void => {
      if (name === undefined || name === "") return;
      b.named(name, "Add", [b.scaled(old, momentum), b.scaled(b.reshapeLike(now, old), 1 - momentum)]);
    };
    update(node.outputs[1], mean, batch.mean);
    update(node.outputs[2], variance, sampled ? sampleVariance(b, x, axes, batch.variance) : batch.variance);
    return node;
  },
  // WebGPU has neither of more than two operands.
  Sum: (b, node) => {
    if (!b.webgpu || node.inputs.length < 2) return undefined;
    const [last = "", ...rest] = [...node.inputs].reverse();
    b.named(node.outputs[0]!, "Add", [b.total(rest.reverse()), last]);
    return node;
  },
  Mean: (b, node) => {
    if (!b.webgpu) return undefined;
    b.named(node.outputs[0]!, "Mul", [b.total(node.inputs), b.number(1 / node.inputs.length, node.inputs[0]!)]);
    return node;
  },
};
