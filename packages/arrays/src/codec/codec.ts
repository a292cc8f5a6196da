/**
 * How a state tensor is kept in fewer than four bytes per number. A step decodes a stretch to float32, computes, and
 * encodes the result, so rules and kernels need not know. Decoded numbers encode to themselves, whatever the codec: a
 * state saved as float32 resumes bit for bit.
 *
 * - `bfloat16`: float32 without its lower half, rounded up or down at random in proportion to the distance, so that a
 *   running average whose steps are smaller than a digit still moves as it should on average. The threshold of the first element
 *   is random, a function of the parameter's name, the slot and the step; those of the others follow in steps of the golden
 *   ratio. So each element's is uniform and new in every step, and those of neighbours are spread as evenly as can be.
 * - `float8`: blocks of 256 numbers that share a power of two. A block with a negative number has one sign bit, four
 *   exponent bits and three mantissa bits per number (OCP's E4M3 without NaN). A block without, such as second moments,
 *   has six exponent bits and two mantissa bits, the digits that a square root of five and three has, and no number is rounded
 *   to zero: a second moment lost to zero would be divided by. Rounded to nearest, ties away from zero. A NaN, or a number of
 *   1.5e38 and more, turns its block into NaN.
 */
export type Codec = "bfloat16" | "float8";

/** Numbers that share a scale. */
export const BLOCK = 256;

/** A tensor's numbers as a codec keeps them. */
export interface Coded {
  readonly codec: Codec;
  /** How many numbers it has. */
  readonly length: number;
  /** One code per number, in whole blocks. */
  readonly codes: Uint8Array | Uint16Array;
  /** The blocks' scales and kinds; empty for bfloat16. */
  readonly heads: Int16Array;
  /** Where the random numbers of the next encoding begin. */
  seed: number;
  /** Arrays have one; this tells them apart. */
  readonly buffer?: undefined;
}

const whole = (length: number): number => BLOCK * Math.ceil(length / BLOCK);

/** Bytes that `coded` needs for that many numbers. */
export const codedBytes = (codec: Codec, length: number): number =>
  codec === "bfloat16" ? 2 * whole(length) : whole(length) + (2 * whole(length)) / BLOCK;

/** Room for `length` numbers, all zero, at the beginning of a buffer that is zero. */
export function coded(codec: Codec, length: number, buffer: ArrayBufferLike, address: number): Coded {
  const n = whole(length);
  return codec === "bfloat16"
    ? { codec, length, codes: new Uint16Array(buffer, address, n), heads: new Int16Array(0), seed: 0 }
    : {
        codec,
        length,
        codes: new Uint8Array(buffer, address, n),
        heads: new Int16Array(buffer, address + n, n / BLOCK),
        seed: 0,
      };
}

/** The kinds of blocks: zeros, signed numbers, numbers without a sign, NaN. A head is the scale's exponent × 4 plus the kind. */
export const ZERO = 0;
export const SIGNED = 1;
export const UNSIGNED = 2;
export const BROKEN = 3;

/** The exponent of the factor that turns a code, its exponent and mantissa laid into a float32's, into its value. */
export const LIFT = { signed: 120, unsigned: 96 } as const;
/** The exponent of the largest code. */
export const TOP = { signed: 8, unsigned: 32 } as const;
/** The fraction of the largest code's mantissa, 1.875 or 1.75, as bits of a float32. */
export const LAST = { signed: 0x700000, unsigned: 0x600000 } as const;
/** Of float32's 23 bits of mantissa, those that a code does not have. */
export const DROPPED = { signed: 20, unsigned: 21 } as const;
/**
 * From this size on a block is NaN. Below it numbers round to 1.75 · 2^126 at most, with a sign or without, and so to numbers
 * that are encoded again.
 */
export const LIMIT: number = 1.8125 * 2 ** 126;
/** The smallest exponent of a float32 with all its digits. */
export const LEAST = -126;

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);
const toFloat = (b: number): number => {
  bits[0] = b;
  return float[0]!;
};
const toBits = (x: number): number => {
  float[0] = x;
  return bits[0]!;
};

