import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Heap, type Kernel } from "../heap.ts";
import { covered, source, type Windows, windows2d } from "../window.ts";
import type { ConvAttrs, Shape4 } from "./layout.ts";

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
