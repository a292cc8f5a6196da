import { float, int, type Node } from "../../graph/node.ts";
import { positive, range } from "../axes.ts";
import type { Builder, Size } from "../builder.ts";
import { type GradientRule, unary } from "./rule.ts";

/** The mean that normalisation subtracts and the factor it multiplies by, over some axes, keeping dimensions. */
export interface Moments {
  readonly centred: string;
  readonly mean: string;
  readonly variance: string;
}

export function moments(b: Builder, x: string, axes: readonly number[]): Moments {
  const mean = b.mean(x, axes, true);
  const centred = b.sub(x, mean);
  return { centred, mean, variance: b.mean(b.square(centred), axes, true) };
}

/**
 * The gradient through x̂ = (x − mean) · inv: `d`, the gradient of x̂, minus its mean and its component along x̂, which
 * normalisation removes.
 */
function throughNormalised(b: Builder, d: string, hat: string, inv: string, axes: readonly number[]): string {
  const flat = b.sub(d, b.mean(d, axes, true));
  return b.mul(inv, b.sub(flat, b.mul(hat, b.mean(b.mul(d, hat), axes, true))));
}

const layerNormalization: GradientRule = (b, node, [d, dMean, dInv], need) => {
  const [x = "", scale = "", bias = ""] = node.inputs;
  const rank = b.rank(x);
  const axes = range(rank).slice(positive(int(node, "axis", -1), rank));
  const elem = b.elem(x);
  const [y = "", savedMean = "", savedInv = ""] = node.outputs;
  let centred: string;
  let inv: string;
  // Saved statistics are float32, which is less than float64 asks for.
  if (savedMean !== "" && savedInv !== "" && elem !== "float64") {
    centred = b.sub(x, b.cast(savedMean, elem));
    inv = b.cast(savedInv, elem);
  } else {
    const found = moments(b, x, axes);
    centred = found.centred;
    inv = b.rsqrt(found.variance, float(node, "epsilon", 1e-5));
  }
  const hat = b.mul(centred, inv);
  const parts: string[] = [];
  if (need[0] && d !== undefined) parts.push(throughNormalised(b, b.mul(d, scale), hat, inv, axes));
  const n = b.product(axes.map((axis) => b.size(x, axis)));
  if (need[0] && dMean !== undefined) parts.push(b.expand(b.per(b.cast(dMean, elem), n), b.sizes(x)));
  // inv = (variance + ε)^(−½), and the variance's slope is 2 (x − mean) / n.
  if (need[0] && dInv !== undefined) {
    const slope = b.mul(b.cast(dInv, elem), b.mul(inv, b.square(inv)));
    parts.push(b.neg(b.mul(b.per(slope, n), centred)));
  }
  return [
    parts.length > 0 ? b.total(parts) : undefined,
    need[1] && d !== undefined ? b.sumTo(b.mul(d, hat), y, scale) : undefined,
    need[2] && bias !== "" && d !== undefined ? b.sumTo(d, y, bias) : undefined,
  ];
};

const batchNormalization: GradientRule = (b, node, [d, dMean, dVariance], need) => {
  const [x = "", scale = "", bias = "", mean = "", variance = ""] = node.inputs;
  const sizes = b.sizes(x);
  const axes = range(sizes.length).filter((i) => i !== 1);
  const channels = sizes[1]!;
  const along = sizes.map((_, i): Size => (i === 1 ? channels : 1));
  const perChannel = (v: string): string => b.reshape(v, along);
  const epsilon = float(node, "epsilon", 1e-5);
  const training = int(node, "training_mode", 0) === 1;
  const batch = training ? moments(b, x, axes) : undefined;
  const centred = batch?.centred ?? b.sub(x, perChannel(mean));
  const inv = batch === undefined ? perChannel(b.rsqrt(variance, epsilon)) : b.rsqrt(batch.variance, epsilon);
  const parts: string[] = [];
  const result: (string | undefined)[] = [];
  const n = b.product(axes.map((axis) => b.size(x, axis)));
  if (d !== undefined) {
    // Of x̂ = (x − mean) · inv only sums are needed, so that inv is multiplied with numbers per channel.
    const dScale = need[1] || (need[0] && training) ? b.mul(b.sum(b.mul(d, centred), axes, true), inv) : undefined;
    const dBias = need[2] || (need[0] && training) ? b.sum(d, axes, true) : undefined;
    const factor = b.mul(perChannel(scale), inv);
    if (need[0]) {
      // The sums subtracted in training are exactly the gradients of scale and bias.
      const along = (): string => b.mul(centred, b.per(b.mul(dScale!, inv), n));
      const left = training ? b.sub(d, b.add(along(), b.per(dBias!, n))) : d;
      parts.push(b.mul(factor, left));
    }
    if (need[1]) result[1] = b.reshapeLike(dScale!, scale);
    if (need[2]) result[2] = b.reshapeLike(dBias!, bias);
    const dHat = !training && (need[3] || need[4]) ? b.mul(d, factor) : d;
    // Fixed statistics are inputs like others.
    if (!training && need[3]) result[3] = b.neg(b.sum(dHat, axes));
    if (!training && need[4]) {
      const slope = b.mul(b.mul(dHat, b.mul(centred, inv)), inv);
      result[4] = b.scaled(b.sum(slope, axes), -0.5);
    }
  }
  if (batch !== undefined) {
    const momentum = float(node, "momentum", 0.9);
    if (dMean !== undefined) {
      if (need[0]) parts.push(b.expand(b.per(b.scaled(perChannel(dMean), 1 - momentum), n), sizes));
      if (need[3]) result[3] = b.scaled(dMean, momentum);
    }
    if (dVariance !== undefined) {
      if (need[0]) parts.push(b.mul(b.per(b.scaled(perChannel(dVariance), 2 * (1 - momentum)), n), batch.centred));
      if (need[4]) result[4] = b.scaled(dVariance, momentum);
    }
  }
  result[0] = parts.length > 0 ? b.total(parts) : undefined;
  return result;
};

