/* Factorizations of small dense matrices in double precision: numbers row by row, inputs left as they were. */

/** A matrix with its numbers, row by row. */
export interface Dense {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** Another arrangement of the same numbers: columns as rows. */
export function turned({ rows, cols, data }: Dense): Dense {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!;
  return { rows: cols, cols: rows, data: out };
}

/** left @ right. */
export function times(left: Dense, right: Dense): Dense {
  const { rows, cols: inner } = left;
  const { cols } = right;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++) {
      const x = left.data[i * inner + k]!;
      for (let j = 0; j < cols; j++) data[i * cols + j] = data[i * cols + j]! + x * right.data[k * cols + j]!;
    }
  return { rows, cols, data };
}

/** Adds `by` times `count` numbers of `from` to those of `to`. */
function add(to: Float64Array, at: number, by: number, from: Float64Array, first: number, count: number): void {
  for (let k = 0; k < count; k++) to[at + k] = to[at + k]! + by * from[first + k]!;
}

function dot(a: Float64Array, at: number, b: Float64Array, first: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[at + k]! * b[first + k]!;
  return sum;
}

/**
 * Turns the numbers from `at` on into a reflection's direction v and returns β and the length that is left: I - β v v'
 * takes them to (alpha, 0, 0, …).
 */
function reflector(x: Float64Array, at: number, count: number): { readonly beta: number; readonly alpha: number } {
  const rest = dot(x, at + 1, x, at + 1, count - 1);
  const first = x[at]!;
  if (rest === 0) return { beta: 0, alpha: first };
  const length = Math.sqrt(first * first + rest);
  const alpha = first > 0 ? -length : length;
  x[at] = first - alpha; // without cancellation
  return { beta: 2 / (x[at]! * x[at]! + rest), alpha };
}

/** Orthonormal columns that span those of `a`, by Householder's reflections: min(rows, cols) of them, with R's diagonal positive. */
export function qr(a: Dense): Dense {
  const { rows, cols } = a;
  const count = Math.min(rows, cols);
  const columns = turned(a).data; // a column lies together
  const betas: number[] = [];
  const signs: number[] = [];
  for (let j = 0; j < count; j++) {
    const at = j * rows + j;
    const { beta, alpha } = reflector(columns, at, rows - j);
    betas.push(beta);
    signs.push(alpha < 0 ? -1 : 1);
    for (let k = j + 1; k < cols && beta !== 0; k++) {
      const to = k * rows + j;
      add(columns, to, -beta * dot(columns, at, columns, to, rows - j), columns, at, rows - j);
    }
  }
  const q = new Float64Array(count * rows);
  for (let k = 0; k < count; k++) q[k * rows + k] = signs[k]!;
  for (let j = count - 1; j >= 0; j--)
    for (let k = 0; k < count && betas[j] !== 0; k++) {
      const [at, to] = [j * rows + j, k * rows + j];
      add(q, to, -betas[j]! * dot(columns, at, q, to, rows - j), columns, at, rows - j);
    }
  return turned({ rows: count, cols: rows, data: q });
}

/** Eigenvalues in ascending order, and the eigenvector of each as a row of `vectors`. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Dense;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reflections make it tridiagonal, implicit QL steps
 * make that diagonal (Golub and Van Loan, Matrix Computations, 8.3). Each vector's largest element is positive.
 */
