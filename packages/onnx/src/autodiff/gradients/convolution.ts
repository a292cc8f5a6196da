import { OnnxError } from "../../errors.ts";
import { describe, ints, type Node, string } from "../../graph/node.ts";
import { range } from "../axes.ts";
import type { Builder, Size } from "../builder.ts";
import { patchedInput, patchedWeights } from "./patches.ts";
import type { GradientRule } from "./rule.ts";
import {
  convolution as attributes,
  dilated,
  extent,
  fixedSpatial,
  groupsOf,
  kernelOf,
  spatial,
  type Window,
  windowOf,
  writtenTaps,
} from "./window.ts";

/** Beyond this many taps a node for each is not worth it. */
const mostTaps = 32;
/** Fewer channels than these leave the kernels of a convolution half empty. */
const fewChannels = 16;

/** The gradient of a convolution's input, of the given sizes. */
export function inputGradient(
  b: Builder,
  d: string,
  w: string,
  sizes: readonly Size[],
  window: Window,
  group: number,
  node: Node,
): string {
  const { kernel, strides, before, after } = window;
  const patched = group === 1 ? patchedInput(b, d, w, sizes, window) : undefined;
  if (patched !== undefined) return patched;
  const [outputs, inputs] = b.shape(w);
  const few =
    typeof outputs === "number" && typeof inputs === "number" && inputs < Math.min(fewChannels, outputs) && group === 1;
  // Where the kernel moves by one, the adjoint is a convolution with the kernel turned over, which runtimes do fast if it is
  // not to make a few channels of many.
  const first = kernel.map((_, i) => extent(window, i) - 1 - before[i]!);
  const last = kernel.map((_, i) => extent(window, i) - 1 - after[i]!);
  if ((b.webgpu || !few) && strides.every((s) => s === 1) && [...first, ...last].every((p) => p >= 0)) {
    return b.op("Conv", [d, turned(b, w, group, node)], attributes({ ...window, before: first, after: last }, group));
  }
  const from = sizes.slice(2);
  const to = spatial(b, d);
  if (to !== undefined && from.every((s) => typeof s === "number")) {
    // The part that the last step did not reach.
    const rest = from.map((s, i) => s + before[i]! + after[i]! - ((to[i]! - 1) * strides[i]! + extent(window, i)));
    if (b.webgpu && kernel.length > 2 && [...first, ...last].every((p) => p >= 0)) {
      // WebGPU has no ConvTranspose of three dimensions: zeros between the elements, and a kernel that moves by one.
      const reach = to.map((t, i) => (t - 1) * strides[i]! + 1);
      const wide = b.pad(dilated(b, d, strides, to, reach), [0, 0, ...rest.map(() => 0)], [0, 0, ...rest]);
      return inputGradient(b, wide, w, sizes, { ...window, strides: strides.map(() => 1) }, group, node);
    }
    return b.op("ConvTranspose", [d, w], {
      ...attributes(window, group),
      ...(rest.some((r) => r !== 0) ? { output_padding: rest } : {}),
    });
  }
  // How much the last step left is known in the run only: make more than enough, then cut.
  const n = kernel.length;
  const zeros = Array<number>(n).fill(0);
  const full = b.op("ConvTranspose", [d, w], attributes({ ...window, before: zeros, after: zeros }, group));
  const more = b.pad(full, [0, 0, ...zeros], [0, 0, ...strides.map((s, i) => s - 1 + after[i]!)]);
  const starts = b.ints(before);
  return b.op("Slice", [more, starts, b.add(b.shapeTensor(from), starts), b.ints(range(n, 2))]);
}

/** Kernels turned over in space, with input and output channels exchanged within each group. */
function turned(b: Builder, w: string, group: number, node: Node): string {
  const n = b.rank(w) - 2;
  const space = range(n, 2);
  const kernel = fixedSpatial(b, w, node);
  let result = w;
  if (group === 1) result = b.transpose(w, [1, 0, ...space]);
  else {
    const outputs = b.quotient(b.size(w, 0), group);
    const inputs = b.size(w, 1);
    if (outputs !== 1 || inputs !== 1) {
      const apart = b.reshape(w, [group, outputs, inputs, ...kernel]);
      const swapped = b.transpose(apart, [0, 2, 1, ...space.map((i) => i + 1)]);
      result = b.reshape(swapped, [b.product([group, inputs]), outputs, ...kernel]);
    }
  }
  const turn = space.filter((i) => kernel[i - 2] !== 1);
  const all = (value: number): number[] => turn.map(() => value);
  return b.slice(result, turn, all(-1), all(-(2 ** 31 - 1)), all(-1));
}

