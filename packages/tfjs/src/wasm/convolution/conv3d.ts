import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Heap, type Kernel } from "../heap.ts";
import { covered, source, windows3d } from "../window.ts";
import { COLUMNS, inputGradientByColumns } from "./columns.ts";

type Shape5 = [number, number, number, number, number];
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
