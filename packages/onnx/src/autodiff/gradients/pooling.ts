import { int, type Node } from "../../graph/node.ts";
import { range } from "../axes.ts";
import { entries } from "../bounds.ts";
import type { Builder } from "../builder.ts";
import { inputGradient } from "./convolution.ts";
import { type GradientRule, unary } from "./rule.ts";
import {
  apart,
  dilated,
  extent,
  fixedSpatial,
  poolKernel,
  spatial,
  taps,
  type Window,
  windowOf,
  writtenTaps,
} from "./window.ts";

/** Whether the windows tile the input: each element is in one window at most, none is padding. */
function tiles(window: Window, from: readonly number[], to: readonly number[]): boolean {
  return window.kernel.every(
    (k, i) =>
      k === window.strides[i] &&
      window.dilations[i] === 1 &&
      window.before[i] === 0 &&
      window.after[i] === 0 &&
      to[i]! * k <= from[i]!,
  );
}

/** A larger image of numbers is not worth its room in the graph. */
const mostCounted = 1 << 16;

/** Whether every element is in one window, so that enlarged maxima can be compared with all: faster than asking for places. */
export function comparable(b: Builder, node: Node): boolean {
  const x = node.inputs[0]!;
  const from = spatial(b, x);
  // Resize has no float64 on the CPU, and numbers of 16 bits cannot count the elements of a large window.
  if (b.webgpu || b.elem(x) !== "float32" || from === undefined || (node.outputs[1] ?? "") !== "") return false;
  if (from.reduce((n, s) => n * s, 1) > mostCounted) return false;
  const window = windowOf(b, node, poolKernel(node));
  const to = from.map((s, i) => Math.floor(s / window.kernel[i]!));
  return tiles(window, from, to) && to.every((t, i) => t * window.kernel[i]! === from[i]);
}

/** Of the elements that equal their window's maximum the first gets the gradient: the one that counts most when counted down. */
function byComparison(b: Builder, x: string, y: string, d: string, { kernel, strides }: Window): string {
  const enlarged = (v: string): string =>
    b.op("Resize", [v, "", b.array([1, 1, ...kernel], "float32")], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    });
  const from = spatial(b, x)!; // `comparable` asks for it
  const count = kernel.reduce((p, k) => p * k, 1);
  const down = taps(from).map((at) => count - at.reduce((place, c, i) => place * kernel[i]! + (c % kernel[i]!), 0));
  const equal = b.cast(b.op("Equal", [x, enlarged(y)]), "float32");
  const counted = b.mul(equal, b.array(down, "float32", [1, 1, ...from]));
  const first = b.op("MaxPool", [counted], { kernel_shape: [...kernel], strides: [...strides] });
  // At least 1, so that none is the first where NaN equals nothing.
  const chosen = b.op("Equal", [counted, enlarged(b.op("Max", [first, b.number(1, x)]))]);
  return b.mul(b.cast(chosen, "float32"), enlarged(d));
}

const maxPool: GradientRule = (b, node, [d], need) => {
  if (d === undefined || !need[0]) return [];
  const x = node.inputs[0]!;
  const y = node.outputs[0]!;
  const window = windowOf(b, node, poolKernel(node));
  const from = spatial(b, x);
  const to = spatial(b, y);
  const known = from !== undefined && to !== undefined;
  const places = node.outputs[1] ?? "";
  if (!b.webgpu && places !== "" && int(node, "storage_order", 0) === 0) {
    // MaxUnpool has float32 only.
    if (known && tiles(window, from, to) && b.elem(x) === "float32") {
      return [
        b.op("MaxUnpool", [d, places, b.shapeOf(x)], {
          kernel_shape: [...window.kernel],
          strides: [...window.strides],
        }),
      ];
    }
    const flat = (name: string): string => b.op("Reshape", [name, b.ints([-1])]);
    const zeros = b.filled([b.product(b.sizes(x))], d);
    const sums = b.op("ScatterElements", [zeros, flat(places), flat(d)], { axis: 0, reduction: "add" });
    return [b.reshapeLike(sums, x)];
  }
  if (comparable(b, node)) return [byComparison(b, x, y, d, window)];
  const inside = fixedSpatial(b, x, node);
  const outside = fixedSpatial(b, y, node);
  return [
    tiles(window, inside, outside)
      ? byTile(b, x, y, d, window, inside, outside)
      : byTaps(b, x, y, d, window, inside, outside),
  ];
};

