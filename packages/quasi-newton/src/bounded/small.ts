/** The solution of a small square system by elimination with pivots; undefined where the matrix is singular. */
export function eliminated(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const n = right.length;
  const [a, x] = [matrix.slice(), right.slice()];
  for (let j = 0; j < n; j++) {
    let pivot = j;
    for (let i = j + 1; i < n; i++) if (Math.abs(a[i * n + j]!) > Math.abs(a[pivot * n + j]!)) pivot = i;
    if (!(Math.abs(a[pivot * n + j]!) > 0)) return undefined;
    if (pivot !== j) {
      for (let k = j; k < n; k++) [a[j * n + k], a[pivot * n + k]] = [a[pivot * n + k]!, a[j * n + k]!];
      [x[j], x[pivot]] = [x[pivot]!, x[j]!];
    }
    for (let i = j + 1; i < n; i++) {
      const by = a[i * n + j]! / a[j * n + j]!;
      if (by === 0) continue;
      for (let k = j; k < n; k++) a[i * n + k]! -= by * a[j * n + k]!;
      x[i]! -= by * x[j]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= a[i * n + k]! * x[k]!;
    x[i]! /= a[i * n + i]!;
  }
  return x.every(Number.isFinite) ? x : undefined;
}

/** A small square matrix times a vector. */
export function times(matrix: Float64Array, v: Float64Array): Float64Array {
  const n = v.length;
  return v.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * v[j]!;
    return sum;
  });
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
