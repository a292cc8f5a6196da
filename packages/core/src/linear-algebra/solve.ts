import type { Dense } from "./dense.ts";

/** Adds `by` times `count` numbers of `from` to those of `to`. */
function add(to: Float64Array, at: number, by: number, from: Float64Array, first: number, count: number): void {
  for (let k = 0; k < count; k++) to[at + k] = to[at + k]! + by * from[first + k]!;
}

/** x of a @ x = b, by elimination with pivots by column. Not finite where `a` is singular. */
export function solve(a: Dense, b: Dense): Dense {
  const n = a.rows;
  const { cols } = b;
  const left = a.data.slice();
  const x = b.data.slice();
  const swap = (m: Float64Array, width: number, i: number, j: number): void => {
    const row = m.slice(i * width, (i + 1) * width);
    m.copyWithin(i * width, j * width, (j + 1) * width);
    m.set(row, j * width);
  };
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(left[i * n + k]!) > Math.abs(left[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      swap(left, n, k, pivot);
      swap(x, cols, k, pivot);
    }
    for (let i = k + 1; i < n; i++) {
      const factor = -left[i * n + k]! / left[k * n + k]!;
      add(left, i * n + k, factor, left, k * n + k, n - k);
      add(x, i * cols, factor, x, k * cols, cols);
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let i = k + 1; i < n; i++) add(x, k * cols, -left[k * n + i]!, x, i * cols, cols);
    for (let j = 0; j < cols; j++) x[k * cols + j] = x[k * cols + j]! / left[k * n + k]!;
  }
  return { rows: n, cols, data: x };
}
