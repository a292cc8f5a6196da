import {
  type Code,
  type F32,
  type F64,
  float,
  type I32,
  type Int,
  type Statement,
  signed,
  statement,
  type Type,
  unsigned,
  type V128,
  type Value,
  value,
} from "./code.ts";

/* Instructions under the names of WebAssembly's text format: https://webassembly.github.io/spec/core/text/instructions.html */

const int = (x: Int): Code => (typeof x === "number" ? [0x41, signed(x)] : x.code);
const simd = (op: number): Code => [0xfd, unsigned(op)];
/** A scalar instruction on ints. */
const onInts =
  (op: number) =>
  (a: Int, b: Int): I32 =>
    value("i32", int(a), int(b), op);
/** A vector instruction on vectors. */
const one =
  (op: number) =>
  (a: V128): V128 =>
    value("v128", a.code, simd(op));
const two =
  (op: number) =>
  (a: V128, b: V128): V128 =>
    value("v128", a.code, b.code, simd(op));
/** All lanes shifted by one count. */
const shift =
  (op: number) =>
  (a: V128, bits: Int): V128 =>
    value("v128", a.code, int(bits), simd(op));
/** Addresses are those of numbers, but views may begin anywhere: alignment is a hint. */
const FOUR = 2;
const EIGHT = 3;

/** One of two values: the first where the condition is not zero. */
export const select = <T extends Exclude<Type, "v128">>(yes: Value<T>, no: Value<T>, condition: I32): Value<T> =>
  value(yes.type, yes.code, no.code, condition.code, 0x1b);

/** Instructions on 32-bit integers. */
export const i32 = {
  const: (x: number): I32 => value("i32", int(x)),
  load: (address: Int, offset = 0): I32 => value("i32", int(address), 0x28, FOUR, unsigned(offset)),
  load16S: (address: Int, offset = 0): I32 => value("i32", int(address), 0x2e, 1, unsigned(offset)),
  store16: (address: Int, x: I32, offset = 0): Statement => statement(int(address), x.code, 0x3b, 1, unsigned(offset)),
  eqz: (a: I32): I32 => value("i32", a.code, 0x45),
  eq: onInts(0x46),
  ltU: onInts(0x49),
  gtS: onInts(0x4a),
  geS: onInts(0x4e),
  add: onInts(0x6a),
  sub: onInts(0x6b),
  and: onInts(0x71),
  or: onInts(0x72),
  shl: onInts(0x74),
  shrS: onInts(0x75),
  shrU: onInts(0x76),
  reinterpret: (x: F32): I32 => value("i32", x.code, 0xbc),
};

/** Instructions on a float32. */
export const f32 = {
  const: (x: number): F32 => value("f32", 0x43, float(x)),
  lt: (a: F32, b: F32): I32 => value("i32", a.code, b.code, 0x5d),
  gt: (a: F32, b: F32): I32 => value("i32", a.code, b.code, 0x5e),
  sqrt: (a: F32): F32 => value("f32", a.code, 0x91),
  demote: (a: F64): F32 => value("f32", a.code, 0xb6),
  reinterpret: (a: I32): F32 => value("f32", a.code, 0xbe),
};

/** Instructions on a float64. */
export const f64 = {
  load: (address: Int, offset = 0): F64 => value("f64", int(address), 0x2b, EIGHT, unsigned(offset)),
  store: (address: Int, x: F64, offset = 0): Statement =>
    statement(int(address), x.code, 0x39, EIGHT, unsigned(offset)),
  add: (a: F64, b: F64): F64 => value("f64", a.code, b.code, 0xa0),
  mul: (a: F64, b: F64): F64 => value("f64", a.code, b.code, 0xa2),
  max: (a: F64, b: F64): F64 => value("f64", a.code, b.code, 0xa5),
  promote: (a: F32): F64 => value("f64", a.code, 0xbb),
};