/** Normalisation of each image over groups of channels; `scale` and `bias` are per channel, or per group before opset 21. */
function grouped(groups: (b: Builder, node: Node) => Size): GradientRule {
  return (b, node, [d], need) => {
    if (d === undefined) return [];
    const [x = "", scale = "", bias = ""] = node.inputs;
    const [batch = 1, channels = 1, ...space] = b.sizes(x);
    const count = groups(b, node);
    const each: Size =
      count === channels || typeof channels !== "number" || typeof count !== "number" ? 1 : channels / count;
    const sizes = [batch, count, each, ...space];
    const axes = range(sizes.length - 2, 2);
    const wide = b.reshape(x, sizes);
    const { centred, variance } = moments(b, wide, axes);
    const inv = b.rsqrt(variance, float(node, "epsilon", 1e-5));
    const hat = b.mul(centred, inv);
    const dy = b.reshape(d, sizes);
    const perChannel = b.shape(scale)[0] === b.shape(x)[1];
    const factor = b.reshape(scale, [1, count, perChannel ? each : 1, ...space.map(() => 1)]);
    const others = perChannel ? [0, ...axes.slice(1)] : [0, ...axes];
    return [
      need[0] ? b.reshape(throughNormalised(b, b.mul(dy, factor), hat, inv, axes), b.sizes(x)) : undefined,
      need[1] ? b.reshapeLike(b.sum(b.mul(dy, hat), others), scale) : undefined,
      need[2] ? b.reshapeLike(b.sum(dy, others), bias) : undefined,
    ];
  };
}

const rmsNormalization: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [x = "", scale = ""] = node.inputs;
  const rank = b.rank(x);
  const axes = range(rank).slice(positive(int(node, "axis", -1), rank));
  const inv = b.rsqrt(b.mean(b.square(x), axes, true), float(node, "epsilon", 1e-5));
  const hat = b.mul(x, inv);
  const dHat = b.mul(d, scale);
  const along = b.mul(hat, b.mean(b.mul(dHat, hat), axes, true));
  return [
    need[0] ? b.mul(inv, b.sub(dHat, along)) : undefined,
    need[1] ? b.sumTo(b.mul(d, hat), node.outputs[0]!, scale) : undefined,
  ];
};

/** Normalisations, and the softmax family. */
export const normalization: Readonly<Record<string, GradientRule>> = {
  LayerNormalization: layerNormalization,
  BatchNormalization: batchNormalization,
  InstanceNormalization: grouped((b, node) => b.size(node.inputs[0]!, 1)),
  GroupNormalization: grouped((_, node) => int(node, "num_groups", 1)),
  RMSNormalization: rmsNormalization,
  // y = x / ‖x‖
  LpNormalization: unary(({ b, x, y, d, node }) => {
    const axis = int(node, "axis", -1);
    const p = int(node, "p", 2);
    const norm = b.op(p === 1 ? "ReduceL1" : "ReduceL2", [x, b.ints([axis])], { keepdims: 1 });
    const along = b.sum(b.mul(d, y), [axis], true);
    return b.div(b.sub(d, p === 1 ? b.signed(x, b.expand(along, b.sizes(x))) : b.mul(y, along)), norm);
  }),
  Softmax: unary(({ b, y, d, node }) => {
    const part = b.mul(d, y);
    return b.sub(part, b.mul(y, b.sum(part, [int(node, "axis", -1)], true)));
  }),
  LogSoftmax: unary(({ b, y, d, node }) => b.sub(d, b.mul(b.exp(y), b.sum(d, [int(node, "axis", -1)], true)))),
  // Dropped elements have no gradient, the others were scaled up; nothing is dropped in prediction.
  Dropout: unary(({ b, x, d, node }) => {
    const [, ratio = "", training = ""] = node.inputs;
    const kept = node.outputs[1] ?? "";
    if (!mayDrop(b, node) || kept === "") return d;
    const rate = ratio === "" ? 0.5 : b.literal(ratio);
    let scale =
      rate !== undefined ? b.number(1 / (1 - rate), x) : b.op("Reciprocal", [b.from(1, b.cast(ratio, b.elem(x)))]);
    if (b.graph.value(training) === undefined) scale = b.where(training, scale, b.number(1, x));
    return b.mul(b.mul(d, scale), b.cast(kept, b.elem(x)));
  }),
};

/** Whether a Dropout node may drop anything. */
export function mayDrop(b: Builder, node: Node): boolean {
  const [, ratio = "", training = ""] = node.inputs;
  if (training === "" || b.literal(ratio) === 0) return false;
  const on = b.graph.value(training);
  return on === undefined || Number(on.data[0]) !== 0;
}
