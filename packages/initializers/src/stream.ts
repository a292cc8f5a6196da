import { OptimizerError } from "@descent/core";
import { philox, shown } from "@descent/core/adapter";

/** Random numbers by index: number `i` depends on the stream and on `i`, never on what was drawn before. */
export interface Stream {
  /** Uniform in [0, 1), all 53 bits random. */
  uniform(i: number): number;
  /** Standard normal, by Box and Muller's method: numbers 2k and 2k + 1 are the two legs of one pair. */
  normal(i: number): number;
  /** Standard normal within ±2, drawn again until it is; its standard deviation is 0.8796. */
  truncated(i: number): number;
}

/** The standard deviation of a standard normal cut at ±2. */
export const CUT = 0.8796256610342398;

/**
 * The stream of one seed and one name. The seed is the key of a Philox generator, the name's hash half of its counter:
 * two seeds, or two names whose 64-bit hashes differ, share no block. The bits are the same on every machine; a normal may
 * differ in its last double-precision bit between JavaScript engines, whose log and cos do.
 * Throws if `seed` is not a whole number from 0 to 2^53 - 1.
 */
export function stream(seed: number, name: string): Stream {
  if (typeof name !== "string")
    throw new OptimizerError(`\`stream\` takes a name, such as "dense/kernel"; got ${shown(name)}.`);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new OptimizerError(`The seed of \`${name}\` is ${shown(seed)}. Give a whole number from 0 to 2^53 - 1.`);
  const key = [seed | 0, Math.floor(seed / 2 ** 32)] as const;
  const hash = fnv1a(name);
  const name0 = Number(BigInt.asIntN(32, hash));
  const name1 = Number(BigInt.asIntN(32, hash >> 32n));

  // Neighbours share a block, so the last one is kept. `redraw` counts in the 12 bits of the counter that no index reaches.
  let at = -1;
  let redrawn = 0;
  let u = 0;
  let v = 0;
  const seek = (i: number, redraw: number): void => {
    if (!Number.isSafeInteger(i) || i < 0)
      throw new OptimizerError(`A stream has no number at index ${shown(i)}. Indices are whole numbers, 0 or above.`);
    const block = Math.floor(i / 2);
    if (block === at && redraw === redrawn) return;
    const words = philox([block | 0, Math.floor(block / 2 ** 32) | (redraw << 20), name0, name1], key);
    u = unit(words[0], words[1]);
    v = unit(words[2], words[3]);
    at = block;
    redrawn = redraw;
  };
  const normal = (i: number, redraw: number): number => {
    seek(i, redraw);
    const radius = Math.sqrt(-2 * Math.log(1 - u)); // 1 - u, because u may be 0
    return radius * (i % 2 === 0 ? Math.cos(2 * Math.PI * v) : Math.sin(2 * Math.PI * v));
  };
  return {
    uniform(i) {
      seek(i, 0);
      return i % 2 === 0 ? u : v;
    },
    normal: (i) => normal(i, 0),
    truncated(i) {
      let z = normal(i, 0);
      for (let redraw = 1; Math.abs(z) > 2; redraw++) z = normal(i, redraw); // 4.6 % of them, 0.2 % twice
      return z;
    },
  };
}

/** 27 bits and 26 bits make a number in [0, 1). */
const unit = (a: number, b: number): number => ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;

/** FNV-1a over the UTF-8 bytes of a name, 64 bits. */
export function fnv1a(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of utf8(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

// TextEncoder belongs to the host, not to JavaScript, and this package assumes no host.
function* utf8(text: string): Generator<number> {
  for (const character of text) {
    const code = character.codePointAt(0)!; // a character of a string has a code
    const more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    yield more === 0 ? code : (0x100 - (0x80 >> more)) | (code >> (6 * more));
    for (let left = more - 1; left >= 0; left--) yield 0x80 | ((code >> (6 * left)) & 0x3f);
  }
}
