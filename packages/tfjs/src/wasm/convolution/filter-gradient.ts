import type { TensorInfo } from "@tensorflow/tfjs-core";
import { Heap, type Kernel } from "../heap.ts";
import type { Routines } from "../simd.ts";
import { type Windows, windows2d } from "../window.ts";
import { type ConvAttrs, conv2dInfo, frame, type Shape4 } from "./layout.ts";

/** The gradient of a convolution by its filter, which the wasm backend lacks (tensorflow/tfjs#8474). */
export const conv2DBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const heap = new Heap(backend);
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }; // the kernel's declared inputs
  const { filterShape } = attrs as ConvAttrs; // as tfjs-core calls it
  const w = windows2d(conv2dInfo(x.shape as Shape4, filterShape, attrs as ConvAttrs));
  const [, Y, X] = w.axes;
  // Just the rows and columns that windows touch, padding among them.
  const height = (Y.out - 1) * Y.stride + Y.taps;
  const width = (X.out - 1) * X.stride + X.taps;
  const framed = height !== Y.in || width !== X.in || Y.pad !== 0 || X.pad !== 0;
  const whole = framed ? frame(heap, x, Y.pad, X.pad, height, width) : x;
  const { routines } = heap;
  const out = routines
    ? filterGradientByTiles(heap, routines, whole, dy, w)
    : filterGradientByConvolution(heap, whole, dy, w);
  if (framed) heap.free(whole);
  return out;
};

/** A convolution itself: of x with batch and channels swapped, by dy with them moved, dilated by the forward stride. */
function filterGradientByConvolution(
  heap: Heap,
  x: TensorInfo,
  dy: TensorInfo,
  { axes: [, Y, X] }: Windows,
): TensorInfo {
  const swapped = heap.run("Transpose", { x }, { perm: [3, 1, 2, 0] });
  const moved = heap.run("Transpose", { x: dy }, { perm: [1, 2, 0, 3] });
  const dilations = [Y.stride, X.stride];
  const result = heap.run(
    "Conv2D",
    { x: swapped, filter: moved },
    { strides: 1, pad: "valid", dataFormat: "NHWC", dilations },
  );
  const out = heap.run("Transpose", { x: result }, { perm: [1, 2, 0, 3] });
  heap.free(swapped, moved, result);
  return out;
}

/** A row of x under the filter against two vectors of channels: what fits sixteen registers. */
const TILE_ROWS = 5;
/** Floats of dy that stay in the first-level cache while the tiles of a filter pass over them. */
const NEAR = 4096;
/** How often float32 sums are put away into float64 ones in the course of a batch. */
const FLUSHES = 16;

/**
 * Sums of outer products, tile by tile of the filter: along one row of the filter the numbers of x that meet an output
 * lie side by side, so nothing need be gathered.
 */
function filterGradientByTiles(heap: Heap, routines: Routines, x: TensorInfo, dy: TensorInfo, w: Windows): TensorInfo {
  const [, Y, X] = w.axes;
  const { batch, inChannels: ci, outChannels: co } = w;
  const channels = 4 * Math.ceil(co / 4);
  const [, height, width] = x.shape as Shape4; // an image
  const d = channels === co ? dy : widen(heap, dy, co, channels);
  const line = X.taps * ci;
  const part = heap.alloc([Y.taps * line, channels]);
  const sum = new Float64Array(Y.taps * line * channels);
  const pieces = Math.ceil(line / TILE_ROWS);
  const starts = Array.from({ length: pieces + 1 }, (_, i) => Math.floor((i * line) / pieces));
  const rows = Math.max(1, Math.min(Y.out, Math.floor(NEAR / (X.out * channels))));
  const images = Math.ceil(batch / FLUSHES);
  const [px, pd, pw] = [heap.pointer(x), heap.pointer(d), heap.pointer(part)];
  for (let first = 0; first < batch; first += images) {
    const floats = heap.floats(part).fill(0);
    for (let b = first; b < Math.min(batch, first + images); b++)
      for (let y = 0; y < Y.out; y += rows) {
        const count = Math.min(rows, Y.out - y);
        const fromDy = pd + 4 * (b * Y.out + y) * X.out * channels;
        for (let k = 0; k < Y.taps; k++)
          for (let i = 0; i < pieces; i++) {
            const start = starts[i]!;
            const taps = starts[i + 1]! - start;
            const fromX = px + 4 * ((b * height + y * Y.stride + k) * width * ci + start);
            const to = pw + 4 * (k * line + start) * channels;
            for (let c = 0; c < channels; c += 8) {
              const vectors = channels - c > 4 ? 2 : 1;
              const tile = routines.get(
                "filterTile",
                taps,
                vectors,
                X.out,
                X.stride * ci,
                Y.stride * width * ci,
                channels,
              );
              tile(fromX, fromDy + 4 * c, to + 4 * c, count);
            }
          }
      }
    for (let i = 0; i < sum.length; i++) sum[i]! += floats[i]!;
  }
  heap.free(part);
  if (d !== dy) heap.free(d);
  const out = heap.alloc([Y.taps, X.taps, ci, co]);
  const to = heap.floats(out);
  if (channels === co) to.set(sum);
  else for (let r = 0; r < Y.taps * line; r++) to.set(sum.subarray(r * channels, r * channels + co), r * co);
  return out;
}

/** A copy with room for more channels, zero. */
function widen(heap: Heap, x: TensorInfo, from: number, to: number): TensorInfo {
  const rows = x.shape.reduce((n, d) => n * d, 1) / from;
  const out = heap.alloc([rows, to]);
  const a = heap.floats(x);
  const b = heap.floats(out).fill(0);
  for (let r = 0; r < rows; r++) for (let c = 0; c < from; c++) b[r * to + c] = a[r * from + c]!;
  return out;
}
