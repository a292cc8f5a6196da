import { type Dense, orient, turned } from "./dense.ts";
import { eigen } from "./eigen.ts";
import { fours, gathered, type InnerLoops, spread, strideOf } from "./inner-loops.ts";
import { qr } from "./qr.ts";

/** left @ right. */
export function times(left: Dense, right: Dense, loops: InnerLoops): Dense {
  const { rows, cols: inner } = left;
  const { cols } = right;
  const [aStride, bStride] = [strideOf(inner), strideOf(cols)];
  const [a, b, into] = [0, rows * aStride, rows * aStride + inner * bStride];
  const x = loops.open(into + rows * bStride);
  spread(left.data, inner, x, a, aStride);
  spread(right.data, cols, x, b, bStride);
  loops.multiply({ a, aStride, b, bStride, into, intoStride: bStride, rows, inner, cols: fours(cols) });
  return { rows, cols, data: gathered(x, into, bStride, rows, cols) };
}

/**
 * The first `count` left singular vectors as columns, those of the largest singular values first; each one's largest
 * element is positive. Those of singular values below 1e-8 of the largest are arbitrary, but orthonormal.
 */
export function leftSingular(a: Dense, count: number, loops: InnerLoops): Dense {
  const tall = a.rows > a.cols;
  const { vectors } = eigen(tall ? times(turned(a), a, loops) : times(a, turned(a), loops), loops);
  const n = vectors.rows;
  const first = new Float64Array(count * n);
  for (let k = 0; k < count; k++) first.set(vectors.data.subarray((n - 1 - k) * n, (n - k) * n), k * n);
  const columns = turned({ rows: count, cols: n, data: first });
  if (!tall) return columns;
  const q = turned(qr(times(a, columns, loops), loops));
  orient(q);
  return turned(q);
}

/** a^(-1/degree) of a symmetric matrix. Directions in which it is not positive are left out. */
export function inverseRoot(a: Dense, degree: number, loops: InnerLoops): Dense {
  const { values, vectors } = eigen(a, loops);
  const n = a.rows;
  const least = n * Number.EPSILON * Math.abs(values[n - 1] ?? 0);
  const scaled = vectors.data.slice();
  for (let k = 0; k < n; k++) {
    const factor = values[k]! > least ? values[k]! ** (-1 / degree) : 0;
    for (let i = 0; i < n; i++) scaled[k * n + i] = scaled[k * n + i]! * factor;
  }
  return times(turned(vectors), { rows: n, cols: n, data: scaled }, loops);
}
