import { int, type Node } from "../../graph/node.ts";
import { positive, range } from "../axes.ts";
import type { Builder } from "../builder.ts";
import type { GradientRule } from "./rule.ts";

/** The axes a reduction sums over; undefined where only the run tells. */
export function axesOf(b: Builder, node: Node): number[] | undefined {
  const rank = b.rank(node.inputs[0]!);
  const input = node.inputs[1] ?? "";
  const given = b.integers(input);
  if (input !== "" && given === undefined) return undefined;
  if (given === undefined || given.length === 0) return int(node, "noop_with_empty_axes", 0) === 1 ? [] : range(rank);
  return given.map((a) => positive(a, rank)).sort((p, q) => p - q);
}

/** The reduced value (or its gradient) with the reduced dimensions kept as ones. */
function kept(b: Builder, node: Node, value: string): string {
  if (int(node, "keepdims", 1) === 1) return value;
  const x = node.inputs[0]!;
  const axes = axesOf(b, node);
  if (axes !== undefined)
    return b.reshape(
      value,
      b.sizes(x).map((s, i) => (axes.includes(i) ? 1 : s)),
    );
  // Which dimensions they are, only the run tells: a reduction that keeps them has the shape.
  const noop = int(node, "noop_with_empty_axes", 0);
  const like = b.op("ReduceSum", [x, node.inputs[1]!], { keepdims: 1, noop_with_empty_axes: noop });
  return b.op("Reshape", [value, b.op("Shape", [like])]);
}

/** How many elements are reduced to one, as a divisor of `d`. */
function share(b: Builder, node: Node, d: string): string {
  const x = node.inputs[0]!;
  const axes = axesOf(b, node);
  if (axes !== undefined) return b.per(d, b.product(axes.map((a) => b.size(x, a))));
  const y = node.outputs[0]!;
  const count = (name: string): string => b.op("Cast", [b.op("Size", [name])], { to: b.elem(x) });
  return b.div(d, b.div(count(x), count(y)));
}

const spread = (b: Builder, node: Node, d: string): string => b.expand(kept(b, node, d), b.sizes(node.inputs[0]!));

/** A reduction whose slope at x is a function of x and the reduced value. */
function slope(gradient: (b: Builder, x: string, y: string, d: string, node: Node) => string): GradientRule {
  return (b, node, [d], need) => {
    if (d === undefined || !need[0]) return [];
    const [y = ""] = node.outputs;
    return [gradient(b, node.inputs[0]!, kept(b, node, y), kept(b, node, d), node)];
  };
}

/** The largest (smallest) elements share the gradient evenly. */
const extremum: GradientRule = slope((b, x, y, d, node) => {
  const equal = b.cast(b.op("Equal", [x, y]), b.elem(x));
  const inputs = node.inputs[1] === undefined ? [equal] : [equal, node.inputs[1]];
  const count = b.op("ReduceSum", inputs, { keepdims: 1, noop_with_empty_axes: int(node, "noop_with_empty_axes", 0) });
  return b.mul(equal, b.div(d, count));
});

/** d · Π of the others: y / x, and where one element is zero the product of all but it. */
const product: GradientRule = slope((b, x, _y, d, node) => {
  const axes = node.inputs[1] === undefined ? [] : [node.inputs[1]];
  const attributes = { keepdims: 1, noop_with_empty_axes: int(node, "noop_with_empty_axes", 0) };
  const zero = b.op("Equal", [x, b.number(0, x)]);
  const rest = b.where(zero, b.number(1, x), x);
  const others = b.op("ReduceProd", [rest, ...axes], attributes);
  const zeros = b.op("ReduceSum", [b.cast(zero, b.elem(x)), ...axes], attributes);
  const none = b.masked(b.less(zeros, 0.5), b.div(others, rest));
  const one = b.masked(b.op("And", [b.greater(zeros, 0.5), b.less(zeros, 1.5)]), others);
  return b.mul(d, b.where(zero, one, none));
});

/** Sums, means, norms and extrema. */
export const reduction: Readonly<Record<string, GradientRule>> = {
  ReduceSum: (b, node, [d], need) => [d !== undefined && need[0] ? spread(b, node, d) : undefined],
  ReduceMean: (b, node, [d], need) => [d !== undefined && need[0] ? spread(b, node, share(b, node, d)) : undefined],
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: product,
  ReduceL1: slope((b, x, _, d) => b.signed(x, b.expand(d, b.sizes(x)))),
  // At the origin the norm has no slope: zero, as in PyTorch.
  ReduceL2: slope((b, x, y, d) => {
    const divisor = b.where(b.op("Equal", [y, b.number(0, y)]), b.number(1, y), y);
    return b.mul(x, b.div(d, divisor));
  }),
  ReduceLogSum: slope((b, x, y, d) => b.expand(b.mul(d, b.exp(b.neg(y))), b.sizes(x))),
  ReduceLogSumExp: slope((b, x, y, d) => b.mul(d, b.exp(b.sub(x, y)))),
  ReduceSumSquare: slope((b, x, _, d) => b.mul(x, b.scaled(d, 2))),
};
