import { check, isRecord, type Wanted } from "../check.ts";
import { OnnxError } from "../errors.ts";
import { arrayOf, type Elem, holds, isElem, type TypedArray } from "./elem.ts";

/** A tensor known without running: bool as bytes, int64 as BigInt64Array, 16-bit floats as their bits, strings beside. */
export interface Constant {
  readonly elem: Elem;
  readonly dims: readonly number[];
  readonly data: TypedArray;
  /** UTF-8 bytes of each element, for `elem: "string"` only; `data` is then empty. */
  readonly strings?: readonly Uint8Array[];
}
/** A constant from numbers: float32 unless `elem` or the array says otherwise, rank 0 from a bare number. */
export function constant(
  data: number | bigint | boolean | readonly (number | bigint | boolean | undefined | string)[] | TypedArray,
  elem?: Elem,
  dims?: readonly number[],
): Constant {
  if (elem !== undefined) check("The element type of a constant", elem, elementType);
  if (dims !== undefined) check("The sizes of a constant", dims, sizes);
  for (const one of Array.isArray(data) ? data : [data]) check("The data of a constant", one, entry);
  if (ArrayBuffer.isView(data)) {
    const type = elem ?? elemOfArray(data);
    if (holds(type, data)) return { elem: type, dims: dims ?? [data.length], data };
  }
  const type = elem ?? "float32";
  const list: readonly unknown[] = ArrayBuffer.isView(data)
    ? Array.from(data as ArrayLike<unknown>)
    : Array.isArray(data)
      ? data
      : [data];
  const array = arrayOf(type, list.length);
  for (let i = 0; i < list.length; i++) {
    const x = list[i];
    if (array instanceof BigInt64Array || array instanceof BigUint64Array) array[i] = whole(x);
    else array[i] = Number(x);
  }
  return {
    elem: type,
    dims: dims ?? (Array.isArray(data) || ArrayBuffer.isView(data) ? [list.length] : []),
    data: array,
  };
}

const elementType: Wanted = { want: 'an element type, such as "float32"', fits: isElem };
const sizes: Wanted = {
  want: "a list of whole numbers",
  fits: (x) => Array.isArray(x) && x.every((d) => Number.isSafeInteger(d) && d >= 0),
};
const entry: Wanted = {
  want: "a number, a list of numbers or a typed array",
  fits: (x) => x === undefined || ["number", "bigint", "boolean", "string"].includes(typeof x) || ArrayBuffer.isView(x),
};

/** Throws unless it is a tensor: an element type, sizes and numbers. */
export function checkConstant(what: string, value: unknown): asserts value is Constant {
  const { elem, dims, data }: Readonly<Record<string, unknown>> = isRecord(value) ? value : {};
  check(what, value, {
    want: "{ elem, dims, data } of a tensor",
    fits: () => isElem(elem) && sizes.fits(dims) && ArrayBuffer.isView(data),
  });
}

/** An integer of 64 bits. "To the end" is 2^63 − 1, which as a number is one too many. */
function whole(x: unknown): bigint {
  if (typeof x === "bigint") return x;
  const number = Math.trunc(Number(x));
  if (Number.isNaN(number)) throw new OnnxError(`Expected an integer; got ${x}.`);
  if (number >= 2 ** 63) return 2n ** 63n - 1n;
  return number < -(2 ** 63) ? -(2n ** 63n) : BigInt(number);
}

function elemOfArray(data: TypedArray): Elem {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof BigUint64Array) return "uint64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Int16Array) return "int16";
  if (data instanceof Uint16Array) return "uint16";
  return data instanceof Int8Array ? "int8" : "uint8";
}
