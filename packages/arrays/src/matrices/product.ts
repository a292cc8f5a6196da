import type { Transposition } from "@descent/core/kernels";

/**
 * Every element of a product adds its terms in order, in blocks of this many: a block starts from zero, each product
 * and each sum is rounded to float32, and the blocks are added in order. So the bits do not depend on how the work is
 * cut, and the product of a matrix with its own transpose is symmetric.
 */
export const DEPTH = 256;

/** A matrix of a product: its numbers row by row, or those of its transpose. */
export interface Factor<Place> {
  /** An array, or an address. */
  readonly matrix: Place;
  /** Whether the factor is the transpose of what lies there. */
  readonly transposed: boolean;
}

/** `into` = left @ right, rows × inner by inner × cols, row by row. */
export interface Multiplication<Place> {
  /** Its matrix is rows × inner. */
  readonly left: Factor<Place>;
  /** Its matrix is inner × cols. */
  readonly right: Factor<Place>;
  /** Where the result goes, row by row. */
  readonly into: Place;
  /** Rows of the left factor and of the result. */
  readonly rows: number;
  /** Columns of the left factor, rows of the right one. */
  readonly inner: number;
  /** Columns of the right factor and of the result. */
  readonly cols: number;
  /** Whether the result is known to be symmetric. */
  readonly symmetric: boolean;
}

/** Multiplies matrices in place of the loops here: a faster library. */
export interface Matmul {
  /** Fills `into`, or returns false to leave the product to the loops here. Not called for empty matrices. */
  multiply(product: Multiplication<Float32Array>): boolean;
}

/** A product without generated code, to the same bits. */
export function interpretProduct({ left, right, into, rows, inner, cols }: Multiplication<Float32Array>): void {
  const a = left.transposed ? transpose(left.matrix, rows, inner) : left.matrix;
  const b = right.transposed ? transpose(right.matrix, inner, cols) : right.matrix;
  const sum = new Float32Array(cols);
  into.fill(0, 0, rows * cols);
  for (let i = 0; i < rows; i++)
    for (let start = 0; start < inner; start += DEPTH) {
      sum.fill(0);
      for (let k = start; k < Math.min(inner, start + DEPTH); k++) {
        const x = a[i * inner + k]!;
        for (let j = 0; j < cols; j++) sum[j] = sum[j]! + Math.fround(x * b[k * cols + j]!);
      }
      for (let j = 0; j < cols; j++) into[i * cols + j] = start === 0 ? sum[j]! : into[i * cols + j]! + sum[j]!;
    }
}

/** A matrix of rows × cols from one that lies as cols × rows. */
export function transpose(
  of: Float32Array,
  rows: number,
  cols: number,
  into: Float32Array = new Float32Array(rows * cols),
): Float32Array {
  // By blocks, so that the lines of both stay in the cache until they are used up.
  for (let top = 0; top < rows; top += 16)
    for (let side = 0; side < cols; side += 16)
      for (let i = top; i < Math.min(rows, top + 16); i++)
        for (let j = side; j < Math.min(cols, side + 16); j++) into[i * cols + j] = of[j * rows + i]!;
  return into;
}

/** Several transposes, one after the other, of matrices whose elements are several numbers. */
export function transposeAll(
  of: Float32Array,
  { count, rows, cols, width }: Pick<Transposition, "count" | "rows" | "cols" | "width">,
  into: Float32Array,
): void {
  const size = rows * cols * width;
  for (let k = 0, start = 0; k < count; k++, start += size)
    if (width === 1) transpose(of.subarray(start, start + size), rows, cols, into.subarray(start, start + size));
    else
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < cols; j++) {
          const from = start + (j * rows + i) * width;
          into.set(of.subarray(from, from + width), start + (i * cols + j) * width);
        }
}
