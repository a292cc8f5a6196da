import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Heap, type Kernel } from "./heap.ts";
import type { Loops } from "./simd.ts";
import { covered, source, type Windows, windows2d, windows3d } from "./window.ts";

type Pad = "valid" | "same" | number | backend_util.ExplicitPadding;
type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];
interface ConvAttrs {
  readonly strides: number | [number, number];
  readonly pad: Pad;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape: Shape4;
  readonly filterShape: Shape4;
}

function conv2dInfo(x: Shape4, filter: Shape4, { strides, pad, dataFormat, dimRoundingMode }: ConvAttrs) {
  if (dataFormat === "NCHW") throw new Error("Convolutions on the wasm backend are NHWC (channelsLast).");
  return backend_util.computeConv2DInfo(x, filter, strides, 1, pad, dimRoundingMode, false, "channelsLast");
}

/** A copy of `x` [n, h, w, c] inside a frame of zeros; negative margins cut off. */
function frame(heap: Heap, x: TensorInfo, top: number, left: number, height: number, width: number): TensorInfo {
  const [n, h, w, c] = x.shape as Shape4; // callers pass images
  const out = heap.alloc([n, height, width, c]);
  const from = heap.floats(x);
  const to = heap.floats(out).fill(0);
  const x0 = Math.max(0, -left);
  const run = (Math.min(w, width - left) - x0) * c;
  if (run <= 0) return out;
  for (let b = 0; b < n; b++)
    for (let y = Math.max(0, -top); y < Math.min(h, height - top); y++) {
      const i = ((b * h + y) * w + x0) * c;
      to.set(from.subarray(i, i + run), ((b * height + y + top) * width + x0 + left) * c);
    }
  return out;
}

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
  const { loops } = heap;
  const out = loops
    ? filterGradientByTiles(heap, loops, whole, dy, w)
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
function filterGradientByTiles(heap: Heap, loops: Loops, x: TensorInfo, dy: TensorInfo, w: Windows): TensorInfo {
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
              const tile = loops.get(
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

/**
 * The gradient of a convolution by its input. At stride 1 it is a convolution with the filter turned round, which runs
 * an order of magnitude faster than the built-in kernel; at other strides a matrix product whose columns are added where
 * they came from.
 */
export const conv2DBackpropInput: Kernel = (call) => {
  const { inputs, attrs, backend } = call;
  const heap = new Heap(backend);
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }; // the kernel's declared inputs
  const { inputShape } = attrs as ConvAttrs; // as tfjs-core calls it
  const i = conv2dInfo(inputShape, filter.shape as Shape4, attrs as ConvAttrs);
  const w = windows2d(i);
  const [, Y, X] = w.axes;
  if (Y.stride !== 1 || X.stride !== 1) return inputGradientByColumns(heap, dy, filter, inputShape, w);
  const turned = turn(heap, filter.shape as Shape4, heap.floats(filter));
  const margins = [
    [Y.taps - 1 - Y.pad, Y.in - Y.out + Y.pad],
    [X.taps - 1 - X.pad, X.in - X.out + X.pad],
  ] as const;
  const run = (x: TensorInfo, pad: Pad): TensorInfo =>
    heap.run("Conv2D", { x, filter: turned }, { strides: 1, pad, dataFormat: "NHWC", dilations: 1 });
  let out: TensorInfo;
  if (margins.every(([before, after]) => before >= 0 && after >= 0))
    out = run(dy, [[0, 0], [...margins[0]], [...margins[1]], [0, 0]]);
  else {
    // Padding wider than the filter: some rows of dy belong to windows of padding only.
    const framed = frame(heap, dy, margins[0][0], margins[1][0], Y.in + Y.taps - 1, X.in + X.taps - 1);
    out = run(framed, "valid");
    heap.free(framed);
  }
  heap.free(turned);
  return out;
};

/** [h, w, in, out] → [h, w, out, in] with rows and columns reversed. */
function turn(heap: Heap, [h, w, ci, co]: Shape4, from: Float32Array): TensorInfo {
  const copy = Float32Array.from(from); // the allocation below may move the heap
  const out = heap.alloc([h, w, co, ci]);
  const to = heap.floats(out);
  let i = 0;
  for (let k = h * w - 1; k >= 0; k--)
    for (let a = 0; a < ci; a++) for (let b = 0; b < co; b++) to[(k * co + b) * ci + a] = copy[i++]!;
  return out;
}

/** Elements of the column matrix in work at a time: enough for fast products, little enough to stay near the cache. */
const COLUMNS = 2 ** 20;

function inputGradientByColumns(
  heap: Heap,
  dy: TensorInfo,
  filter: TensorInfo,
  inputShape: readonly number[],
  w: Windows,
): TensorInfo {
  const [Z, Y, X] = w.axes;
  const ci = w.inChannels;
  const taps = Z.taps * Y.taps * X.taps;
  const places = Z.out * Y.out * X.out;
  const chunk = Math.max(1, Math.min(w.batch, Math.floor(COLUMNS / (places * taps * ci))));
  const out = heap.alloc(inputShape);
  heap.floats(out).fill(0);
  const matrix: TensorInfo = { dataId: filter.dataId, dtype: filter.dtype, shape: [taps * ci, w.outChannels] };
  const across = heap.run("Transpose", { x: matrix }, { perm: [1, 0] });
  across.shape = [1, w.outChannels, taps * ci];
  for (let start = 0; start < w.batch; start += chunk) {
    const images = Math.min(chunk, w.batch - start);
    const rows = images * places;
    const part = heap.alloc([1, rows, w.outChannels]);
    const first = start * places * w.outChannels;
    heap.floats(part).set(heap.floats(dy).subarray(first, first + rows * w.outChannels));
    const columns = heap.run("BatchMatMul", { a: part, b: across }, { transposeA: false, transposeB: false });
    const from = heap.floats(columns);
    const to = heap.floats(out);
    for (let kz = 0, tap = 0; kz < Z.taps; kz++) {
      const [z0, z1] = covered(Z, kz);
      for (let ky = 0; ky < Y.taps; ky++) {
        const [y0, y1] = covered(Y, ky);
        for (let kx = 0; kx < X.taps; kx++, tap++) {
          const [x0, x1] = covered(X, kx);
          for (let b = 0; b < images; b++)
            for (let oz = z0; oz < z1; oz++)
              for (let oy = y0; oy < y1; oy++) {
                const row = ((b * Z.out + oz) * Y.out + oy) * X.out;
                const line = (((start + b) * Z.in + source(Z, oz, kz)) * Y.in + source(Y, oy, ky)) * X.in;
                for (let ox = x0; ox < x1; ox++) {
                  let i = ((row + ox) * taps + tap) * ci;
                  let o = (line + source(X, ox, kx)) * ci;
                  for (const end = o + ci; o < end; ) to[o++]! += from[i++]!;
                }
              }
        }
      }
    }
    heap.free(part, columns);
  }
  heap.free(across);
  return out;
}

interface Conv3DAttrs {
  readonly strides: number | [number, number, number];
  readonly pad: "valid" | "same";
  readonly inputShape: Shape5;
  readonly filterShape: Shape5;
}

/** Built in, and wrong: it drops windows whose output lies deeper than the filter is. */
export const conv3DBackpropInput: Kernel = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }; // the kernel's declared inputs
  const { strides, pad, inputShape } = attrs as Conv3DAttrs; // as tfjs-core calls it
  const i = backend_util.computeConv3DInfo(inputShape, filter.shape as Shape5, strides, 1, pad);
  return inputGradientByColumns(new Heap(backend), dy, filter, inputShape, windows3d(i));
};

