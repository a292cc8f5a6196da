import type { Codec } from "@descent/arrays/engine";
import { STEPPED, THREADS } from "./kernel.ts";

/*
 * State in fewer bytes: @descent/arrays' codecs, bit for bit. A workgroup encodes a block of 256 numbers at a time, one for each of its
 * threads. Codes are made of the bits of numbers alone, because shaders may take subnormal numbers for zeros, and codes
 * that begin with zeros are such.
 */

/** The codec of each slot that has one. */
export type Codecs = ReadonlyMap<string, Codec>;

/** Where a slot's codes lie, as text: its binding, the place of its first word there, that of its heads, and its seed. */
export interface CodedPlace {
  readonly codec: Codec;
  readonly binding: string;
  readonly words: string;
  readonly heads: string;
  readonly seed: string;
}

const bfloat16 = `
fn from_bfloat16(word: u32, at: u32) -> f32 {
  return bitcast<f32>(select(word << 16u, word & 0xffff0000u, (at & 4u) != 0u));
}
fn to_bfloat16(value: f32, threshold: u32) -> u32 {
  let bits = bitcast<u32>(value);
  let size = bits & 0x7fffffffu;
  let rounded = select(select(size, size | 0x400000u, size > 0x7f800000u), min(size + (~threshold & 0xffffu), 0x7f7fffffu), size < 0x7f800000u);
  return ((bits & 0x80000000u) | rounded) >> 16u;
}
`;

/** A head is the scale's exponent × 4 plus the kind of the block: 0 zeros, 1 with signs, 2 without, 3 NaN. */
const float8 = `
fn power(exponent: i32) -> f32 { return bitcast<f32>(u32(exponent + 127) << 23u); }
fn from_float8(word: u32, heads: u32, at: u32) -> f32 {
  let head = i32(heads << select(16u, 0u, (at & 256u) != 0u)) >> 16u;
  let kind = head & 3;
  let code = (word >> (8u * (at & 3u))) & 0xffu;
  if (kind == 0) { return 0.0; }
  if (kind == 3) {
    var bits = 0x7fc00000u;
    return bitcast<f32>(bits);
  }
  let plain = kind == 2;
  let exponent = i32(select((code >> 3u) & 15u, code >> 2u, plain));
  let fraction = select(code & 7u, code & 3u, plain) + select(0u, select(8u, 4u, plain), exponent > 0);
  let size = f32(fraction) * power(max(exponent, 1) - select(10, 33, plain)) * power(head >> 2u);
  return select(size, -size, !plain && (code & 0x80u) != 0u);
}
fn float8_head(top: u32, signs: u32) -> u32 {
  if (top >= 0x7ee80000u) { return 3u; }
  let plain = (signs >> 31u) == 0u;
  if (plain && top == 0u) { return 0u; }
  let carried = i32((top & 0x7fffffu) > select(0x700000u, 0x600000u, plain));
  let scale = max(-126, i32(top >> 23u) - 127 + carried - select(8, 32, plain));
  return (u32(scale) << 2u) | select(1u, 2u, plain);
}
fn to_float8(value: f32, head: u32) -> u32 {
  let bits = bitcast<u32>(value);
  let size = bits & 0x7fffffffu;
  let kind = head & 3u;
  if (kind == 0u || kind == 3u) { return 0u; }
  let plain = kind == 2u;
  let sign = (bits >> 24u) & select(0x80u, 0u, plain);
  if (size == 0u) { return sign; }
  let dropped = select(20u, 21u, plain);
  let exponent = size >> 23u;
  let fraction = (size & 0x7fffffu) | select(0u, 0x800000u, exponent > 0u);
  let zeros = countLeadingZeros(fraction) - 8u;
  let whole = fraction << zeros;
  // How far the number lies above float32's last place, as a code is laid into one.
  let shift = i32(max(exponent, 1u)) - 1 - i32(zeros) - (i32(head) >> 2u) - select(120, 96, plain);
  var laid = 0u;
  if (shift >= 0) {
    laid = (u32(shift) << 23u) + whole;
  } else if (shift >= -24) {
    let gone = u32(-shift);
    laid = whole >> gone;
    let rest = whole & ((1u << gone) - 1u);
    let half = 1u << (gone - 1u);
    if (rest > half || (rest == half && (laid & 1u) != 0u)) { laid++; }
  }
  let code = (laid + (1u << (dropped - 1u))) >> dropped;
  return select(code | sign, max(code, 1u), plain);
}
`;

