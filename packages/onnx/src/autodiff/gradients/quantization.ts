import { OnnxError } from "../../errors.ts";
import { describe, int, type Node } from "../../graph/node.ts";
import type { Elem } from "../../proto/elem.ts";
import type { Builder } from "../builder.ts";
import type { GradientRule } from "./rule.ts";

const ranges: Partial<Record<Elem, readonly [low: number, high: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int4: [-8, 7],
  uint4: [0, 15],
  int2: [-2, 1],
  uint2: [0, 3],
};

/** A scale or zero point in the shape that stretches over x: one number, one per index of an axis, or one per block. */
function stretched(b: Builder, node: Node, x: string, of: string): string {
  const rank = b.rank(x);
  if (b.rank(of) === 0) return of;
  if (int(node, "block_size", 0) > 0)
    throw new OnnxError(`${describe(node)} has a scale per block, and no gradient through it.`);
  const axis = int(node, "axis", 1);
  const at = axis < 0 ? axis + rank : axis;
  return b.reshape(
    of,
    b.sizes(x).map((size, i) => (i === at ? size : 1)),
  );
}

/**
 * Of QuantizeLinear and DequantizeLinear as one, with inputs x, scale, zero point and the quantized numbers: straight through where x / scale, rounded, lies within the range of the whole numbers, and nothing beyond; the scale's gradient
 * is that of the rounding error within and of the bound beyond (Esser et al., Learned Step Size Quantization, 2020).
 */
export const fake: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [x = "", scale = "", zero = "", quantized = ""] = node.inputs;
  const range = ranges[b.elem(quantized)];
  if (range === undefined)
    throw new OnnxError(
      `${describe(node)} quantizes to ${b.elem(quantized)}, and a gradient goes through whole numbers only.`,
    );
  const elem = b.elem(x);
  const by = b.cast(stretched(b, node, x, scale), elem);
  const exact = b.div(x, by);
  const rounded = b.op("Round", [exact]);
  const offset = zero === "" ? undefined : b.cast(stretched(b, node, x, zero), elem);
  const level = offset === undefined ? rounded : b.add(rounded, offset);
  const [low, high] = range;
  const inside = b.op("And", [
    b.op("GreaterOrEqual", [level, b.number(low, x)]),
    b.op("LessOrEqual", [level, b.number(high, x)]),
  ]);
  let dScale: string | undefined;
  if (need[1]) {
    const whole = b.div(node.outputs[0]!, by);
    const each = b.mul(d, b.sub(b.cast(whole, elem), b.masked(inside, exact)));
    dScale = b.cast(b.reshapeLike(b.sumTo(each, each, by), scale), b.elem(scale));
  }
  return [need[0] ? b.masked(inside, d) : undefined, dScale];
};

/** The gradient of scales that each serve a block of numbers along an axis: sums over the blocks, of which the last may be shorter. */
function ofBlocks(b: Builder, node: Node, d: string): string {
  const [x = "", scale = "", zero = ""] = node.inputs;
  const elem = b.elem(d);
  const block = int(node, "block_size", 0);
  const given = int(node, "axis", 1);
  const axis = given < 0 ? given + b.rank(x) : given;
  const size = b.fixed(x, axis, node);
  const blocks = Math.ceil(size / block);
  const whole = (v: string): string => {
    const sizes = b.sizes(v);
    const after = sizes.map((_, i) => (i === axis ? blocks * block - size : 0));
    const none = after.map(() => 0);
    return b.reshape(b.pad(v, none, after), [...sizes.slice(0, axis), blocks, block, ...sizes.slice(axis + 1)]);
  };
  const numbers = whole(b.cast(x, elem));
  const centred = zero === "" ? numbers : b.sub(numbers, b.unsqueeze(b.cast(zero, elem), [axis + 1]));
  return b.cast(b.sum(b.mul(whole(d), centred), [axis + 1]), b.elem(scale));
}

/** Numbers that stand for others: a scale and whole numbers. */
export const quantization: Readonly<Record<string, GradientRule>> = {
  // x is whole numbers, so only the scale has a gradient; `dequantize` in the table says more.
  DequantizeLinear: (b, node, [d], need) => {
    if (d === undefined || !need[1]) return [];
    const [x = "", scale = "", zero = ""] = node.inputs;
    if (int(node, "block_size", 0) > 0) return [undefined, ofBlocks(b, node, d)];
    const elem = b.elem(d);
    const shape = b.shape(x);
    const axis = int(node, "axis", 1);
    const at = axis < 0 ? axis + shape.length : axis;
    const along = b.rank(scale) === 0 ? [] : shape.map((_, i) => (i === at ? b.size(x, i) : 1));
    const offset = zero === "" ? undefined : b.cast(zero, elem);
    const whole = b.cast(x, elem);
    const centred = offset === undefined ? whole : b.sub(whole, along.length > 0 ? b.reshape(offset, along) : offset);
    const others = shape.map((_, i) => i).filter((i) => along.length === 0 || i !== at);
    return [undefined, b.reshapeLike(b.cast(b.sum(b.mul(d, centred), others), b.elem(scale)), scale)];
  },
};