/** Built in, and wrong at strides above 1: it drops the last window of a dimension. */
export const conv3DBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const heap = new Heap(backend);
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }; // the kernel's declared inputs
  const { strides, pad, filterShape } = attrs as Conv3DAttrs; // as tfjs-core calls it
  const w = windows3d(backend_util.computeConv3DInfo(x.shape as Shape5, filterShape, strides, 1, pad));
  const [Z, Y, X] = w.axes;
  const ci = w.inChannels;
  const co = w.outChannels;
  const rows = Z.taps * Y.taps * X.taps * ci;
  const places = Z.out * Y.out * X.out;
  const chunk = Math.max(1, Math.min(w.batch, Math.floor(COLUMNS / (places * rows))));
  const sum = new Float64Array(rows * co);
  for (let start = 0; start < w.batch; start += chunk) {
    const images = Math.min(chunk, w.batch - start);
    const width = images * places;
    const columns = heap.alloc([1, rows, width]);
    const part = heap.alloc([1, width, co]);
    const first = start * places * co;
    heap.floats(part).set(heap.floats(dy).subarray(first, first + width * co));
    const from = heap.floats(x);
    const to = heap.floats(columns).fill(0);
    for (let kz = 0, row = 0; kz < Z.taps; kz++)
      for (let ky = 0; ky < Y.taps; ky++)
        for (let kx = 0; kx < X.taps; kx++)
          for (let q = 0; q < ci; q++, row++) {
            const [z0, z1] = covered(Z, kz);
            const [y0, y1] = covered(Y, ky);
            const [x0, x1] = covered(X, kx);
            for (let b = 0; b < images; b++)
              for (let oz = z0; oz < z1; oz++)
                for (let oy = y0; oy < y1; oy++) {
                  const line = (((start + b) * Z.in + source(Z, oz, kz)) * Y.in + source(Y, oy, ky)) * X.in;
                  const place = row * width + ((b * Z.out + oz) * Y.out + oy) * X.out;
                  for (let ox = x0; ox < x1; ox++) to[place + ox] = from[(line + source(X, ox, kx)) * ci + q]!;
                }
          }
    const product = heap.run("BatchMatMul", { a: columns, b: part }, { transposeA: false, transposeB: false });
    heap.floats(product).forEach((value, k) => {
      sum[k]! += value;
    });
    heap.free(columns, part, product);
  }
  const out = heap.alloc(filterShape);
  heap.floats(out).set(sum);
  return out;
};

