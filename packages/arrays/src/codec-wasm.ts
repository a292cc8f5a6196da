import {
  AND,
  assemble,
  BITSELECT,
  BREAK_IF,
  type Bytes,
  CONST,
  ELSE,
  END,
  F32X4_ABS,
  F32X4_EXTRACT,
  F32X4_GT,
  functionType,
  get,
  I32,
  I32_ADD,
  I32_AND,
  I32_GT,
  I32_SHIFT_RIGHT,
  I32_SUB,
  I32X4_GT,
  I32X4_SPLAT,
  IF,
  int,
  LOAD,
  LOOP,
  OR,
  STORE,
  set,
  simd,
  splat,
  V128,
} from "./assembler.ts";
import { BLOCK, BROKEN, LEAST, LIFT, LIMIT, ROOTS, SIGNED, STRIDE, TOP, ZERO } from "./codec.ts";

const F32 = 0x7d;
const I32_EQ = [0x46];
const I32_OR = [0x72];
const I32_SHIFT_LEFT = [0x74];
const I32_SHIFT_RIGHT_SIGNED = [0x75];
const I32_LOAD_16 = [0x2e, 1, 0];
const I32_STORE_16 = [0x3b, 1, 0];
const F32_CONST = 0x43;
const F32_LESS = [0x5d];
const F32_GREATER = [0x5e];
const F32_SQRT = [0x91];
const TO_BITS = [0xbc];
const TO_FLOAT = [0xbe];
const SELECT = [0x1b];
const F32X4_SPLAT = simd(0x13);
const F32X4_SQRT = simd(0xe3);
const F32X4_MUL = simd(0xe6);
const SHUFFLE = simd(0x0d);
const XOR = simd(0x51);
const BITMASK = simd(0xa4);
const SHIFT_LEFT = simd(0xab);
const SHIFT_RIGHT = simd(0xad);
const I32X4_ADD = simd(0xae);
const I32X4_MUL = simd(0xb5);
const I32X4_MIN = simd(0xb6);
const I32X4_MAX = simd(0xb8);
const NARROW_TO_16 = simd(0x86); // unsigned
const NARROW_TO_8 = simd(0x66); // unsigned
const WIDEN_8 = { low: simd(0x89), high: simd(0x8a) };
const WIDEN_16 = { low: simd(0xa9), high: simd(0xaa) };

const f32 = (x: number): number[] => [F32_CONST, ...new Uint8Array(Float32Array.of(x).buffer)];
const bytesOf = (lanes: readonly number[]): number[] => [...new Uint8Array(Int32Array.from(lanes).buffer)];
const lanes = (...x: readonly number[]): number[] => [...CONST, ...bytesOf(x)];
const all = (x: number): number[] => lanes(x, x, x, x);
const load = (from: number, offset = 0): number[] => [...get(from), ...LOAD, offset];
const store = (to: number, value: Bytes, offset = 0): number[] => [...get(to), ...value, ...STORE, offset];
const advance = (local: number, by: number): number[] => [...get(local), ...int(by), ...I32_ADD, ...set(local)];
/** Runs `body` as often as the local `left` says, which is at least once. */
const repeat = (left: number, body: Bytes): number[] => [
  ...LOOP,
  ...body,
  ...advance(left, -1),
  ...get(left),
  ...BREAK_IF,
  0,
  ...END,
];

/** `scramble` of codec.ts on four numbers in the local `x`. */
const scrambled = (x: number): number[] => {
  const mix = (shift: number): number[] => [...get(x), ...get(x), ...int(shift), ...SHIFT_RIGHT, ...XOR];
  const times = (factor: number): number[] => [...all(factor), ...I32X4_MUL, ...set(x)];
  return [...mix(16), ...times(0x7feb352d), ...mix(15), ...times(0x846ca68b), ...mix(16)];
};

