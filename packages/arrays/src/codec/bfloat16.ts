import { wasm } from "@descent/core/kernels";
import { STEP } from "./codec.ts";
import type { Keeping } from "./keeping.ts";

const { advance, i16x8, i32, i32x4, v128, when } = wasm;
type Vector = wasm.V128;

/** The bits of a float32's size, its sign, and those of the largest finite one. */
const SIZE = 0x7fffffff;
const SIGN = 0x80000000;
const LARGEST = 0x7f7fffff;
/** A word's upper half. */
const UPPER = 0xffff0000;

/** The thresholds of eight numbers after the first one's, as they lie: those of number i and i + 4 are halves of one word. */
const AFTER = [0, 1, 2, 3].map((i) => ((((i + 4) * STEP) & 0xffff) << 16) | ((i * STEP) & 0xffff)) as [
  number,
  number,
  number,
  number,
];

/** codec.ts's bfloat16, bit for bit. Its words: the seed, and the first number divided by eight. */
export function bfloat16(pointer: wasm.Local<"i32">, local: wasm.NewLocal): Keeping {
  const [random, number, size] = [local("v128"), local("v128"), local("v128")];
  /** In the rest, which half of the thresholds is next. */
  const half = local("i32");
  /** Four codes, each in an integer of its own, from sixteen random bits each. */
  const codes = (value: Vector, bits: Vector): Vector => {
    const rounded = i32x4.add(size.tee(v128.and(number.tee(value), i32x4.all(SIZE))), bits);
    // Numbers stay finite; an infinity and a NaN, whose size is above that, are themselves.
    const kept = i32x4.maxS(i32x4.minS(rounded, i32x4.all(LARGEST)), size);
    return i32x4.shrU(v128.or(kept, v128.and(number, i32x4.all(SIGN))), 16);
  };
  /** The even vector of a pair, until the odd one is known. */
  const held = local("v128");
  const [upper, raw] = [local("v128"), local("v128")];
  /**
   * Eight codes, of four numbers held and four more, into `upper`: where a number's lower half is above its threshold, its upper
   * half goes up.
   */
  const eight = (): wasm.Body => {
    // Side by side the halves of numbers whose thresholds share a word.
    const lower = i16x8.shuffle(held, i32x4.shl(number, 16), 0, 9, 2, 11, 4, 13, 6, 15);
    const stays = i16x8.eq(i16x8.subSatU(lower, random), i16x8.all(0));
    // The largest finite number stays; so do infinity and NaN.
    const small = i16x8.gtS(i16x8.all(0x7f7f), v128.and(upper, i16x8.all(0x7fff)));
    return [
      upper.set(i16x8.shuffle(i32x4.shrU(held, 16), number, 0, 9, 2, 11, 4, 13, 6, 15)),
      upper.set(i16x8.sub(upper, v128.andnot(small, stays))),
    ];
  };
  const next = (): Vector => i16x8.add(random, i16x8.all((8 * STEP) & 0xffff));
  return {
    words: 2,
    begin: (word) => [
      random.set(i32x4.add(i32x4.splat(word(0)), i32x4.mul(i32x4.splat(word(1)), i32x4.all(8 * STEP)))),
      random.set(v128.or(v128.and(random, i32x4.all(0xffff)), i32x4.shl(random, 16))),
      random.set(i16x8.add(random, i32x4.const(...AFTER))),
      half.set(i32.const(0)),
    ],
    // Eight codes in four words: first the lower halves.
    read: (turn, where) => {
      if (where === "rest") return i32x4.shl(i32x4.shrU(v128.load(pointer), half), 16);
      if (turn % 2 === 0) return i32x4.shl(raw.tee(v128.load(pointer, 8 * turn)), 16);
      return v128.and(raw, i32x4.all(UPPER));
    },
    write: (turn, value, where) => {
      if (where === "rest") {
        const bits = v128.andnot(i32x4.all(0xffff), i32x4.shrU(random, half));
        const others = v128.and(v128.load(pointer), i32x4.shrU(i32x4.all(UPPER), half));
        return v128.store(pointer, v128.or(i32x4.shl(codes(value, bits), half), others));
      }
      if (turn % 2 === 0) return held.set(value);
      return [number.set(value), eight(), v128.store(pointer, upper, 8 * (turn - 1)), random.set(next())];
    },
    forward: (numbers, where) =>
      where === "rest"
        ? [advance(pointer, half), when(half, random.set(next())), half.set(i32.sub(16, half))]
        : advance(pointer, 2 * numbers),
  };
}
