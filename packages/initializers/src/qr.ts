/**
 * The orthonormal factor of a QR decomposition by Householder reflections, column by column, in double precision: of `columns`
 * that are at least as long as there are columns. Each column's sign is that which makes the diagonal of R positive (zero counts as
 * positive), without which the result of Gaussian columns would not be uniform over all rotations (Mezzadri,
 * https://arxiv.org/abs/math-ph/0609050). Columns that depend on each other still give an orthonormal result.
 */
export function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const rest = columns.map((c) => c.slice());
  const signs: number[] = [];
  const reflections = rest.map((x, k) => {
    const v = x.slice();
    const length = Math.sqrt(dot(v, v, k));
    const diagonal = v[k]! > 0 ? -length : length; // away from v, so that nothing cancels
    signs.push(diagonal < 0 ? -1 : 1);
    v[k]! -= diagonal;
    const square = dot(v, v, k);
    if (square > 0) for (let i = k; i < v.length; i++) v[i]! /= Math.sqrt(square);
    for (const column of rest.slice(k + 1)) reflect(column, v, k);
    return v;
  });
  return rest.map((column, j) => {
    column.fill(0);
    column[j] = signs[j]!;
    for (let k = j; k >= 0; k--) reflect(column, reflections[k]!, k);
    return column;
  });
}

/** x − 2v(v·x), where `v` counts from index `from` on and has length 1 there, or 0 to leave `x` as it is. */
function reflect(x: Float64Array, v: Float64Array, from: number): void {
  const twice = 2 * dot(x, v, from);
  for (let i = from; i < x.length; i++) x[i]! -= twice * v[i]!;
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
