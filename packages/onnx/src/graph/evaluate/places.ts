import type { Constant } from "../../proto/constant.ts";
import { arrayOf, type TypedArray } from "../../proto/elem.ts";

export function strides(dims: readonly number[]): number[] {
  const all = Array<number>(dims.length).fill(1);
  for (let i = dims.length - 2; i >= 0; i--) all[i] = (all[i + 1] ?? 1) * (dims[i + 1] ?? 1);
  return all;
}

/** For each element of a shape, in order, the sum of index · step over its dimensions. */
export function places(dims: readonly number[], steps: readonly number[], start = 0): Int32Array {
  const count = dims.reduce((a, b) => a * b, 1);
  const all = new Int32Array(count);
  const index = Array<number>(dims.length).fill(0);
  let at = start;
  for (let i = 0; i < count; i++) {
    all[i] = at;
    for (let k = dims.length - 1; k >= 0; k--) {
      index[k] = (index[k] ?? 0) + 1;
      at += steps[k] ?? 0;
      if ((index[k] ?? 0) < (dims[k] ?? 1)) break;
      at -= (dims[k] ?? 1) * (steps[k] ?? 0);
      index[k] = 0;
    }
  }
  return all;
}

/** Steps through a tensor as if it had the larger shape: 0 along what is repeated. */
export function stretched(dims: readonly number[], to: readonly number[]): number[] {
  const own = strides(dims);
  const shift = to.length - dims.length;
  return to.map((_, i) => (i < shift || dims[i - shift] === 1 ? 0 : (own[i - shift] ?? 0)));
}

/** Elements picked by their places, in another shape. */
export function take({ elem, data }: Constant, dims: readonly number[], places: ArrayLike<number>): Constant {
  const made = arrayOf(elem, places.length);
  for (let i = 0; i < places.length; i++) set(made, i, data[places[i] ?? 0] ?? 0);
  return { elem, dims, data: made };
}

/** Stores a number in an array of any element type. */
export function set(data: TypedArray, i: number, value: number | bigint): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    data[i] = typeof value === "bigint" ? value : BigInt(value);
  else data[i] = Number(value);
}