/**
 * The gradient of a convolution's weights [out, in / group, …kernel] from its input and the gradient of its output. Several
 * formulations give the same numbers; which is fast depends on the shapes.
 */
function weightGradient(
  b: Builder,
  x: string,
  d: string,
  w: string,
  window: Window,
  group: number,
  node: Node,
): string {
  const patched = group === 1 ? patchedWeights(b, x, d, w, window) : undefined;
  if (patched !== undefined) return patched;
  const [outputs, inputs] = b.shape(w);
  const count = window.kernel.reduce((n, k) => n * k, 1);
  const to = spatial(b, d);
  // The weights of a convolution that is itself a gradient may have the batch among their sizes.
  if (to !== undefined && count <= mostTaps && typeof inputs === "number" && typeof outputs === "number") {
    if (group > 1 && inputs === 1) return byTaps(b, x, d, window, group, outputs / group, to);
    // Measured: a matrix product wins where the kernel is small, a convolution where it is large and channels are few.
    if (group === 1 && (count <= 16 || inputs >= 32)) return byColumns(b, x, d, window, inputs, outputs, to);
  }
  return byConvolution(b, x, d, window, group, node);
}

/** The elements of the padded input that one tap of the kernel sees: one per output. */
function seen(
  b: Builder,
  padded: string,
  tap: readonly number[],
  { strides, dilations }: Window,
  to: readonly number[],
): string {
  const starts = tap.map((t, i) => t * dilations[i]!);
  const ends = starts.map((s, i) => s + (to[i]! - 1) * strides[i]! + 1);
  return b.slice(padded, range(tap.length, 2), starts, ends, strides);
}

const padded = (b: Builder, x: string, { before, after }: Window): string =>
  b.pad(x, [0, 0, ...before], [0, 0, ...after]);

/** Depthwise: every tap is a weighted sum per channel. */
function byTaps(
  b: Builder,
  x: string,
  d: string,
  window: Window,
  group: number,
  each: number,
  to: readonly number[],
): string {
  const input = padded(b, x, window);
  const space = range(to.length, 2);
  const dy = each === 1 ? d : b.reshape(d, [b.size(d, 0), group, each, ...to]);
  const sums = writtenTaps(window.kernel).map((tap) => {
    const part = seen(b, input, tap, window, to);
    if (each === 1) return b.sum(b.mul(part, d), [0, ...space]);
    return b.sum(b.mul(b.unsqueeze(part, [2]), dy), [0, ...space.map((i) => i + 1)]);
  });
  const columns = b.concat(
    sums.map((s) => b.reshape(s, [group * each, 1])),
    1,
  );
  return b.reshape(columns, [group * each, 1, ...window.kernel]);
}

/** One matrix product of the output's gradient with what each tap sees. */
function byColumns(
  b: Builder,
  x: string,
  d: string,
  window: Window,
  inputs: number,
  outputs: number,
  to: readonly number[],
): string {
  const space = range(to.length, 2);
  const perm = [1, 0, ...space];
  const every = b.product([b.size(d, 0), ...to]);
  const input = b.transpose(padded(b, x, window), perm);
  const columns = writtenTaps(window.kernel).map((tap) => b.reshape(seen(b, input, tap, window, to), [inputs, every]));
  const all = b.concat(columns, 0);
  const dy = b.reshape(b.transpose(d, perm), [outputs, every]);
  const product = b.gemm(dy, all, false, true);
  if (columns.length === 1) return b.reshape(product, [outputs, inputs, ...window.kernel]);
  const apart = b.transpose(b.reshape(product, [outputs, columns.length, inputs]), [0, 2, 1]);
  return b.reshape(apart, [outputs, inputs, ...window.kernel]);
}

/** A convolution over the batch, with the output's gradient as the kernel; strides and dilations change places. */
function byConvolution(b: Builder, x: string, d: string, window: Window, group: number, _node: Node): string {
  const { kernel, strides, dilations, before, after } = window;
  const space = range(kernel.length, 2);
  const perm = [1, 0, ...space];
  let input = b.transpose(x, perm);
  if (group > 1) {
    // [group · in, batch] → [in, group · batch], so that every group meets its own outputs.
    const channels = b.quotient(b.size(x, 1), group);
    const [batch = 1, , ...sizes] = b.sizes(x);
    const apart = b.reshape(x, [batch, group, channels, ...sizes]);
    const swapped = b.transpose(apart, [2, 1, 0, ...space.map((i) => i + 1)]);
    input = b.reshape(swapped, [channels, b.product([group, batch]), ...sizes]);
  }
  const to = spatial(b, d);
  const from = spatial(b, x);
  const result = b.op("Conv", [input, b.transpose(d, perm)], {
    ...(to === undefined ? {} : { kernel_shape: [...to] }),
    strides: [...dilations],
    dilations: [...strides],
    pads: [...before, ...after],
    ...(group === 1 ? {} : { group }),
  });
  // Where the last step did not reach the end, there are more taps than the kernel has.
  const exact =
    to !== undefined &&
    from?.every((s, i) => {
      const room = s + before[i]! + after[i]! - (to[i]! - 1) * strides[i]! - 1;
      return Math.floor(room / dilations[i]!) + 1 === kernel[i];
    });
  const cut = exact
    ? result
    : b.slice(
        result,
        space,
        space.map(() => 0),
        kernel,
      );
  return b.transpose(cut, perm);
}