/** `encode16(codes, from, eights, first, seed)`: eight numbers at a time, the first of them those of eight `first`. */
function encode16(): Bytes {
  const [codes, from, eights, first, seed] = [0, 1, 2, 3, 4] as const;
  const [index, random, value, size, low] = [5, 6, 7, 8, 9] as const;
  const half = (offset: number, bits: Bytes): number[] => [
    ...[...load(from, offset), ...set(value), ...get(value), ...all(0x7fffffff), ...AND, ...set(size)],
    // Of a number the size and sixteen random bits, but no more than the largest; a NaN keeps a digit.
    ...[...get(random), ...bits, ...get(size), ...I32X4_ADD, ...all(0x7f7fffff), ...I32X4_MIN],
    ...[...get(size), ...get(size), ...all(0x7f800000), ...I32X4_GT, ...all(0x400000), ...AND, ...OR],
    ...[...all(0x7f800000), ...get(size), ...I32X4_GT, ...BITSELECT],
    ...[...get(value), ...all(0x80000000), ...AND, ...OR, ...int(16), ...SHIFT_RIGHT],
  ];
  return [
    ...[...get(first), ...int(2), ...I32_SHIFT_LEFT, ...I32X4_SPLAT, ...lanes(0, 1, 2, 3), ...I32X4_ADD],
    ...[...all(STRIDE), ...I32X4_MUL, ...get(seed), ...I32X4_SPLAT, ...I32X4_ADD, ...set(index)],
    ...repeat(eights, [
      ...[...get(index), ...set(random), ...scrambled(random), ...set(random)],
      ...[...half(0, [...all(0xffff), ...AND]), ...set(low)],
      ...store(codes, [...get(low), ...half(16, [...int(16), ...SHIFT_RIGHT]), ...NARROW_TO_16]),
      ...[...get(index), ...all(Math.imul(4, STRIDE)), ...I32X4_ADD, ...set(index)],
      ...[...advance(codes, 16), ...advance(from, 32)],
    ]),
    ...END,
  ];
}

/** `decode16(codes, to, eights)`. */
function decode16(): Bytes {
  const [codes, to, eights] = [0, 1, 2] as const;
  const half = (widen: Bytes): number[] => [...load(codes), ...widen, ...int(16), ...SHIFT_LEFT];
  return [
    ...repeat(eights, [
      ...[...store(to, half(WIDEN_16.low)), ...store(to, half(WIDEN_16.high), 16)],
      ...[...advance(codes, 16), ...advance(to, 32)],
    ]),
    ...END,
  ];
}

/** One of two constants: the first where the local `roots` is not zero. */
const either = (roots: number, yes: Bytes, no: Bytes): number[] => [...yes, ...no, ...get(roots), ...SELECT];
/** Stores sixteen bytes, or four numbers, so many times. */
const fill = (to: number, left: number, value: Bytes, times: number): number[] => [
  ...[...int(times), ...set(left)],
  ...repeat(left, [...store(to, value), ...advance(to, 16)]),
];

