/** Eigenvalues of a symmetric matrix with their vectors, in no order. */
export interface Eigen {
  readonly values: Float64Array;
  /** `vectors[k]` belongs to `values[k]` and has length 1. */
  readonly vectors: readonly Float64Array[];
}

/** Sweeps after which every symmetric matrix seen has long converged; ten are usual. */
const SWEEPS = 60;

/**
 * The eigenvalues of a symmetric matrix by Jacobi's rotations: slower than QR on large matrices, exact to the last digits on
 * every one (Golub & Van Loan, § 8.5).
 */
export function eigenSymmetric(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const vectors = Array.from({ length: n }, (_, k) => Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        const size = Math.abs(a[p * n + p]!) + Math.abs(a[q * n + q]!);
        if (Math.abs(apq) <= Number.EPSILON * 0.01 * size || apq === 0) continue;
        rotated = true;
        const [c, s] = rotation(a[p * n + p]!, a[q * n + q]!, apq);
        for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, c, s);
        for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, c, s);
        for (let k = 0; k < n; k++) {
          const [x, y] = [vectors[p]![k]!, vectors[q]![k]!];
          vectors[p]![k] = c * x - s * y;
          vectors[q]![k] = s * x + c * y;
        }
      }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: n }, (_, k) => a[k * n + k]!), vectors };
}

/** The cosine and sine that make the off-diagonal of [[app, apq], [apq, aqq]] zero. */
export function rotation(app: number, aqq: number, apq: number): readonly [cos: number, sin: number] {
  const theta = (aqq - app) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  return [c, t * c];
}

function turn(a: Float64Array, i: number, j: number, c: number, s: number): void {
  const [x, y] = [a[i]!, a[j]!];
  a[i] = c * x - s * y;
  a[j] = s * x + c * y;
}