const room = `
var<workgroup> staged: array<u32, ${THREADS}>;
var<workgroup> most: atomic<u32>;
var<workgroup> signs: atomic<u32>;
`;

/** The functions that these codecs call, for the top of the shader. */
export function codecFunctions(codecs: Iterable<Codec>): string {
  const used = new Set(codecs);
  if (used.size === 0) return "";
  return (used.has("bfloat16") ? bfloat16 : "") + (used.has("float8") ? float8 : "") + room;
}

/** The number at this place. */
export function decoded({ codec, binding, words, heads }: CodedPlace, at: string): string {
  if (codec === "bfloat16")
    return `from_bfloat16(${binding}[${words} + (((${at}) >> 3u) << 2u) + ((${at}) & 3u)], ${at})`;
  return `from_float8(${binding}[${words} + ((${at}) >> 2u)], ${binding}[${heads} + ((${at}) >> 9u)], ${at})`;
}

/** Statements before the loop over blocks, before the numbers of a block are computed, and after, to store `c{i}`. */
export interface Encoding {
  readonly before: string;
  readonly begin: string;
  readonly end: string;
}

/** Stores the numbers of each of these slots, block by block; those behind the last one are zeros. */
export function encoding(slots: readonly CodedPlace[]): Encoding {
  const store = ({ codec, binding, words, heads, seed }: CodedPlace, i: number): string => {
    if (codec === "bfloat16")
      return `
staged[thread] = to_bfloat16(c${i}, ${seed} + (begin + thread) * 0x9e37u);
workgroupBarrier();
if (inside && thread < ${THREADS / 2}u) {
  let pair = (thread >> 2u) * 8u + (thread & 3u);
  ${binding}[${words} + begin / 2u + thread] = staged[pair] | (staged[pair + 4u] << 16u);
}
workgroupBarrier();`;
    return `
if (thread == 0u) {
  atomicStore(&most, 0u);
  atomicStore(&signs, 0u);
}
workgroupBarrier();
atomicMax(&most, bitcast<u32>(c${i}) & 0x7fffffffu);
atomicOr(&signs, bitcast<u32>(c${i}));
workgroupBarrier();
let head${i} = float8_head(atomicLoad(&most), atomicLoad(&signs));
staged[thread] = to_float8(c${i}, head${i});
heads${i} = (heads${i} >> 16u) | (head${i} << 16u);
workgroupBarrier();
if (inside && thread < ${THREADS / 4}u) {
  let four = 4u * thread;
  ${binding}[${words} + begin / 4u + thread] = staged[four] | (staged[four + 1u] << 8u) | (staged[four + 2u] << 16u) | (staged[four + 3u] << 24u);
}
if (k % 2u == 1u && turn * ${STEPPED}u + (k - 1u) * ${THREADS}u < length && thread == 0u) { ${binding}[${heads} + begin / 512u] = heads${i}; }
workgroupBarrier();`;
  };
  return {
    before: slots.map(({ codec }, i) => (codec === "float8" ? `var heads${i} = 0u;\n` : "")).join(""),
    begin: slots.map((_, i) => `var c${i} = 0.0;\n`).join(""),
    end:
      slots.length === 0
        ? ""
        : `let inside = turn * ${STEPPED}u + k * ${THREADS}u < length;
let begin = first + turn * ${STEPPED}u + k * ${THREADS}u;${slots.map(store).join("")}`,
  };
}