/** `encode8(codes, heads, from, blocks)`. */
function encode8(): Bytes {
  const [codes, heads, from, blocks] = [0, 1, 2, 3] as const;
  const [left, kind, roots, top, scale, most] = [4, 5, 6, 7, 8, 9] as const; // the last a float
  const [largest, signs, up, down, rooted, floor, value, size, code] = [10, 11, 12, 13, 14, 15, 16, 17, 18] as const;
  const swapped = (...from: readonly number[]): number[] => [
    ...[...get(largest), ...get(largest), ...SHUFFLE],
    ...from.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  ];
  const four = (offset: number): number[] => [
    ...[...load(from, offset), ...set(value), ...get(value), ...F32X4_ABS, ...set(size)],
    ...[...get(size), ...F32X4_SQRT, ...get(size), ...get(rooted), ...BITSELECT],
    ...[...get(up), ...F32X4_MUL, ...get(down), ...F32X4_MUL, ...set(code)],
    // To nearest, ties to even.
    ...[...get(code), ...int(20), ...SHIFT_RIGHT, ...all(1), ...AND, ...get(code), ...I32X4_ADD],
    ...[...all(0x7ffff), ...I32X4_ADD, ...int(20), ...SHIFT_RIGHT],
    ...[...get(size), ...splat(0), ...F32X4_GT, ...get(floor), ...AND, ...I32X4_MAX],
    ...[...get(value), ...int(24), ...SHIFT_RIGHT, ...all(0x80), ...AND, ...OR],
  ];
  return [
    ...repeat(blocks, [
      ...[...splat(0), ...set(largest), ...splat(0), ...set(signs), ...int(BLOCK / 4), ...set(left)],
      ...repeat(left, [
        ...[...load(from), ...set(value)],
        // As integers, sizes are in the same order, and what is no number is above them all.
        ...[...get(largest), ...get(value), ...F32X4_ABS, ...I32X4_MAX, ...set(largest)],
        ...[...get(signs), ...get(value), ...OR, ...set(signs), ...advance(from, 16)],
      ]),
      ...[...get(largest), ...swapped(2, 3, 0, 1), ...I32X4_MAX, ...set(largest)],
      ...[...get(largest), ...swapped(1, 0, 3, 2), ...I32X4_MAX, ...F32X4_EXTRACT, 0, ...set(most)],
      ...[...int(ROOTS), ...int(ZERO), ...get(most), ...f32(0), ...F32_GREATER, ...SELECT, ...set(kind)],
      ...[...int(SIGNED), ...get(kind), ...get(signs), ...BITMASK, ...SELECT, ...set(kind)],
      ...[...get(kind), ...int(BROKEN), ...get(most), ...f32(LIMIT), ...F32_LESS, ...SELECT, ...set(kind)],
      ...[...get(kind), ...int(ROOTS), ...I32_EQ, ...set(roots)],
      ...[...either(roots, [...get(most), ...F32_SQRT], get(most)), ...TO_BITS, ...set(top)],
      ...[...get(top), ...int(23), ...I32_SHIFT_RIGHT, ...int(-127), ...I32_ADD],
      ...[...get(top), ...int(0x7fffff), ...I32_AND, ...int(0x700000), ...I32_GT, ...I32_ADD],
      ...[...either(roots, int(TOP.roots), int(TOP.signed)), ...I32_SUB, ...set(scale)],
      ...[...get(scale), ...int(LEAST), ...get(scale), ...int(LEAST), ...I32_GT, ...SELECT, ...set(scale)],
      ...[...get(kind), ...int(1), ...I32_ADD, ...int(2), ...I32_AND], // is it SIGNED or ROOTS?
      ...IF,
      ...[...get(heads), ...get(scale), ...int(2), ...I32_SHIFT_LEFT, ...get(kind), ...I32_OR, ...I32_STORE_16],
      ...[
        ...int(127),
        ...get(scale),
        ...I32_SUB,
        ...int(23),
        ...I32_SHIFT_LEFT,
        ...TO_FLOAT,
        ...F32X4_SPLAT,
        ...set(up),
      ],
      ...[...either(roots, f32(2 ** -LIFT.roots), f32(2 ** -LIFT.signed)), ...F32X4_SPLAT, ...set(down)],
      ...[
        ...get(roots),
        ...I32X4_SPLAT,
        ...set(floor),
        ...int(0),
        ...get(roots),
        ...I32_SUB,
        ...I32X4_SPLAT,
        ...set(rooted),
      ],
      ...[...advance(from, -4 * BLOCK), ...int(BLOCK / 16), ...set(left)],
      ...repeat(left, [
        ...get(codes),
        ...[...four(0), ...four(16), ...NARROW_TO_16, ...four(32), ...four(48), ...NARROW_TO_16, ...NARROW_TO_8],
        ...[...STORE, 0, ...advance(codes, 16), ...advance(from, 64)],
      ]),
      ...ELSE,
      ...[...get(heads), ...get(kind), ...I32_STORE_16, ...fill(codes, left, splat(0), BLOCK / 16)],
      ...END,
      ...advance(heads, 2),
    ]),
    ...END,
  ];
}

