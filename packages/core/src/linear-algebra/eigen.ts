import { type Dense, orient } from "./dense.ts";
import { fours, gathered, type InnerLoops, spread, strideOf } from "./inner-loops.ts";
import { accumulate, reflector } from "./reflections.ts";

/** Eigenvalues in ascending order, and the eigenvector of each as a row of `vectors`. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Dense;
}

/** Rotations that are put off, to be applied to a few columns at a time while those are in the cache. */
const PUT_OFF = 8192;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reflections make it tridiagonal, implicit QL steps
 * make that diagonal (Golub and Van Loan, Matrix Computations, 8.3). Each vector's largest element is positive.
 */
export function eigen(a: Dense, loops: InnerLoops): Eigen {
  const n = a.rows;
  const stride = strideOf(n);
  const [at, q, betas] = [0, n * stride, 2 * n * stride];
  const [w, y, rotations] = [betas + stride, betas + 2 * stride, betas + 3 * stride];
  const x = loops.open(rotations + 2 * (PUT_OFF + n));
  spread(a.data, n, x, at, stride);
  const beside = tridiagonalize(loops, x, { at, betas, w, y, n, stride });
  const diagonal = Float64Array.from({ length: n }, (_, i) => x[at + i * stride + i]!);
  // The product of the reflections, transposed: its rows become the eigenvectors.
  for (let i = 0; i < n; i++) x[q + i * stride + i] = 1;
  accumulate(loops, { at, stride, size: n, shift: 1, betas }, n - 1, q, n);
  diagonalize(diagonal, beside, new Rotations(loops, x, { q, rotations, n, stride }));
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const rows = gathered(x, q, stride, n, n);
  const data = new Float64Array(n * n);
  for (const [to, from] of order.entries()) data.set(rows.subarray(from * n, (from + 1) * n), to * n);
  const vectors = { rows: n, cols: n, data };
  orient(vectors);
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors };
}

/**
 * Makes the matrix at `at` tridiagonal. Each row keeps the direction of its reflection right of the diagonal; returns the
 * numbers beside the diagonal.
 */
function tridiagonalize(
  loops: InnerLoops,
  x: Float64Array,
  { at, betas, w, y, n, stride }: Readonly<Record<"at" | "betas" | "w" | "y" | "n" | "stride", number>>,
): Float64Array {
  const beside = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    const [row, next] = [at + k * stride, k + 1];
    const above = row - stride;
    // The update by the reflection before is carried out with the product by this one; this row needs it first.
    if (k > 0) {
      const [byA, byB] = [x[w + k]!, x[above + k]!];
      for (let j = k; j < n; j++) x[row + j] = x[row + j]! - byA * x[above + j]! - byB * x[w + j]!;
    }
    const { beta, alpha } = reflector(x, row + next, n - next);
    x[betas + k] = beta;
    beside[k] = alpha;
    // In the first turn nothing waits, and w is zero: a row is as good as any other for a direction.
    const a = (k > 0 ? above : row) + next;
    loops.rankTwo({
      a,
      b: w + next,
      ai: a,
      bi: w + next,
      v: row + next,
      length: fours(n - next),
      rows: row + stride + next,
      stride,
      count: n - next,
      into: y + next,
    });
    let half = 0;
    for (let i = next; i < n; i++) half += beta * x[y + i]! * x[row + i]!;
    half *= beta / 2;
    for (let i = next; i < n; i++) x[w + i] = beta * x[y + i]! - half * x[row + i]!;
    // Where nothing is reflected, the next turn must not update by the remains of a direction.
    if (beta === 0) x.fill(0, w + next, w + n);
  }
  return beside;
}

/** Rotations of neighbouring rows of `q`, applied later and together. */
class Rotations {
  readonly #loops: InnerLoops;
  readonly #x: Float64Array;
  readonly #at: Readonly<Record<"q" | "rotations" | "n" | "stride", number>>;
  /** Of each sweep its last row, where its rotations begin, and how many they are. */
  #sweeps: { readonly last: number; readonly first: number; readonly count: number }[] = [];
  #used = 0;

  constructor(loops: InnerLoops, x: Float64Array, at: Readonly<Record<"q" | "rotations" | "n" | "stride", number>>) {
    this.#loops = loops;
    this.#x = x;
    this.#at = at;
  }

  /** Notes the next rotation of a sweep that goes up from row `last`. */
  add(cosine: number, sine: number): void {
    const to = this.#at.rotations + 2 * this.#used++;
    this.#x[to] = cosine;
    this.#x[to + 1] = sine;
  }

  /** Ends a sweep: what was noted since the one before. */
  end(last: number): void {
    const before = this.#sweeps.at(-1);
    const first = before ? before.first + before.count : 0;
    this.#sweeps.push({ last, first, count: this.#used - first });
    if (this.#used >= PUT_OFF) this.apply();
  }

  apply(): void {
    const { q, rotations, n, stride } = this.#at;
    for (let column = 0; column < n; column += 8)
      for (const { last, first, count } of this.#sweeps)
        this.#loops.rotate(q + last * stride + column, stride, rotations + 2 * first, count);
    this.#sweeps = [];
    this.#used = 0;
  }
}

/** More steps than any eigenvalue takes; two or three are usual. */
const MOST_STEPS = 100;

/** Implicit QL steps on a tridiagonal matrix. */
function diagonalize(d: Float64Array, e: Float64Array, rotations: Rotations): void {
  const n = d.length;
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
        rotations.add(cosine, sine);
      }
      rotations.end(high);
      if (i >= low) continue;
      d[low] = d[low]! - moved;
      e[low] = shifted;
      e[high] = 0;
    }
  rotations.apply();
}