interface DepthwiseAttrs extends ConvAttrs {
  readonly dilations: number | [number, number];
}

const depthwiseInfo = (x: Shape4, filter: Shape4, { strides, dilations, pad, dimRoundingMode }: DepthwiseAttrs) =>
  backend_util.computeConv2DInfo(x, filter, strides, dilations, pad, dimRoundingMode, true);

/** Calls `line` for every run of outputs along x that one tap of a depthwise filter serves. */
function depthwiseLines(
  { batch, axes: [, Y, X] }: Windows,
  line: (tap: number, output: number, input: number, count: number) => void,
): void {
  for (let ky = 0; ky < Y.taps; ky++) {
    const [y0, y1] = covered(Y, ky);
    for (let kx = 0; kx < X.taps; kx++) {
      const [x0, x1] = covered(X, kx);
      if (x0 === x1) continue;
      for (let b = 0; b < batch; b++)
        for (let oy = y0; oy < y1; oy++) {
          const output = (b * Y.out + oy) * X.out + x0;
          const input = (b * Y.in + source(Y, oy, ky)) * X.in + source(X, x0, kx);
          line(ky * X.taps + kx, output, input, x1 - x0);
        }
    }
  }
}

/** The wasm backend lacks it. Sums are taken in double precision. */
export const depthwiseBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const heap = new Heap(backend);
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }; // the kernel's declared inputs
  const { filterShape } = attrs as DepthwiseAttrs; // as tfjs-core calls it
  const w = windows2d(depthwiseInfo(x.shape as Shape4, filterShape, attrs as DepthwiseAttrs));
  const [, , ci, multiplier] = filterShape;
  const out = heap.alloc(filterShape);
  const xs = heap.floats(x);
  const ds = heap.floats(dy);
  const sum = new Float64Array(filterShape.reduce((a, b) => a * b, 1));
  const co = ci * multiplier;
  const step = w.axes[2].stride * ci;
  depthwiseLines(w, (tap, output, input, count) => {
    let d = output * co;
    let from = input * ci;
    for (let n = 0; n < count; n++, from += step) {
      let s = tap * co;
      for (let q = 0; q < ci; q++) {
        const value = xs[from + q]!;
        for (let m = 0; m < multiplier; m++) sum[s++]! += value * ds[d++]!;
      }
    }
  });
  heap.floats(out).set(sum);
  return out;
};

/** The wasm backend lacks it. */
export const depthwiseBackpropInput: Kernel = ({ inputs, attrs, backend }) => {
  const heap = new Heap(backend);
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }; // the kernel's declared inputs
  const { inputShape } = attrs as DepthwiseAttrs; // as tfjs-core calls it
  const w = windows2d(depthwiseInfo(inputShape, filter.shape as Shape4, attrs as DepthwiseAttrs));
  const [, , ci, multiplier] = filter.shape as Shape4;
  const out = heap.alloc(inputShape);
  const ds = heap.floats(dy);
  const fs = heap.floats(filter);
  const dx = heap.floats(out).fill(0);
  const co = ci * multiplier;
  const step = w.axes[2].stride * ci;
  depthwiseLines(w, (tap, output, input, count) => {
    let d = output * co;
    let to = input * ci;
    for (let n = 0; n < count; n++, to += step) {
      let f = tap * co;
      for (let q = 0; q < ci; q++) {
        let value = 0;
        for (let m = 0; m < multiplier; m++) value += fs[f++]! * ds[d++]!;
        dx[to + q]! += value;
      }
    }
  });
  return out;
};