/** `decode8(codes, heads, to, blocks)`. */
function decode8(): Bytes {
  const [codes, heads, to, blocks] = [0, 1, 2, 3] as const;
  const [left, head, roots] = [4, 5, 6] as const;
  const [scale, lift, size, sign, rooted, raw, value] = [7, 8, 9, 10, 11, 12, 13] as const;
  const four = (widen8: Bytes, widen16: Bytes, offset: number): number[] => [
    ...[...get(raw), ...widen8, ...widen16, ...set(value)],
    ...[...get(value), ...get(size), ...AND, ...int(20), ...SHIFT_LEFT],
    ...[...get(value), ...get(sign), ...AND, ...int(24), ...SHIFT_LEFT, ...OR],
    ...[...get(lift), ...F32X4_MUL, ...get(scale), ...F32X4_MUL, ...set(value)],
    ...store(to, [...get(value), ...get(value), ...F32X4_MUL, ...get(value), ...get(rooted), ...BITSELECT], offset),
  ];
  const isKind = (kind: number): number[] => [...get(head), ...int(3), ...I32_AND, ...int(kind), ...I32_EQ];
  return [
    ...repeat(blocks, [
      ...[...get(heads), ...I32_LOAD_16, ...set(head), ...isKind(ROOTS), ...set(roots)],
      ...[...get(roots), ...isKind(SIGNED), ...I32_OR, ...IF],
      ...[...get(head), ...int(2), ...I32_SHIFT_RIGHT_SIGNED, ...int(127), ...I32_ADD, ...int(23), ...I32_SHIFT_LEFT],
      ...[...TO_FLOAT, ...F32X4_SPLAT, ...set(scale)],
      ...[...either(roots, f32(2 ** LIFT.roots), f32(2 ** LIFT.signed)), ...F32X4_SPLAT, ...set(lift)],
      ...[...either(roots, int(0xff), int(0x7f)), ...I32X4_SPLAT, ...set(size)],
      ...[...either(roots, int(0), int(0x80)), ...I32X4_SPLAT, ...set(sign)],
      ...[...int(0), ...get(roots), ...I32_SUB, ...I32X4_SPLAT, ...set(rooted), ...int(BLOCK / 16), ...set(left)],
      ...repeat(left, [
        ...[...load(codes), ...set(raw)],
        ...[...four(WIDEN_8.low, WIDEN_16.low, 0), ...four(WIDEN_8.low, WIDEN_16.high, 16)],
        ...[...four(WIDEN_8.high, WIDEN_16.low, 32), ...four(WIDEN_8.high, WIDEN_16.high, 48)],
        ...[...advance(codes, 16), ...advance(to, 64)],
      ]),
      ...ELSE,
      ...[...advance(codes, BLOCK), ...isKind(ZERO), ...IF],
      ...[...fill(to, left, splat(0), BLOCK / 4), ...ELSE, ...fill(to, left, splat(Number.NaN), BLOCK / 4), ...END],
      ...END,
      ...advance(heads, 2),
    ]),
    ...END,
  ];
}

/** The functions of a module of {@link emitCodecs}; addresses in bytes, nothing is checked. */
export interface Codecs {
  encode16(codes: number, from: number, eights: number, first: number, seed: number): void;
  decode16(codes: number, to: number, eights: number): void;
  encode8(codes: number, heads: number, from: number, blocks: number): void;
  decode8(codes: number, heads: number, to: number, blocks: number): void;
}

/** codec.ts, to the bit, as a WebAssembly module over the memory `m.m`, for whole eights and blocks, one at least. */
export function emitCodecs({ shared = false }: { readonly shared?: boolean } = {}): Uint8Array<ArrayBuffer> {
  const takes = (n: number): number[] => functionType(new Array<number>(n).fill(I32), []);
  return assemble({
    shared,
    types: [takes(3), takes(4), takes(5)],
    functions: [
      { name: "encode16", type: 2, locals: [[5, V128]], code: encode16() },
      { name: "decode16", type: 0, locals: [], code: decode16() },
      {
        name: "encode8",
        type: 1,
        locals: [
          [5, I32],
          [1, F32],
          [9, V128],
        ],
        code: encode8(),
      },
      {
        name: "decode8",
        type: 1,
        locals: [
          [3, I32],
          [7, V128],
        ],
        code: decode8(),
      },
    ],
  });
}