const bias = (b: Builder, d: string): string => b.sum(d, [0, ...range(b.rank(d) - 2, 2)]);

const conv: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [x = "", w = "", c = ""] = node.inputs;
  const window = windowOf(b, node, kernelOf(b, node, w));
  const group = groupsOf(node);
  return [
    need[0] ? inputGradient(b, d, w, b.sizes(x), window, group, node) : undefined,
    need[1] ? weightGradient(b, x, d, w, window, group, node) : undefined,
    need[2] && c !== "" ? bias(b, d) : undefined,
  ];
};

/** The window of a transposed convolution: its padding may follow from the size its output is to have. */
function transposedWindow(b: Builder, node: Node, w: string): Window & { readonly extra: readonly number[] } {
  const kernel = kernelOf(b, node, w);
  const n = kernel.length;
  const extra = ints(node, "output_padding") ?? Array<number>(n).fill(0);
  const auto = string(node, "auto_pad", "NOTSET");
  const window = windowOf(
    b,
    { ...node, attributes: { ...node.attributes, auto_pad: { kind: "string", value: "NOTSET" } } },
    kernel,
  );
  const none = Array<number>(n).fill(0);
  if (auto === "VALID") return { ...window, before: none, after: none, extra };
  if (!auto.startsWith("SAME") && ints(node, "output_shape") === undefined) return { ...window, extra };
  const from = fixedSpatial(b, node.inputs[0]!, node);
  const to = fixedSpatial(b, node.outputs[0]!, node);
  const before: number[] = [];
  const after: number[] = [];
  from.forEach((size, i) => {
    const total = Math.max(0, (size - 1) * window.strides[i]! + extra[i]! + extent(window, i) - to[i]!);
    const first = auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
    before.push(first);
    after.push(total - first);
  });
  return { ...window, before, after, extra };
}

const convTranspose: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [x = "", w = "", c = ""] = node.inputs;
  const { extra, ...window } = transposedWindow(b, node, w);
  const group = groupsOf(node);
  // Rows that only output_padding made see no weight.
  const space = extra.flatMap((e, i) => (e >= window.strides[i]! ? [i] : []));
  const dy = b.slice(
    d,
    space.map((i) => i + 2),
    space.map(() => 0),
    space.map((i) => -extra[i]!),
  );
  const [, w1] = b.shape(w);
  return [
    need[0] ? b.op("Conv", [dy, w], attributes(window, group)) : undefined,
    need[1] && w1 !== undefined ? weightGradient(b, dy, x, w, window, group, node) : undefined,
    need[2] && c !== "" ? bias(b, d) : undefined,
  ];
};

/** Columns are added into an image; each is what its tap sees of the image's gradient. */
const columns: GradientRule = (b, node, [d], need) => {
  if (d === undefined || !need[0]) return [];
  const [x = "", , blockInput = ""] = node.inputs;
  const kernel = b.integers(blockInput);
  if (kernel === undefined) {
    throw new OnnxError(`The gradient of ${describe(node)} needs its block_shape to be a constant.`);
  }
  const window = windowOf(b, node, kernel);
  const image = fixedSpatial(b, d, node);
  const to = image.map(
    (s, i) => Math.floor((s + window.before[i]! + window.after[i]! - extent(window, i)) / window.strides[i]!) + 1,
  );
  const input = padded(b, d, window);
  const lead = b.sizes(d).slice(0, 2);
  const parts = writtenTaps(kernel).map((tap) =>
    b.reshape(seen(b, input, tap, window, to), [...lead, 1, b.product(to)]),
  );
  return [b.reshapeLike(b.concat(parts, 2), x)];
};

/** Convolutions of one to three spatial dimensions. */
export const convolution: Readonly<Record<string, GradientRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Col2Im: columns,
};
