import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";

/** Numbers in a row: a Float32Array, a Float64Array or a list. */
export type Vector = ArrayLike<number>;

/** A copy in double precision. Throws unless it is a list of finite numbers. */
export function copyOf(where: string, x: Vector, name = "x"): Float64Array {
  if (!isVector(x)) throw new OptimizerError(`\`${where}\`: \`${name}\` must be a list of numbers; got ${shown(x)}.`);
  const copy = new Float64Array(x.length);
  for (let i = 0; i < copy.length; i++) {
    const value: unknown = x[i];
    if (typeof value !== "number" || !Number.isFinite(value))
      throw new OptimizerError(`\`${where}\`: \`${name}\` has ${shown(value)} at ${i}. Give finite numbers.`);
    copy[i] = value;
  }
  return copy;
}

const isVector = (x: unknown): x is Vector =>
  Array.isArray(x) ||
  (ArrayBuffer.isView(x) && "length" in x && !(x instanceof BigInt64Array || x instanceof BigUint64Array));

/** Throws unless both have the same length. */
export function sameLength(where: string, name: string, a: Vector, b: Vector): void {
  if (a.length !== b.length)
    throw new OptimizerError(`\`${where}\`: \`${name}\` has ${b.length} numbers for ${a.length} of \`x\`.`);
}

/** Σ aᵢ bᵢ. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The Euclidean length, without overflow or underflow on the way. */
export function norm(x: Vector): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]!));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** A matrix as numbers row by row. */
export interface Rows {
  readonly rows: number;
  readonly cols: number;
}

/** Throws unless `shape` is [rows, cols] and has as many numbers as `x`. */
export function matrixShape(where: string, x: Vector, shape: readonly [number, number]): Rows {
  if (!isShape(shape)) throw new OptimizerError(`\`${where}\`: \`shape\` must be [rows, cols]; got ${shown(shape)}.`);
  const [rows, cols] = shape;
  if (rows * cols !== x.length)
    throw new OptimizerError(
      `\`${where}\`: \`shape\` [${rows}, ${cols}] has ${rows * cols} numbers; \`x\` has ${x.length}.`,
    );
  return { rows, cols };
}

const isShape = (shape: unknown): boolean =>
  Array.isArray(shape) && shape.length === 2 && shape.every((d) => Number.isSafeInteger(d) && d >= 0);
