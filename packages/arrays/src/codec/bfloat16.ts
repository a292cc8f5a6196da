import { wasm } from "@descent/core/kernels";
import { STRIDE } from "./codec.ts";
import type { Keeping } from "./keeping.ts";

const { advance, i16x8, i32, i32x4, select, v128 } = wasm;
type Vector = wasm.V128;

/** The bits of a float32's size, its sign, and those of the largest finite one. */
const SIZE = 0x7fffffff;
const SIGN = 0x80000000;
const LARGEST = 0x7f7fffff;
/** A word's upper half. */
const UPPER = 0xffff0000;

/** `scramble` of codec.ts on four numbers in the local `x`. */
function scrambled(x: wasm.Local<"v128">): wasm.Body {
  const mix = (bits: number): Vector => v128.xor(x, i32x4.shrU(x, bits));
  return [
    x.set(i32x4.mul(mix(16), i32x4.all(0x7feb352d))),
    x.set(i32x4.mul(mix(15), i32x4.all(0x846ca68b))),
    x.set(mix(16)),
  ];
}

/** codec.ts's bfloat16, bit for bit. Its words: the seed, and the first number divided by eight. */
export function bfloat16(pointer: wasm.Local<"i32">, local: wasm.NewLocal): Keeping {
  const [index, random, number, size] = [local("v128"), local("v128"), local("v128"), local("v128")];
  /** In the rest, which half of the random bits is next. */
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
   * Eight codes, of four numbers held and four more, into `upper`: a random half carries into a number's upper half with
   * its lower one.
   */
  const eight = (): wasm.Body => {
    // Side by side the halves of numbers that share random bits.
    const lower = i16x8.shuffle(held, i32x4.shl(number, 16), 0, 9, 2, 11, 4, 13, 6, 15);
    const stays = i16x8.eq(i16x8.subSatU(lower, random), i16x8.all(0));
    // The largest finite number stays; so do infinity and NaN.
    const small = i16x8.gtS(i16x8.all(0x7f7f), v128.and(upper, i16x8.all(0x7fff)));
    return [
      upper.set(i16x8.shuffle(i32x4.shrU(held, 16), number, 0, 9, 2, 11, 4, 13, 6, 15)),
      upper.set(i16x8.sub(upper, v128.andnot(small, stays))),
    ];
  };
  const drawn = (): wasm.Body => [random.set(index), scrambled(random)];
  return {
    words: 2,
    begin: (word) => [
      index.set(
        i32x4.add(
          i32x4.mul(i32x4.add(i32x4.splat(i32.shl(word(1), 2)), i32x4.const(0, 1, 2, 3)), i32x4.all(STRIDE)),
          i32x4.splat(word(0)),
        ),
      ),
      half.set(i32.const(0)),
    ],
    // Eight codes in four words: first the lower halves.
    read: (turn, rest) => {
      if (rest) return i32x4.shl(i32x4.shrU(v128.load(pointer), half), 16);
      if (turn % 2 === 0) return i32x4.shl(raw.tee(v128.load(pointer, 8 * turn)), 16);
      return v128.and(raw, i32x4.all(UPPER));
    },
    write: (turn, value, rest) => {
      if (rest) {
        const bits = v128.andnot(i32x4.all(0xffff), i32x4.shrU(random, half));
        const others = v128.and(v128.load(pointer), i32x4.shrU(i32x4.all(UPPER), half));
        return [drawn(), v128.store(pointer, v128.or(i32x4.shl(codes(value, bits), half), others))];
      }
      if (turn % 2 === 0) return held.set(value);
      return [
        drawn(),
        number.set(value),
        eight(),
        v128.store(pointer, upper, 8 * (turn - 1)),
        index.set(i32x4.add(index, i32x4.all(Math.imul(4, STRIDE)))),
      ];
    },
    forward: (numbers, rest) =>
      rest
        ? [
            advance(pointer, half),
            index.set(i32x4.add(index, i32x4.splat(select(i32.const(Math.imul(4, STRIDE)), i32.const(0), half)))),
            half.set(i32.sub(16, half)),
          ]
        : advance(pointer, 2 * numbers),
  };
}
