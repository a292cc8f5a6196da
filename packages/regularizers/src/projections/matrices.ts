import { OptimizerError } from "@descent/core";
import { knownOptions, oneOf, positive } from "@descent/core/adapter";
import { eigenSymmetric } from "../linear/eigen.ts";
import { singular } from "../linear/singular.ts";
import { copyOf, matrixShape, norm, type Vector } from "../vector.ts";

/** Options of `projectMaxNorm` and `projectUnitNorm`. */
export interface UnitsOptions {
  /** [rows, cols] of the matrix whose numbers `x` lists row by row. */
  readonly shape: readonly [number, number];
  /** Whether a unit's weights are a row, as torch stores them, or a column, as Keras does. */
  readonly units: "rows" | "columns";
}

/** Options of `projectMaxNorm`. */
export interface MaxNormOptions extends UnitsOptions {
  /** The greatest length of a unit's weights, above 0. */
  readonly max: number;
}

/**
 * The nearest matrix whose units' weights have length at most `max`, which lets dropout train at high rates (Srivastava et
 * al., JMLR 2014). Throws if the shape does not fit.
 */
export function projectMaxNorm(x: Vector, options: MaxNormOptions): Float64Array {
  const where = "projectMaxNorm";
  const { max, ...units } = knownOptions(where, options, ["shape", "units", "max"]);
  positive(where, { max });
  return byUnit(where, x, units, (length) => (length <= max ? 1 : max / length));
}

/** The nearest matrix whose units' weights have length 1; those that are all zeros stay so. Throws if the shape does not fit. */
export function projectUnitNorm(x: Vector, options: UnitsOptions): Float64Array {
  const where = "projectUnitNorm";
  return byUnit(where, x, knownOptions(where, options, ["shape", "units"]), (length) => (length > 0 ? 1 / length : 1));
}

function byUnit(
  where: string,
  x: Vector,
  { shape, units }: UnitsOptions,
  factor: (length: number) => number,
): Float64Array {
  oneOf(where, { units }, ["rows", "columns"]);
  const point = copyOf(where, x);
  const { rows, cols } = matrixShape(where, point, shape);
  const [count, inside] = units === "rows" ? [rows, cols] : [cols, rows];
  const place = (unit: number, i: number): number => (units === "rows" ? unit * cols + i : i * cols + unit);
  for (let unit = 0; unit < count; unit++) {
    const by = factor(norm(Float64Array.from({ length: inside }, (_, i) => point[place(unit, i)]!)));
    if (by !== 1) for (let i = 0; i < inside; i++) point[place(unit, i)]! *= by;
  }
  return point;
}

/**
 * The nearest symmetric matrix without negative eigenvalues (Higham 1988), of a square matrix whose numbers `x` lists row by
 * row. n³. Throws if `x` is not square.
 */
export function projectPsd(x: Vector): Float64Array {
  const where = "projectPsd";
  const point = copyOf(where, x);
  const n = Math.round(Math.sqrt(point.length));
  if (n * n !== point.length)
    throw new OptimizerError(`\`${where}\` needs a square matrix; \`x\` has ${point.length} numbers.`);
  const symmetric = point.map((v, k) => (v + point[(k % n) * n + Math.floor(k / n)]!) / 2);
  const { values, vectors } = eigenSymmetric(symmetric, n);
  if (values.every((v) => v >= 0)) return symmetric;
  const result = new Float64Array(n * n);
  for (const [k, vector] of vectors.entries())
    if (values[k]! > 0)
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) result[i * n + j]! += values[k]! * vector[i]! * vector[j]!;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) result[i * n + j] = result[j * n + i]!;
  return result;
}

/** Options of `projectAffine`. */
export interface AffineOptions {
  /** One row per equation, row by row. */
  readonly matrix: Vector;
  /** The right-hand side, one number per equation. */
  readonly rhs: Vector;
}

/**
 * The nearest point with matrix · x = rhs: x − A⁺(Ax − b), by singular values, so equations may repeat each other.
 * Throws if they contradict each other or their number does not fit.
 */
export function projectAffine(x: Vector, options: AffineOptions): Float64Array {
  const where = "projectAffine";
  const { matrix, rhs } = knownOptions(where, options, ["matrix", "rhs"]);
  const point = copyOf(where, x);
  const a = copyOf(where, matrix, "matrix");
  const b = copyOf(where, rhs, "rhs");
  const { rows, cols } = matrixShape(where, a, [b.length, point.length]);
  const { values, left, right } = singular(a, { rows, cols });
  const residual = b.map((v, i) => a.subarray(i * cols, (i + 1) * cols).reduce((sum, w, j) => sum + w * point[j]!, -v));
  const least = Number.EPSILON * Math.max(rows, cols) * values.reduce((m, v) => Math.max(m, v), 0);
  const rest = residual.slice();
  for (const [k, value] of values.entries()) {
    if (value <= least) continue;
    const along = left[k]!.reduce((sum, u, i) => sum + u * residual[i]!, 0);
    for (let i = 0; i < rows; i++) rest[i]! -= along * left[k]![i]!;
    for (let j = 0; j < cols; j++) point[j]! -= (along / value) * right[k]![j]!;
  }
  const unmet = norm(rest);
  if (unmet > 1e-9 * (norm(b) + norm(residual)))
    throw new OptimizerError(`\`${where}\`: the equations contradict each other; no point meets them all.`);
  return point;
}
