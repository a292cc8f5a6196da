import type { Codec } from "@descent/arrays/engine";
import { CODED, OWNED } from "./kernel.ts";

/*
 * State in fewer bytes: @descent/arrays' codecs, bit for bit. Codes are made of the bits of numbers alone, because shaders may take subnormal numbers for zeros, and codes
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

/** The functions that these codecs call, for the top of the shader. */
export function codecFunctions(codecs: Iterable<Codec>): string {
  const used = new Set(codecs);
  return (used.has("bfloat16") ? bfloat16 : "") + (used.has("float8") ? float8 : "");
}

/** The number at this place. */
export function decoded({ codec, binding, words, heads }: CodedPlace, at: string): string {
  if (codec === "bfloat16")
    return `from_bfloat16(${binding}[${words} + (((${at}) >> 3u) << 2u) + ((${at}) & 3u)], ${at})`;
  return `from_float8(${binding}[${words} + ((${at}) >> 2u)], ${binding}[${heads} + ((${at}) >> 9u)], ${at})`;
}

/** Text that makes a shader store numbers by codecs. */
export interface Encoding {
  /** For the top of the shader. */
  readonly declared: string;
  /** Before a thread's first number. */
  readonly before: string;
  /** Takes a number, `k` of the thread's and `i` of the tensor's piece. */
  take(slot: number, value: string): string;
  /** After its last. */
  readonly after: string;
}

/**
 * Each thread has eight numbers beside each other, whose codes fill words of their own; those behind the last number are zeros. For
 * the scales of their blocks threads wait for one another once.
 */
export function encoding(slots: readonly CodedPlace[]): Encoding {
  const blocks = CODED / 256;
  const eights = slots.flatMap(({ codec }, j) => (codec === "float8" ? [j] : []));
  const at = (slot: number, block: string): string => `${eights.indexOf(slot) * blocks}u + ${block}`;
  const weighed = (j: number): string => `
var top${j} = 0u;
var sign${j} = 0u;
for (var k = 0u; k < ${OWNED}u; k++) {
  top${j} = max(top${j}, bitcast<u32>(c${j}[k]) & 0x7fffffffu);
  sign${j} |= bitcast<u32>(c${j}[k]);
}
atomicMax(&most[${at(j, "block")}], top${j});
atomicOr(&signs[${at(j, "block")}], sign${j});`;
  const head = (j: number, block: string): string =>
    `float8_head(atomicLoad(&most[${at(j, block)}]), atomicLoad(&signs[${at(j, block)}]))`;
  const stored = ({ codec, binding, words, heads }: CodedPlace, j: number): string => {
    if (codec === "bfloat16")
      return `
for (var q = 0u; q < 4u; q++) { ${binding}[${words} + begin / 2u + q] = c${j}[q]; }`;
    return `
let head${j} = ${head(j, "block")};
for (var q = 0u; q < 2u; q++) {
  var word = 0u;
  for (var k = 0u; k < 4u; k++) { word |= to_float8(c${j}[4u * q + k], head${j}) << (8u * k); }
  ${binding}[${words} + begin / 4u + q] = word;
}
if (thread % 64u == 0u) { ${binding}[${heads} + begin / 512u] = (head${j} & 0xffffu) | (${head(j, "block + 1u")} << 16u); }`;
  };
  return {
    declared:
      eights.length === 0
        ? ""
        : ["most", "signs"]
            .map((name) => `var<workgroup> ${name}: array<atomic<u32>, ${eights.length * blocks}>;\n`)
            .join(""),
    before: slots
      .map(({ codec }, j) => `var c${j}: array<${codec === "bfloat16" ? "u32, 4" : `f32, ${OWNED}`}>;\n`)
      .join(""),
    take: (j, value) => {
      const { codec, seed } = slots[j]!; // one of them
      return codec === "bfloat16"
        ? `c${j}[k & 3u] |= to_bfloat16(${value}, ${seed} + (first + i) * 0x9e37u) << (4u * (k & 4u));`
        : `c${j}[k] = ${value};`;
    },
    after: `
let block = thread / ${256 / OWNED}u;
let begin = first + turn * ${CODED}u + ${OWNED}u * thread;${eights.map(weighed).join("")}
${eights.length > 0 ? "workgroupBarrier();" : ""}
if (turn * ${CODED}u + block * 256u < length) {${slots.map(stored).join("")}
}`,
  };
}