/** The largest of a tile gets the gradient; equals share it. */
function byTile(
  b: Builder,
  x: string,
  y: string,
  d: string,
  { kernel }: Window,
  from: readonly number[],
  to: readonly number[],
): string {
  const lead = b.sizes(x).slice(0, 2);
  const n = kernel.length;
  const space = range(n, 2);
  const covered = to.map((t, i) => t * kernel[i]!);
  const cut = space.filter((i) => covered[i - 2] !== from[i - 2]);
  const tiled = b.reshape(
    b.slice(
      x,
      cut,
      cut.map(() => 0),
      cut.map((i) => covered[i - 2]!),
    ),
    apart(lead, to, kernel),
  );
  const ones = apart(
    lead,
    to,
    kernel.map(() => 1),
  );
  const equal = b.cast(b.op("Equal", [tiled, b.reshape(y, ones)]), b.elem(x));
  const count = b.sum(
    equal,
    range(n).map((i) => 3 + 2 * i),
    true,
  );
  const shared = b.reshape(b.mul(equal, b.div(b.reshape(d, ones), count)), [...lead, ...covered]);
  return b.pad(shared, Array<number>(n + 2).fill(0), [0, 0, ...covered.map((c, i) => from[i]! - c)]);
}

/** Tap by tap, the first that equals the maximum gets the gradient. */
function byTaps(
  b: Builder,
  x: string,
  y: string,
  d: string,
  window: Window,
  from: readonly number[],
  to: readonly number[],
): string {
  const { strides, dilations, before } = window;
  const n = to.length;
  const space = range(n, 2);
  // As far as the last window reaches, which with ceil_mode may be past the padding.
  const length = to.map((t, i) => Math.max((t - 1) * strides[i]! + extent(window, i), from[i]! + before[i]!));
  const after = length.map((l, i) => l - from[i]! - before[i]!);
  const lowest = b.elem(x) === "float16" ? -65504 : -3.4e38;
  const wide = b.pad(x, [0, 0, ...before], [0, 0, ...after], lowest);
  let free: string | undefined;
  let sum: string | undefined;
  for (const tap of writtenTaps(window.kernel)) {
    const starts = tap.map((t, i) => t * dilations[i]!);
    const reach = to.map((t, i) => (t - 1) * strides[i]! + 1);
    const part = b.slice(
      wide,
      space,
      starts,
      starts.map((s, i) => s + reach[i]!),
      strides,
    );
    const equal = b.op("Equal", [part, y]);
    const mine = free === undefined ? equal : b.op("And", [equal, free]);
    const left = b.op("Not", [equal]);
    free = free === undefined ? left : b.op("And", [free, left]);
    const spaced = dilated(b, b.masked(mine, d), strides, to, reach);
    const placed = b.pad(spaced, [0, 0, ...starts], [0, 0, ...length.map((l, i) => l - starts[i]! - reach[i]!)]);
    sum = sum === undefined ? placed : b.add(sum, placed);
  }
  const cut = space.filter((i) => before[i - 2]! > 0 || after[i - 2]! > 0);
  return b.slice(
    sum!,
    cut,
    cut.map((i) => before[i - 2]!),
    cut.map((i) => before[i - 2]! + from[i - 2]!),
  );
}

/** Every element gets the sum over the windows it is in. */
function spread(b: Builder, d: string, x: string, window: Window, node: Node): string {
  const from = fixedSpatial(b, x, node);
  const to = fixedSpatial(b, d, node);
  const lead = b.sizes(x).slice(0, 2);
  const n = to.length;
  const { kernel, strides, before, after } = window;
  if (tiles(window, from, to)) {
    const wide = b.expand(
      b.reshape(
        d,
        apart(
          lead,
          to,
          kernel.map(() => 1),
        ),
      ),
      apart(lead, to, kernel),
    );
    const covered = to.map((t, i) => t * kernel[i]!);
    return b.pad(b.reshape(wide, [...lead, ...covered]), Array<number>(n + 2).fill(0), [
      0,
      0,
      ...covered.map((c, i) => from[i]! - c),
    ]);
  }
  const rest = from.map((s, i) => s + before[i]! + after[i]! - ((to[i]! - 1) * strides[i]! + extent(window, i)));
  const ones = b.array(new Float64Array(entries(kernel.reduce((p, k) => p * k, 1))).fill(1), b.elem(d), [
    1,
    1,
    ...kernel,
  ]);
  const images = b.product(lead);
  // The adjoint of a sum over windows is that of a convolution with ones; with ceil_mode the last window reaches past the padding.
  const wide = { ...window, after: after.map((a, i) => a - Math.min(0, rest[i]!)) };
  return b.reshape(inputGradient(b, b.reshape(d, [images, 1, ...to]), ones, [images, 1, ...from], wide, 1, node), [
    ...lead,
    ...from,
  ]);
}

