import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { covered, source, type Windows } from "../window.ts";

/** Elements of the column matrix in work at a time: enough for fast products, little enough to stay near the cache. */
export const COLUMNS: number = 2 ** 20;

/** The gradient by the input as a matrix product, whose columns are added where they came from. */
export function inputGradientByColumns(
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