/** Loads, stores and bitwise instructions on vectors. */
export const v128 = {
  load: (address: Int, offset = 0): V128 => value("v128", int(address), simd(0x00), FOUR, unsigned(offset)),
  /** One float in all four lanes. */
  load32Splat: (address: Int, offset = 0): V128 => value("v128", int(address), simd(0x09), FOUR, unsigned(offset)),
  /** One float64 in both lanes. */
  load64Splat: (address: Int, offset = 0): V128 => value("v128", int(address), simd(0x0a), EIGHT, unsigned(offset)),
  /** Eight bytes as eight 16-bit integers, with the bytes' signs. */
  load8x8S: (address: Int, offset = 0): V128 => value("v128", int(address), simd(0x01), EIGHT, unsigned(offset)),
  /** Eight bytes, without signs, as eight 16-bit integers. */
  load8x8U: (address: Int, offset = 0): V128 => value("v128", int(address), simd(0x02), EIGHT, unsigned(offset)),
  /** Four 16-bit integers, without signs, as four of 32 bits. */
  load16x4U: (address: Int, offset = 0): V128 => value("v128", int(address), simd(0x04), EIGHT, unsigned(offset)),
  /** Two floats, and zeros behind them. */
  load64Zero: (address: Int, offset = 0): V128 => value("v128", int(address), simd(0x5d), FOUR, unsigned(offset)),
  store: (address: Int, x: V128, offset = 0): Statement =>
    statement(int(address), x.code, simd(0x0b), FOUR, unsigned(offset)),
  store32Lane: (lane: number, address: Int, x: V128, offset = 0): Statement =>
    statement(int(address), x.code, simd(0x5a), FOUR, unsigned(offset), lane),
  store64Lane: (lane: number, address: Int, x: V128, offset = 0): Statement =>
    statement(int(address), x.code, simd(0x5b), FOUR, unsigned(offset), lane),
  /** Whether any bit is one. */
  anyTrue: (a: V128): I32 => value("i32", a.code, simd(0x53)),
  not: one(0x4d),
  and: two(0x4e),
  /** The bits of the first that the second does not have. */
  andnot: two(0x4f),
  or: two(0x50),
  xor: two(0x51),
  /** The bits of the first where the mask has ones, else those of the second. */
  bitselect: (yes: V128, no: V128, mask: V128): V128 => value("v128", yes.code, no.code, mask.code, simd(0x52)),
};

/** Instructions on sixteen bytes. */
export const i8x16 = {
  /** Whether no byte is zero. */
  allTrue: (a: V128): I32 => value("i32", a.code, simd(0x63)),
  /** Two vectors of sixteen-bit integers as one of bytes, each kept between 0 and 255. */
  narrowU: two(0x66),
  /** The same, each kept between -128 and 127. */
  narrowS: two(0x65),
  /** Without signs, at least zero. */
  subSatU: two(0x73),
  minU: two(0x77),
  maxU: two(0x79),
};

/** Instructions on eight 16-bit integers. */
export const i16x8 = {
  /** Two vectors of integers as one of half their width, each kept between 0 and 65535. */
  narrowU: two(0x86),
  /** The same, each kept between -32768 and 32767. */
  narrowS: two(0x85),
  eq: two(0x2d),
  gtS: two(0x31),
  shl: shift(0x8b),
  shrU: shift(0x8d),
  add: two(0x8e),
  sub: two(0x91),
  /** Without signs, at least zero. */
  subSatU: two(0x93),
  /** Half of the sums and one, without signs: of a number and zero, half of it, rounded up. */
  avgrU: two(0x9b),
  /** Eight times the same constant. */
  all: (x: number): V128 => i32x4.all((x & 0xffff) | (x << 16)),
  /** Eight integers out of the sixteen of two vectors. */
  shuffle: (a: V128, b: V128, ...integers: readonly number[]): V128 =>
    value(
      "v128",
      a.code,
      b.code,
      simd(0x0d),
      integers.flatMap((i) => [2 * i, 2 * i + 1]),
    ),
};