/** How many elements each window averages, per dimension. */
function counts(window: Window, from: readonly number[], to: readonly number[], padding: boolean): number[][] {
  return to.map((t, i) => {
    const { kernel, strides, dilations, before, after } = window;
    const low = padding ? -before[i]! : 0;
    const high = from[i]! + (padding ? after[i]! : 0);
    return range(t).map((o) => {
      const first = o * strides[i]! - before[i]!;
      // Those k from 0 to the kernel's size for which the place first + k · dilation is within.
      const from = Math.max(0, Math.ceil((low - first) / dilations[i]!));
      const end = Math.min(kernel[i]!, Math.ceil((high - first) / dilations[i]!));
      return Math.max(0, end - from);
    });
  });
}

const averagePool: GradientRule = unary(({ b, x, y, d, node }) => {
  const window = windowOf(b, node, poolKernel(node));
  const all = window.kernel.reduce((p, k) => p * k, 1);
  const padding = int(node, "count_include_pad", 0) === 1;
  const ragged =
    int(node, "ceil_mode", 0) === 1 || (!padding && [...window.before, ...window.after].some((p) => p > 0));
  if (!ragged) return spread(b, b.scaled(d, 1 / all), x, window, node);
  const per = counts(window, fixedSpatial(b, x, node), fixedSpatial(b, y, node), padding);
  entries(per.reduce((n, c) => n * c.length, 1));
  const shares = per
    .reduce<number[]>((products, c) => products.flatMap((p) => c.map((v) => p * v)), [1])
    .map((p) => 1 / p);
  const weights = b.array(shares, b.elem(d), [1, 1, ...per.map((c) => c.length)]);
  return spread(b, b.mul(d, weights), x, window, node);
});

/** y = (Σ|x|ᵖ)^(1/p), whose slope is |x|^(p−1) sign(x) · y^(1−p). */
function normSlope(b: Builder, x: string, y: string, d: string, p: number, sum: (d: string) => string): string {
  const zero = b.op("Equal", [y, b.number(0, y)]);
  const safe = b.where(zero, b.number(1, y), y);
  if (p === 1) return b.signed(x, sum(d));
  if (p === 2) return b.mul(x, sum(b.div(d, safe)));
  const scaled = b.mul(d, b.op("Pow", [safe, b.number(1 - p, y)]));
  return b.signed(x, b.mul(sum(scaled), b.op("Pow", [b.op("Abs", [x]), b.number(p - 1, x)])));
}

const space = (b: Builder, x: string): number[] => range(b.rank(x) - 2, 2);

/** Poolings. */
export const pooling: Readonly<Record<string, GradientRule>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: unary(({ b, x, y, d, node }) => {
    const window = windowOf(b, node, poolKernel(node));
    return normSlope(b, x, y, d, int(node, "p", 2), (v) => spread(b, v, x, window, node));
  }),
  GlobalAveragePool: unary(({ b, x, d }) =>
    b.expand(b.per(d, b.product(space(b, x).map((axis) => b.size(x, axis)))), b.sizes(x)),
  ),
  GlobalMaxPool: unary(({ b, x, y, d }) => {
    const equal = b.cast(b.op("Equal", [x, y]), b.elem(x));
    return b.mul(equal, b.div(d, b.sum(equal, space(b, x), true)));
  }),
  GlobalLpPool: unary(({ b, x, y, d, node }) =>
    normSlope(b, x, y, d, int(node, "p", 2), (v) => b.expand(v, b.sizes(x))),
  ),
  // The inverse of scattering is reading at the same places.
  MaxUnpool: unary(({ b, d, node }) => b.op("Gather", [b.op("Reshape", [d, b.ints([-1])]), node.inputs[1]!])),
};
