/**
 * The loops in which factorizations spend their time, on float64 numbers of one array. A backend may supply faster ones,
 * to the same bits: lane k of four adds up the elements i ≡ k (mod 4), and a sum is (lane0 + lane2) + (lane1 + lane3).
 * Places are counted in numbers.
 */
export interface InnerLoops {
  /** Room for that many numbers, all zero, on which the other functions work. The array before it must not be used any more. */
  open(count: number): Float64Array;
  /** `count` rows r of `length` numbers, a multiple of four, become r - β (r · v) v; β is the number at `beta`. */
  reflect(v: number, beta: number, length: number, rows: number, stride: number, count: number): void;
  /**
   * `count` rows r of `length` numbers, a multiple of four, become r - b[i] a - a[i] b, where i counts rows from `ai` and
   * `bi` on; r · v goes to `into`, one number per row.
   */
  rankTwo(of: RankTwo): void;
  /**
   * Turns eight columns: rotation k acts on the rows at `last` - (k + 1) `stride` and below it; its cosine and sine lie at
   * `rotations` + 2 k.
   */
  rotate(last: number, stride: number, rotations: number, count: number): void;
  /** `into` (rows × cols) = `a` @ `b`, each with a stride; every element adds its products in order. `cols` is a multiple of four. */
  multiply(of: DenseProduct): void;
}

/** A symmetric update of rows, and the product of the result with a vector. */
export interface RankTwo {
  /** A vector of `length` numbers. */
  readonly a: number;
  /** Another. */
  readonly b: number;
  /** The element of `a` that belongs to the first row. */
  readonly ai: number;
  /** The element of `b` that belongs to the first row. */
  readonly bi: number;
  /** The vector of the product. */
  readonly v: number;
  /** How many numbers of each row change. */
  readonly length: number;
  /** Where the first row begins. */
  readonly rows: number;
  /** From one row to the next. */
  readonly stride: number;
  /** How many rows change. */
  readonly count: number;
  /** Where the products go. */
  readonly into: number;
}

/** A product of matrices of which each row begins `…Stride` numbers after the one before. */
export interface DenseProduct {
  /** Where the left matrix begins, rows × inner. */
  readonly a: number;
  /** From one of its rows to the next. */
  readonly aStride: number;
  /** Where the right matrix begins, inner × cols. */
  readonly b: number;
  /** From one of its rows to the next. */
  readonly bStride: number;
  /** Where the result begins, rows × cols. */
  readonly into: number;
  /** From one of its rows to the next. */
  readonly intoStride: number;
  readonly rows: number;
  /** Columns of the left matrix, rows of the right one. */
  readonly inner: number;
  readonly cols: number;
}

/** The next multiple of four. */
export const fours = (n: number): number => 4 * Math.ceil(n / 4);

/** From one row to the next: room for eight columns at a time, and for four numbers from any of them on; never a power of two, whose rows would share lines of a cache. */
export const strideOf = (cols: number): number => 8 * Math.ceil(cols / 8) + 8;

/** The loops in JavaScript. */
export function plainLoops(): InnerLoops {
  let all = new Float64Array(0);
  /** The sum of products of `length` numbers, a multiple of four. */
  const dot = (x: Float64Array, a: number, b: number, length: number): number => {
    let [l0, l1, l2, l3] = [0, 0, 0, 0];
    for (let k = 0; k < length; k += 4) {
      l0 += x[a + k]! * x[b + k]!;
      l1 += x[a + k + 1]! * x[b + k + 1]!;
      l2 += x[a + k + 2]! * x[b + k + 2]!;
      l3 += x[a + k + 3]! * x[b + k + 3]!;
    }
    return l0 + l2 + (l1 + l3);
  };
  return {
    open: (count) => (all = new Float64Array(count)),
    reflect: (v, beta, length, rows, stride, count) => {
      const x = all;
      for (let row = rows; row < rows + count * stride; row += stride) {
        const by = x[beta]! * dot(x, row, v, length);
        for (let k = 0; k < length; k++) x[row + k] = x[row + k]! - by * x[v + k]!;
      }
    },
    rankTwo: ({ a, b, ai, bi, v, length, rows, stride, count, into }) => {
      const x = all;
      for (let i = 0; i < count; i++) {
        const row = rows + i * stride;
        const [byA, byB] = [x[bi + i]!, x[ai + i]!];
        for (let k = 0; k < length; k++) x[row + k] = x[row + k]! - byA * x[a + k]! - byB * x[b + k]!;
        x[into + i] = dot(x, row, v, length);
      }
    },
    rotate: (last, stride, rotations, count) => {
      const x = all;
      for (let k = 0, row = last - stride; k < count; k++, row -= stride) {
        const [cosine, sine] = [x[rotations + 2 * k]!, x[rotations + 2 * k + 1]!];
        for (let i = row; i < row + 8; i++) {
          const [above, below] = [x[i]!, x[i + stride]!];
          x[i + stride] = sine * above + cosine * below;
          x[i] = cosine * above - sine * below;
        }
      }
    },
    multiply: ({ a, aStride, b, bStride, into, intoStride, rows, inner, cols }) => {
      const x = all;
      for (let i = 0; i < rows; i++) {
        const to = into + i * intoStride;
        x.fill(0, to, to + cols);
        for (let k = 0; k < inner; k++) {
          const [by, from] = [x[a + i * aStride + k]!, b + k * bStride];
          for (let j = 0; j < cols; j++) x[to + j] = x[to + j]! + by * x[from + j]!;
        }
      }
    },
  };
}

/** Puts the numbers of a matrix, row by row, at a place where rows have a stride. */
export function spread(from: Float64Array, cols: number, x: Float64Array, at: number, stride: number): void {
  for (let i = 0, to = at; i < from.length; i += cols, to += stride) x.set(from.subarray(i, i + cols), to);
}

/** The numbers of `rows` rows with a stride, one row after the other. */
export function gathered(x: Float64Array, at: number, stride: number, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) out.set(x.subarray(at + i * stride, at + i * stride + cols), i * cols);
  return out;
}