/** Instructions on four 32-bit integers. */
export const i32x4 = {
  const: (...x: readonly [number, number, number, number]): V128 =>
    value("v128", simd(0x0c), [...new Uint8Array(Int32Array.from(x).buffer)]),
  /** Four times the same constant. */
  all: (x: number): V128 => i32x4.const(x, x, x, x),
  splat: (x: I32): V128 => value("v128", x.code, simd(0x11)),
  gtS: two(0x3b),
  bitmask: (a: V128): I32 => value("i32", a.code, simd(0xa4)),
  extendLowS: one(0xa7),
  extendHighS: one(0xa8),
  shl: shift(0xab),
  shrS: shift(0xac),
  shrU: shift(0xad),
  add: two(0xae),
  sub: two(0xb1),
  mul: two(0xb5),
  minS: two(0xb6),
  maxS: two(0xb8),
  maxU: two(0xb9),
};

/** Instructions on two 64-bit integers. */
export const i64x2 = {
  /** Twice the same constant, of two halves. */
  all: (low: number, high: number): V128 => i32x4.const(low, high, low, high),
  /** Products of the first two of four 32-bit integers, without signs … */
  extmulLowU: two(0xde),
  /** … and of the last two. */
  extmulHighU: two(0xdf),
  extendLowU: one(0xc9),
  shl: shift(0xcb),
  shrS: shift(0xcc),
  shrU: shift(0xcd),
};

/** Instructions on four float32 numbers. */
export const f32x4 = {
  /** Four times the same constant. */
  all: (x: number): V128 => value("v128", simd(0x0c), float(x), float(x), float(x), float(x)),
  splat: (x: F32): V128 => value("v128", x.code, simd(0x13)),
  extractLane: (lane: number, a: V128): F32 => value("f32", a.code, simd(0x1f), lane),
  replaceLane: (lane: number, a: V128, x: F32): V128 => value("v128", a.code, x.code, simd(0x20), lane),
  /** Four floats out of the eight of two vectors. */
  shuffle: (a: V128, b: V128, ...floats: readonly [number, number, number, number]): V128 =>
    value(
      "v128",
      a.code,
      b.code,
      simd(0x0d),
      floats.flatMap((f) => [4 * f, 4 * f + 1, 4 * f + 2, 4 * f + 3]),
    ),
  eq: two(0x41),
  ne: two(0x42),
  lt: two(0x43),
  gt: two(0x44),
  le: two(0x45),
  ge: two(0x46),
  floor: one(0x68),
  /** Two float64 numbers, and zeros behind them. */
  demoteZero: one(0x5e),
  convertS: one(0xfa),
  abs: one(0xe0),
  neg: one(0xe1),
  sqrt: one(0xe3),
  add: two(0xe4),
  sub: two(0xe5),
  mul: two(0xe6),
  div: two(0xe7),
  min: two(0xe8),
  max: two(0xe9),
  /** The second where it is larger. */
  pmax: two(0xeb),
};

/** Instructions on two float64 numbers. */
export const f64x2 = {
  /** Twice the same constant. */
  all: (x: number): V128 => {
    const bytes = [...new Uint8Array(Float64Array.of(x).buffer)];
    return value("v128", simd(0x0c), bytes, bytes);
  },
  splat: (x: F64): V128 => value("v128", x.code, simd(0x14)),
  extractLane: (lane: number, a: V128): F64 => value("f64", a.code, simd(0x21), lane),
  /** The first two floats in double precision. */
  promoteLow: one(0x5f),
  /** The first two of four 32-bit integers. */
  convertLowS: one(0xfe),
  convertLowU: one(0xff),
  gt: two(0x4a),
  sqrt: one(0xef),
  add: two(0xf0),
  sub: two(0xf1),
  mul: two(0xf2),
  div: two(0xf3),
  max: two(0xf5),
};