/** Thirty-two random bits of a number: Wellons' lowbias32, https://nullprogram.com/blog/2018/07/31. */
export function scramble(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
/** Between the thresholds of neighbours: 2¹⁶ divided by the golden ratio. */
export const STEP = 0x9e37;

/** The seed of one slot of one parameter in one step. */
export function seedOf(parameter: string, slot: string, t: number): number {
  let seed = t;
  for (const text of [parameter, slot]) {
    for (let i = 0; i < text.length; i++) seed = scramble(seed ^ text.charCodeAt(i));
    seed = scramble(seed + 1);
  }
  return seed;
}

/** Reads numbers `start` to `start + length` into `out`, from `to` on. `start` is a multiple of BLOCK. */
export function decode({ codec, codes, heads }: Coded, start: number, length: number, out: Float32Array, to = 0): void {
  if (codec === "bfloat16") for (let i = 0; i < length; i++) out[to + i] = toFloat(codes[placeOf(start + i)]! << 16);
  else
    for (let first = 0; first < length; first += BLOCK) {
      const head = heads[(start + first) / BLOCK]!;
      const end = Math.min(length, first + BLOCK);
      const kind = head & 3;
      if (kind === ZERO || kind === BROKEN) out.fill(kind === ZERO ? 0 : Number.NaN, to + first, to + end);
      else
        for (let i = first; i < end; i++) {
          const code = codes[start + i]!;
          if (kind === SIGNED)
            out[to + i] =
              toFloat(((code & 0x7f) << DROPPED.signed) | ((code & 0x80) << 24)) * 2 ** LIFT.signed * 2 ** (head >> 2);
          else out[to + i] = toFloat(code << DROPPED.unsigned) * 2 ** LIFT.unsigned * 2 ** (head >> 2);
        }
    }
}

/** Stores `length` numbers of `x`, from `from` on, as numbers `start` and those after it. Both are multiples of BLOCK, unless `length` goes to the end. */
export function encode(to: Coded, start: number, length: number, x: Float32Array, from = 0): void {
  const { codec, codes, heads, seed } = to;
  if (codec === "bfloat16")
    for (let i = 0; i < length; i++) {
      const threshold = seed + Math.imul(start + i, STEP);
      codes[placeOf(start + i)] = bfloat16(toBits(x[from + i]!), ~threshold & 0xffff);
    }
  else
    for (let first = 0; first < length; first += BLOCK) {
      const end = Math.min(length, first + BLOCK);
      let most = 0;
      let signs = 0;
      for (let i = first; i < end; i++) {
        most = Math.max(most, Math.abs(x[from + i]!));
        signs |= toBits(x[from + i]!);
      }
      // A negative number that becomes zero keeps its sign, and so its block its kind.
      const kind = !(most < LIMIT) ? BROKEN : signs < 0 ? SIGNED : most > 0 ? UNSIGNED : ZERO;
      const b = (start + first) / BLOCK;
      if (kind === ZERO || kind === BROKEN) {
        heads[b] = kind;
        codes.fill(0, start + first, start + end);
        continue;
      }
      const form = kind === SIGNED ? "signed" : "unsigned";
      const top = toBits(most);
      const exponent = (top >> 23) - 127 + ((top & 0x7fffff) > LAST[form] ? 1 : 0);
      const scale = Math.max(LEAST, exponent - TOP[form]);
      heads[b] = (scale << 2) | kind;
      for (let i = first; i < end; i++) {
        const size = Math.abs(x[from + i]!);
        const laid = toBits(Math.fround(size * 2 ** -scale) * 2 ** -LIFT[form]);
        const code = (laid + 2 ** (DROPPED[form] - 1)) >>> DROPPED[form];
        const sign = (toBits(x[from + i]!) >>> 24) & 0x80;
        codes[start + i] = kind === SIGNED ? code | sign : Math.max(code, size > 0 ? 1 : 0);
      }
    }
}

/** Where number i lies in bfloat16: the fifth of eight beside the first, so that both are halves of one word, as their thresholds are. */
const placeOf = (i: number): number => (i & ~7) | ((i & 3) << 1) | ((i >> 2) & 1);

/** The upper half of a float32, rounded up where the lower one and these sixteen bits carry into it; numbers stay finite, and NaN stays NaN. */
function bfloat16(x: number, random: number): number {
  const sign = x & 0x80000000;
  const size = x & 0x7fffffff;
  const rounded = size < 0x7f800000 ? Math.min(size + random, 0x7f7fffff) : size > 0x7f800000 ? size | 0x400000 : size;
  return (sign | rounded) >>> 16;
}

/** All of a tensor's numbers. */
export function decoded(x: Coded): Float32Array<ArrayBuffer> {
  const out = new Float32Array(x.length);
  decode(x, 0, x.length, out);
  return out;
}
