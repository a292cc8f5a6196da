import { OnnxError } from "../../errors.ts";
import { describe, int, ints, type Node, string } from "../../graph/node.ts";
import { range } from "../axes.ts";
import { entries, fewPlaces } from "../bounds.ts";
import type { Builder, Size } from "../builder.ts";

/** How a kernel moves over the spatial dimensions. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The stretch a kernel covers, holes included. */
export const extent = ({ kernel, dilations }: Window, i: number): number => (kernel[i]! - 1) * dilations[i]! + 1;

/** The sizes of the spatial dimensions where they are numbers. */
export function spatial(b: Builder, name: string): readonly number[] | undefined {
  const sizes = b.shape(name).slice(2);
  return sizes.every((s) => typeof s === "number") ? sizes : undefined;
}

/** The spatial sizes as numbers; an error that tells how to make them so. */
export function fixedSpatial(b: Builder, name: string, node: Node): number[] {
  return range(b.rank(name) - 2, 2).map((axis) => b.fixed(name, axis, node));
}

/** The window of a convolution or pooling whose kernel has these sizes, automatic padding worked out. */
export function windowOf(b: Builder, node: Node, kernel: readonly number[]): Window {
  const n = kernel.length;
  const strides = ints(node, "strides") ?? Array<number>(n).fill(1);
  const dilations = ints(node, "dilations") ?? Array<number>(n).fill(1);
  const auto = string(node, "auto_pad", "NOTSET");
  const pads =
    auto === "NOTSET" || auto === ""
      ? (ints(node, "pads") ?? Array<number>(2 * n).fill(0))
      : Array<number>(2 * n).fill(0);
  const window = { kernel, strides, dilations, before: pads.slice(0, n), after: pads.slice(n) };
  if (!auto.startsWith("SAME")) return window;
  const from = fixedSpatial(b, node.inputs[0]!, node);
  const before: number[] = [];
  const after: number[] = [];
  from.forEach((size, i) => {
    const stride = strides[i]!;
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent(window, i) - size);
    const first = auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
    before.push(first);
    after.push(total - first);
  });
  return { ...window, before, after };
}

/** The kernel of a convolution: an attribute, or the sizes of its weights. */
export function kernelOf(b: Builder, node: Node, weights: string): number[] {
  return ints(node, "kernel_shape") ?? fixedSpatial(b, weights, node);
}

/** The kernel of a pooling. */
export function poolKernel(node: Node): number[] {
  const kernel = ints(node, "kernel_shape");
  if (kernel !== undefined) return kernel;
  throw new OnnxError(`${describe(node)} has no kernel_shape.`);
}

export const groupsOf = (node: Node): number => int(node, "group", 1);

/** Every position within a kernel, the last dimension fastest. */
export function taps(kernel: readonly number[]): number[][] {
  entries(kernel.reduce((n, k) => n * k, 1));
  return kernel.reduce<number[][]>((all, k) => all.flatMap((tap) => range(k).map((i) => [...tap, i])), [[]]);
}

/** Every position within a kernel, for a gradient that appends nodes for each of them. */
export function writtenTaps(kernel: readonly number[]): number[][] {
  fewPlaces(kernel.reduce((n, k) => n * k, 1));
  return taps(kernel);
}

/** The attributes of a (transposed) convolution with this window. */
export function convolution(window: Window, group: number): Record<string, number | number[]> {
  return {
    kernel_shape: [...window.kernel],
    strides: [...window.strides],
    dilations: [...window.dilations],
    pads: [...window.before, ...window.after],
    ...(group === 1 ? {} : { group }),
  };
}

/** [n, c, h, w] taken apart into [n, c, h / k, k, w / k, k]; `sizes` counts the windows. */
export const apart = (lead: readonly Size[], sizes: readonly number[], kernel: readonly number[]): Size[] => [
  ...lead,
  ...sizes.flatMap((s, i) => [s, kernel[i]!]),
];

/** Zeros between the elements: a stride backwards. */
export function dilated(
  b: Builder,
  x: string,
  strides: readonly number[],
  to: readonly number[],
  reach: readonly number[],
): string {
  if (strides.every((s) => s === 1)) return x;
  const lead = b.sizes(x).slice(0, 2);
  const split = b.reshape(
    x,
    apart(
      lead,
      to,
      strides.map(() => 1),
    ),
  );
  const zeros = Array<number>(2 + 2 * to.length).fill(0);
  const filled = b.pad(split, zeros, [0, 0, ...strides.flatMap((s) => [0, s - 1])]);
  const joined = b.reshape(filled, [...lead, ...to.map((t, i) => t * strides[i]!)]);
  const cut = range(to.length, 2).filter((i) => strides[i - 2]! > 1);
  return b.slice(
    joined,
    cut,
    cut.map(() => 0),
    cut.map((i) => reach[i - 2]!),
  );
}