export function eigen(a: Dense): Eigen {
  const n = a.rows;
  const x = a.data.slice();
  const betas = new Float64Array(n);
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    // Row k beyond the diagonal becomes (alpha, 0, …); the reflection's direction stays there.
    const at = k * n + k + 1;
    const m = n - k - 1;
    const { beta, alpha } = reflector(x, at, m);
    betas[k] = beta;
    beside[k] = alpha;
    if (beta === 0) continue;
    for (let i = 0; i < m; i++) w[i] = beta * dot(x, (k + 1 + i) * n + k + 1, x, at, m);
    const half = (beta / 2) * dot(w, 0, x, at, m);
    add(w, 0, -half, x, at, m);
    for (let i = 0; i < m; i++) {
      const to = (k + 1 + i) * n + k + 1;
      add(x, to, -w[i]!, x, at, m);
      add(x, to, -x[at + i]!, w, 0, m);
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = x[i * n + i]!;
  // The product of the reflections, transposed: its rows become the eigenvectors.
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--)
    for (let i = k + 1; i < n && betas[k] !== 0; i++) {
      const to = i * n + k + 1;
      add(q, to, -betas[k]! * dot(q, to, x, k * n + k + 1, n - k - 1), x, k * n + k + 1, n - k - 1);
    }
  diagonalize(diagonal, beside, q, n);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const data = new Float64Array(n * n);
  order.forEach((from, to) => {
    const row = q.subarray(from * n, (from + 1) * n);
    let most = 0;
    for (const value of row) if (Math.abs(value) > Math.abs(most) * (1 + 1e-9)) most = value;
    data.set(most < 0 ? row.map((value) => -value) : row, to * n);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: { rows: n, cols: n, data } };
}

/** More steps than any eigenvalue takes; two or three are usual. */
const MOST_STEPS = 100;

/** Implicit QL steps on a tridiagonal matrix; the rotations are applied to the rows of `q`. */
function diagonalize(d: Float64Array, e: Float64Array, q: Float64Array, n: number): void {
  for (let low = 0; low < n; low++)
    for (let step = 0; step < MOST_STEPS; step++) {
      let high = low;
      while (high < n - 1 && Math.abs(e[high]!) > Number.EPSILON * (Math.abs(d[high]!) + Math.abs(d[high + 1]!)))
        high++;
      if (high === low) break;
      // Wilkinson's shift.
      const g = (d[low + 1]! - d[low]!) / (2 * e[low]!);
      let shifted = d[high]! - d[low]! + e[low]! / (g + (g < 0 ? -1 : 1) * Math.sqrt(g * g + 1));
      let [sine, cosine, moved] = [1, 1, 0];
      let i = high - 1;
      for (; i >= low; i--) {
        const f = sine * e[i]!;
        const b = cosine * e[i]!;
        const r = Math.sqrt(f * f + shifted * shifted);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = d[i + 1]! - moved;
          e[high] = 0;
          break;
        }
        sine = f / r;
        cosine = shifted / r;
        const next = d[i + 1]! - moved;
        const s = (d[i]! - next) * sine + 2 * cosine * b;
        moved = sine * s;
        d[i + 1] = next + moved;
        shifted = cosine * s - b;
        rotate(q, i * n, (i + 1) * n, sine, cosine, n);
      }
      if (i >= low) continue;
      d[low] = d[low]! - moved;
      e[low] = shifted;
      e[high] = 0;
    }
}

function rotate(q: Float64Array, a: number, b: number, sine: number, cosine: number, n: number): void {
  for (let k = 0; k < n; k++) {
    const [x, y] = [q[a + k]!, q[b + k]!];
    q[b + k] = sine * x + cosine * y;
    q[a + k] = cosine * x - sine * y;
  }
}

/**
 * The first `count` left singular vectors as columns, those of the largest singular values first; each one's largest
 * element is positive. Those of singular values below 1e-8 of the largest are arbitrary, but orthonormal.
 */
export function leftSingular(a: Dense, count: number): Dense {
  const tall = a.rows > a.cols;
  const { vectors } = eigen(tall ? times(turned(a), a) : times(a, turned(a)));
  const n = vectors.rows;
  const first = new Float64Array(count * n);
  for (let k = 0; k < count; k++) first.set(vectors.data.subarray((n - 1 - k) * n, (n - k) * n), k * n);
  const columns = turned({ rows: count, cols: n, data: first });
  if (!tall) return columns;
  const q = turned(qr(times(a, columns)));
  for (let k = 0; k < count; k++) {
    const row = q.data.subarray(k * a.rows, (k + 1) * a.rows);
    let most = 0;
    for (const value of row) if (Math.abs(value) > Math.abs(most) * (1 + 1e-9)) most = value;
    if (most < 0) for (let i = 0; i < row.length; i++) row[i] = -row[i]!;
  }
  return turned(q);
}

/** a^(-1/degree) of a symmetric matrix. Directions in which it is not positive are left out. */
export function inverseRoot(a: Dense, degree: number): Dense {
  const { values, vectors } = eigen(a);
  const n = a.rows;
  const least = n * Number.EPSILON * Math.abs(values[n - 1] ?? 0);
  const scaled = vectors.data.slice();
  for (let k = 0; k < n; k++) {
    const factor = values[k]! > least ? values[k]! ** (-1 / degree) : 0;
    for (let i = 0; i < n; i++) scaled[k * n + i] = scaled[k * n + i]! * factor;
  }
  return times(turned(vectors), { rows: n, cols: n, data: scaled });
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
