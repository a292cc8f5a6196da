/** Element types as ONNX has them; the code is TensorProto.DataType. */
export type Elem =
  | "float32"
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "int32"
  | "int64"
  | "string"
  | "bool"
  | "float16"
  | "float64"
  | "uint32"
  | "uint64"
  | "complex64"
  | "complex128"
  | "bfloat16"
  | "float8e4m3fn"
  | "float8e4m3fnuz"
  | "float8e5m2"
  | "float8e5m2fnuz"
  | "uint4"
  | "int4"
  | "float4e2m1"
  | "float8e8m0"
  | "uint2"
  | "int2";

/** The arrays that store tensors: 64-bit integers as BigInt arrays, bool as bytes, narrow floats as their bits. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

type Row = readonly [code: number, bits: number, array: ArrayKind];
type ArrayKind = "f32" | "f64" | "i8" | "i16" | "i32" | "u8" | "u16" | "u32" | "i64" | "u64";

const table: Readonly<Record<Elem, Row>> = {
  float32: [1, 32, "f32"],
  uint8: [2, 8, "u8"],
  int8: [3, 8, "i8"],
  uint16: [4, 16, "u16"],
  int16: [5, 16, "i16"],
  int32: [6, 32, "i32"],
  int64: [7, 64, "i64"],
  string: [8, 0, "u8"],
  bool: [9, 8, "u8"],
  float16: [10, 16, "u16"],
  float64: [11, 64, "f64"],
  uint32: [12, 32, "u32"],
  uint64: [13, 64, "u64"],
  complex64: [14, 64, "f32"],
  complex128: [15, 128, "f64"],
  bfloat16: [16, 16, "u16"],
  float8e4m3fn: [17, 8, "u8"],
  float8e4m3fnuz: [18, 8, "u8"],
  float8e5m2: [19, 8, "u8"],
  float8e5m2fnuz: [20, 8, "u8"],
  uint4: [21, 4, "u8"],
  int4: [22, 4, "u8"],
  float4e2m1: [23, 4, "u8"],
  float8e8m0: [24, 8, "u8"],
  uint2: [25, 2, "u8"],
  int2: [26, 2, "u8"],
};

const constructors = {
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
} as const;

const byCode = new Map<number, Elem>(elems().map((elem) => [table[elem][0], elem]));

/** Every element type. */
export function elems(): Elem[] {
  return Object.keys(table) as Elem[]; // The keys of a literal are exactly its type's.
}

/** Whether a text names an element type. */
export const isElem = (x: unknown): x is Elem => typeof x === "string" && Object.hasOwn(table, x);

/** TensorProto.DataType of an element type. */
export function elemCode(elem: Elem): number {
  return table[elem][0];
}

/** The element type of a TensorProto.DataType, if it is known. */
export function elemOf(code: number | bigint): Elem | undefined {
  return byCode.get(Number(code));
}

/** How many bits one element takes; 0 for strings, 64 or 128 for a complex number. */
export function elemBits(elem: Elem): number {
  return table[elem][1];
}

/** How many entries of the typed array hold `count` elements: two per complex number, a half per 4-bit one. */
export function entries(elem: Elem, count: number): number {
  const [, bits, kind] = table[elem];
  return Math.ceil((count * bits) / (constructors[kind].BYTES_PER_ELEMENT * 8));
}

/** A typed array of the kind that holds this element type, over a buffer or zeroed. */
export function arrayOf(elem: Elem, length: number): TypedArray;
export function arrayOf(elem: Elem, buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
export function arrayOf(elem: Elem, a: number | ArrayBufferLike, byteOffset = 0, length = 0): TypedArray {
  const make = constructors[table[elem][2]];
  // A shared buffer reads like any other; typing it as such would burden everybody who holds a tensor.
  return typeof a === "number" ? new make(a) : new make(a as ArrayBuffer, byteOffset, length);
}

/** Whether `data` is the kind of array that holds this element type. */
export function holds(elem: Elem, data: TypedArray): boolean {
  return data instanceof constructors[table[elem][2]];
}

/** float16, bfloat16, float32, float64. */
export function isFloat(elem: Elem): boolean {
  return elem === "float32" || elem === "float64" || elem === "float16" || elem === "bfloat16";
}

/** The least and the greatest number of each element type of whole numbers. */
export const wholes: Partial<Record<Elem, readonly [least: number | bigint, greatest: number | bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int8: [-128, 127],
  uint8: [0, 255],
  bool: [0, 1],
};

/** Signed and unsigned integers of 8 to 64 bits. */
export function isInteger(elem: Elem): boolean {
  return /^u?int(8|16|32|64)$/.test(elem);
}
