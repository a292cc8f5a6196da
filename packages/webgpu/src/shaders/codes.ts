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
  let code = (word >> (8u * (at & 3u))) & 0xffu;
  let plain = (head & 3) == 2;
  let size = select(code & 0x7fu, code, plain);
  // Below the smallest exponent a code is a multiple of the least one. The codes of zeros and of NaN are zeros.
  let least = f32(size) * select(0x1p-9f, 0x1p-32f, plain);
  let laid = bitcast<f32>((size << select(20u, 21u, plain)) + (select(120u, 96u, plain) << 23u));
  let bits = bitcast<u32>(select(laid, least, size < select(8u, 4u, plain)) * power(head >> 2u));
  let signed = bits | ((code ^ size) << 24u);
  return bitcast<f32>(select(signed, 0x7fc00000u, (head & 3) == 3));
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
  let plain = kind == 2u;
  // As numbers of a code's exponents; what a device would take for zero is read as a whole number instead.
  let tiny = size < 0x800000u;
  let exponent = -(i32(head) >> 2u);
  let x = select(bitcast<f32>(size), f32(size), tiny) * power(select(exponent, max(exponent - 149, -126), tiny));
  // A code's digits with more behind them, as float32 has them; below the smallest exponent rounded to the last of those first.
  let lift = select(120u, 96u, plain);
  let rounded = u32(round(min(x * select(0x1p29f, 0x1p53f, plain), 0x1p24f)));
  let laid = select(rounded, bitcast<u32>(x) - (lift << 23u), bitcast<u32>(x) >= (lift + 1u) << 23u);
  let dropped = select(20u, 21u, plain);
  let code = (laid + (1u << (dropped - 1u))) >> dropped;
  let sign = (bits >> 24u) & 0x80u;
  return select(select(code | sign, max(code, min(size, 1u)), plain), 0u, kind == 0u || kind == 3u);
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
      .map(({ codec }, j) =>
        codec === "bfloat16"
          ? `var c${j}: array<u32, 4>;\n`
          : `var c${j}: array<f32, ${OWNED}>;\nvar top${j} = 0u;\nvar sign${j} = 0u;\n`,
      )
      .join(""),
    take: (j, value) => {
      const { codec, seed } = slots[j]!; // one of them
      return codec === "bfloat16"
        ? `c${j}[k & 3u] |= to_bfloat16(${value}, ${seed} + (first + i) * 0x9e37u) << (4u * (k & 4u));`
        : `c${j}[k] = ${value};
top${j} = max(top${j}, bitcast<u32>(${value}) & 0x7fffffffu);
sign${j} |= bitcast<u32>(${value});`;
    },
    after: `
let block = thread / ${256 / OWNED}u;
let begin = first + turn * ${CODED}u + ${OWNED}u * thread;${eights.map(weighed).join("")}
${eights.length > 0 ? "workgroupBarrier();" : ""}
if (turn * ${CODED}u + block * 256u < length) {${slots.map(stored).join("")}
}`,
  };
}
