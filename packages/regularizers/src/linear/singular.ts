import { dot, norm, type Rows } from "../vector.ts";
import { rotation } from "./eigen.ts";

/** A matrix as Σ values[k] · left[k] right[k]ᵀ, over the shorter side. */
export interface Singular {
  readonly values: Float64Array;
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

const SWEEPS = 60;

/** The singular values by Jacobi's one-sided rotations, which keep small ones exact (Golub & Van Loan, § 8.6.3). */
export function singular(matrix: Float64Array, { rows, cols }: Rows): Singular {
  const tall = rows >= cols;
  const [count, length] = tall ? [cols, rows] : [rows, cols];
  // The shorter side's vectors are turned until they are orthogonal; what turned them is the other side.
  const vectors = Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length }, (_, i) => (tall ? matrix[i * cols + k]! : matrix[k * cols + i]!)),
  );
  const turns = Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: count }, (_, i) => (i === k ? 1 : 0)),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < count; p++)
      for (let q = p + 1; q < count; q++) {
        const [x, y] = [vectors[p]!, vectors[q]!];
        const product = dot(x, y);
        if (product === 0 || Math.abs(product) <= Number.EPSILON * norm(x) * norm(y)) continue;
        rotated = true;
        const [c, s] = rotation(dot(x, x), dot(y, y), product);
        for (const [a, b] of [
          [x, y],
          [turns[p]!, turns[q]!],
        ] as const)
          for (let i = 0; i < a.length; i++) {
            const [u, v] = [a[i]!, b[i]!];
            a[i] = c * u - s * v;
            b[i] = s * u + c * v;
          }
      }
    if (!rotated) break;
  }
  const values = Float64Array.from(vectors, norm);
  const units = vectors.map((v, k) => (values[k]! > 0 ? v.map((x) => x / values[k]!) : v));
  // turns[k] holds, for vector k, its weights over the original ones.
  return { values, left: tall ? units : turns, right: tall ? turns : units };
}
