import type { backend_util } from "@tensorflow/tfjs-core";

/** How a window slides along one dimension. */
export interface Axis {
  readonly in: number;
  readonly out: number;
  /** Taps of the window. */
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first element. */
  readonly pad: number;
}

/** A convolution or pooling over depth, height and width; a two-dimensional one has depth 1. */
export interface Windows {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly axes: readonly [Axis, Axis, Axis];
}

const flat: Axis = { in: 1, out: 1, taps: 1, stride: 1, dilation: 1, pad: 0 };

const height = (i: backend_util.Conv2DInfo | backend_util.Conv3DInfo): Axis => ({
  in: i.inHeight,
  out: i.outHeight,
  taps: i.filterHeight,
  stride: i.strideHeight,
  dilation: i.dilationHeight,
  pad: i.padInfo.top,
});
const width = (i: backend_util.Conv2DInfo | backend_util.Conv3DInfo): Axis => ({
  in: i.inWidth,
  out: i.outWidth,
  taps: i.filterWidth,
  stride: i.strideWidth,
  dilation: i.dilationWidth,
  pad: i.padInfo.left,
});
const depth = (i: backend_util.Conv3DInfo): Axis => ({
  in: i.inDepth,
  out: i.outDepth,
  taps: i.filterDepth,
  stride: i.strideDepth,
  dilation: i.dilationDepth,
  pad: i.padInfo.front,
});

export const windows2d = (i: backend_util.Conv2DInfo): Windows => ({
  batch: i.batchSize,
  inChannels: i.inChannels,
  outChannels: i.outChannels,
  axes: [flat, height(i), width(i)],
});

export const windows3d = (i: backend_util.Conv3DInfo): Windows => ({
  batch: i.batchSize,
  inChannels: i.inChannels,
  outChannels: i.outChannels,
  axes: [depth(i), height(i), width(i)],
});

/** Where tap `k` of output `o` reads, which may be in the padding. */
export const source = (axis: Axis, o: number, k: number): number => o * axis.stride + k * axis.dilation - axis.pad;

/** The taps of output `o` that read an element and not padding: from, to (exclusive). */
export function within(axis: Axis, o: number): readonly [number, number] {
  const start = o * axis.stride - axis.pad;
  const from = start >= 0 ? 0 : Math.ceil(-start / axis.dilation);
  const to = Math.min(axis.taps, Math.ceil((axis.in - start) / axis.dilation));
  return [from, Math.max(from, to)];
}

/** The outputs whose tap `k` reads an element: from, to (exclusive). */
export function covered(axis: Axis, k: number): readonly [number, number] {
  const shift = axis.pad - k * axis.dilation;
  const from = Math.max(0, Math.ceil(shift / axis.stride));
  const to = Math.min(axis.out, Math.floor((axis.in - 1 + shift) / axis.stride) + 1);
  return [from, Math.max(from, to)];
}
