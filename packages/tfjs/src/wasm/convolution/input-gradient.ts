import type { TensorInfo } from "@tensorflow/tfjs-core";
import { Heap, type Kernel } from "../heap.ts";
import { windows2d } from "../window.ts";
import { inputGradientByColumns } from "./columns.ts";
import { type ConvAttrs, conv2dInfo, frame, type Pad, type Shape4 } from "./layout.ts";

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
