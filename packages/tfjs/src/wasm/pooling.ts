import { backend_util, type TensorInfo, type TypedArray } from "@tensorflow/tfjs-core";
import { type Call, Heap, type Kernel } from "./heap.ts";
import type { Routines } from "./simd.ts";
import { type Axis, source, type Windows, windows2d, windows3d, within } from "./window.ts";

interface PoolAttrs {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}
interface Pool3DAttrs extends Omit<PoolAttrs, "filterSize" | "strides"> {
  readonly filterSize: number | [number, number, number];
  readonly strides: number | [number, number, number];
}

/**
 * Calls `take` with the place of the largest element of every window, of the first of several equals as on the cpu
 * backend, and the place of its output. The built-in kernels start their search at the smallest positive float.
 */
function maxima(x: TypedArray, w: Windows, take: (best: number, at: number) => void): void {
  const [Z, Y, X] = w.axes;
  const c = w.inChannels;
  const right = X.dilation * c;
  const down = Y.dilation * X.in * c;
  const deep = Z.dilation * Y.in * X.in * c;
  let at = 0;
  for (let b = 0; b < w.batch; b++)
    for (let oz = 0; oz < Z.out; oz++) {
      const [z0, z1] = within(Z, oz);
      for (let oy = 0; oy < Y.out; oy++) {
        const [y0, y1] = within(Y, oy);
        for (let ox = 0; ox < X.out; ox++) {
          const [x0, x1] = within(X, ox);
          if (z0 === z1 || y0 === y1 || x0 === x1) {
            at += c; // a window of nothing but padding
            continue;
          }
          const first = (((b * Z.in + source(Z, oz, z0)) * Y.in + source(Y, oy, y0)) * X.in + source(X, ox, x0)) * c;
          for (let q = 0; q < c; q++) {
            let best = first + q;
            let most = x[best]!;
            for (let z = 0; z < z1 - z0; z++)
              for (let y = 0; y < y1 - y0; y++) {
                let i = first + q + z * deep + y * down;
                for (const end = i + (x1 - x0) * right; i < end; i += right) {
                  const value = x[i]!;
                  if (value > most) {
                    most = value;
                    best = i;
                  }
                }
              }
            take(best, at++);
          }
        }
      }
    }
}

/** Each output's gradient goes to where its window had its maximum. */
function maxPoolGradient({ inputs, backend }: Call, w: Windows): TensorInfo {
  const heap = new Heap(backend);
  const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo }; // the kernel's declared inputs
  const out = heap.alloc(input.shape);
  const dx = heap.floats(out).fill(0);
  const d = heap.floats(dy);
  const { routines } = heap;
  if (routines && input.dtype === "float32" && rowByRow(heap, routines, input, dy, out, w)) return out;
  maxima(heap.view(input), w, (best, at) => {
    dx[best]! += d[at]!;
  });
  return out;
}

/** The same four channels at a time, where windows hold no padding; otherwise it does nothing. */
function rowByRow(heap: Heap, routines: Routines, x: TensorInfo, dy: TensorInfo, dx: TensorInfo, w: Windows): boolean {
  const [Z, Y, X] = w.axes;
  const c = w.inChannels;
  const inside = (axis: Axis): boolean => axis.pad === 0 && (axis.out - 1) * axis.stride + axis.taps <= axis.in;
  if (c === 0 || c % 4 !== 0 || Z.in !== 1 || !inside(Y) || !inside(X)) return false;
  const offsets = Array.from({ length: Y.taps * X.taps }, (_, k) => (Math.floor(k / X.taps) * X.in + (k % X.taps)) * c);
  const row = routines.get("poolRow", offsets, c, X.stride * c);
  const [px, pd, po] = [heap.pointer(x), heap.pointer(dy), heap.pointer(dx)];
  const length = 4 * X.out * c;
  for (let b = 0; b < w.batch; b++)
    for (let y = 0; y < Y.out; y++) {
      const from = 4 * (b * Y.in + y * Y.stride) * X.in * c;
      const at = pd + (b * Y.out + y) * length;
      row(px + from, at, po + from, at + length);
    }
  return true;
}

export const maxPoolGrad: Kernel = (call) => {
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs as PoolAttrs; // as tfjs-core calls it
  const shape = call.inputs.input!.shape as [number, number, number, number];
  return maxPoolGradient(
    call,
    windows2d(backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)),
  );
};

export const maxPool3DGrad: Kernel = (call) => {
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs as Pool3DAttrs; // as tfjs-core calls it
  const shape = call.inputs.input!.shape as [number, number, number, number, number];
  return maxPoolGradient(
    call,
    windows3d(backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)),
  );
};

/** Built in, and wrong: the pool of negative numbers is 1.2e-38 there. Two-dimensional pooling is right. */
export const maxPool3D: Kernel = ({ inputs, attrs, backend }) => {
  const heap = new Heap(backend);
  const { x } = inputs as { x: TensorInfo }; // the kernel's declared input
  const { filterSize, strides, pad, dimRoundingMode } = attrs as Pool3DAttrs; // as tfjs-core calls it
  const shape = x.shape as [number, number, number, number, number];
  const info = backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const out = heap.like(x, info.outShape);
  const from = heap.view(x);
  const to = heap.view(out);
  maxima(from, windows3d(info), (best, at) => {
    to[at] = from[best]!;
  });
  return out;
};
