import { wasm } from "@descent/core/kernels";
import { BLOCK, BROKEN, LEAST, LIFT, LIMIT, ROOTS, SIGNED, STRIDE, TOP, ZERO } from "./codec.ts";

const { advance, assemble, f32, f32x4, func, i16x8, i32, i32x4, i8x16, repeat, select, v128, when } = wasm;
type Int = wasm.Local<"i32">;
type Vector = wasm.V128;

/** The bits of a float32: those of its exponent all one, of its size, of its sign. */
const INFINITE = 0x7f800000;
const SIZE = 0x7fffffff;
const SIGN = 0x80000000;
/** Of float32's 23 bits of mantissa, those that a code of three does not have. */
const DROPPED = 20;

/** `scramble` of codec.ts on four numbers in the local `x`. */
function scrambled(x: wasm.Local<"v128">): wasm.Body {
  const mix = (bits: number): Vector => v128.xor(x, i32x4.shrU(x, bits));
  return [
    x.set(i32x4.mul(mix(16), i32x4.all(0x7feb352d))),
    x.set(i32x4.mul(mix(15), i32x4.all(0x846ca68b))),
    x.set(mix(16)),
  ];
}

/** `encode16(codes, from, eights, first, seed)`: eight numbers at a time, the first of them those of eight `first`. */
const encode16 = func("encode16", ["codes", "from", "eights", "first", "seed"], (parameters, local) => {
  const { codes, from, eights, first, seed } = parameters;
  const [index, random, value, size] = [local("v128"), local("v128"), local("v128"), local("v128")];
  /** Four codes, from sixteen random bits each. */
  const four = (offset: number, bits: Vector): Vector => {
    const number = value.tee(v128.load(from, offset));
    // A number's size and its random bits, but at most the largest finite one; a NaN keeps a digit.
    const rounded = i32x4.minS(i32x4.add(bits, size.tee(v128.and(number, i32x4.all(SIZE)))), i32x4.all(0x7f7fffff));
    const notANumber = i32x4.gtS(size, i32x4.all(INFINITE));
    const kept = v128.or(size, v128.and(notANumber, i32x4.all(0x400000)));
    const code = v128.bitselect(rounded, kept, i32x4.gtS(i32x4.all(INFINITE), size));
    return i32x4.shrU(v128.or(code, v128.and(value, i32x4.all(SIGN))), 16);
  };
  const elements = i32x4.add(i32x4.splat(i32.shl(first, 2)), i32x4.const(0, 1, 2, 3));
  return [
    index.set(i32x4.add(i32x4.mul(elements, i32x4.all(STRIDE)), i32x4.splat(seed))),
    repeat(
      eights,
      random.set(index),
      scrambled(random),
      v128.store(codes, i16x8.narrowU(four(0, v128.and(random, i32x4.all(0xffff))), four(16, i32x4.shrU(random, 16)))),
      index.set(i32x4.add(index, i32x4.all(Math.imul(4, STRIDE)))),
      advance(codes, 16),
      advance(from, 32),
    ),
  ];
});

/** `decode16(codes, to, eights)`. */
const decode16 = func("decode16", ["codes", "to", "eights"], ({ codes, to, eights }) =>
  repeat(
    eights,
    v128.store(to, i32x4.shl(i32x4.extendLowU(v128.load(codes)), 16)),
    v128.store(to, i32x4.shl(i32x4.extendHighU(v128.load(codes)), 16), 16),
    advance(codes, 16),
    advance(to, 32),
  ),
);

/** Stores sixteen bytes, or four numbers, so many times. */
const fill = (to: Int, count: Int, value: Vector, many: number): wasm.Body => [
  count.set(i32.const(many)),
  repeat(count, v128.store(to, value), advance(to, 16)),
];
/** Sixteen bytes of all ones where the local is 1, of zeros where it is 0. */
const mask = (truth: Int): Vector => i32x4.splat(i32.sub(0, truth));
/** 2 to the power of an integer. */
const power = (exponent: wasm.I32): wasm.F32 => f32.reinterpret(i32.shl(i32.add(exponent, 127), 23));

/** `encode8(codes, heads, from, blocks)`. */
const encode8 = func("encode8", ["codes", "heads", "from", "blocks"], ({ codes, heads, from, blocks }, local) => {
  const [count, kind, roots, top, scale] = [local("i32"), local("i32"), local("i32"), local("i32"), local("i32")];
  const most = local("f32");
  const [largest, signs, up, down] = [local("v128"), local("v128"), local("v128"), local("v128")];
  const [rooted, floor, value, size, code] = [
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
  ];
  /** The lanes of `largest` in another order. */
  const swapped = (...lanes: readonly [number, number, number, number]): Vector =>
    f32x4.shuffle(largest, largest, ...lanes);
  const either = (yes: number, no: number): wasm.I32 => select(i32.const(yes), i32.const(no), roots);

  /** Four codes, each in an integer of its own. */
  const four = (offset: number): Vector => {
    const given = f32x4.abs(value.tee(v128.load(from, offset)));
    const laid = v128.bitselect(f32x4.sqrt(size.tee(given)), size, rooted);
    // To nearest, ties to even.
    const lowest = v128.and(i32x4.shrU(code.tee(f32x4.mul(f32x4.mul(laid, up), down)), DROPPED), i32x4.all(1));
    const half = i32x4.all(2 ** (DROPPED - 1) - 1);
    const rounded = i32x4.shrU(i32x4.add(i32x4.add(lowest, code), half), DROPPED);
    const least = v128.and(f32x4.gt(size, f32x4.all(0)), floor);
    const sign = v128.and(i32x4.shrU(value, 24), i32x4.all(0x80));
    return v128.or(i32x4.maxS(rounded, least), sign);
  };
  const sixteen = (): Vector => i8x16.narrowU(i16x8.narrowU(four(0), four(16)), i16x8.narrowU(four(32), four(48)));

  return repeat(
    blocks,
    largest.set(f32x4.all(0)),
    signs.set(f32x4.all(0)),
    count.set(i32.const(BLOCK / 4)),
    repeat(
      count,
      value.set(v128.load(from)),
      // As integers, sizes are in the same order, and NaN is above them all.
      largest.set(i32x4.maxS(largest, f32x4.abs(value))),
      signs.set(v128.or(signs, value)),
      advance(from, 16),
    ),
    largest.set(i32x4.maxS(largest, swapped(2, 3, 0, 1))),
    most.set(f32x4.extractLane(0, i32x4.maxS(largest, swapped(1, 0, 3, 2)))),

    kind.set(select(i32.const(ROOTS), i32.const(ZERO), f32.gt(most, f32.const(0)))),
    kind.set(select(i32.const(SIGNED), kind, i32x4.bitmask(signs))),
    kind.set(select(kind, i32.const(BROKEN), f32.lt(most, f32.const(LIMIT)))),
    roots.set(i32.eq(kind, ROOTS)),

    top.set(i32.reinterpret(select(f32.sqrt(most), most, roots))),
    scale.set(
      i32.sub(
        i32.add(i32.add(i32.shrU(top, 23), -127), i32.gtS(i32.and(top, 0x7fffff), 0x700000)),
        either(TOP.roots, TOP.signed),
      ),
    ),
    scale.set(select(scale, i32.const(LEAST), i32.gtS(scale, LEAST))),
    when(
      i32.or(roots, i32.eq(kind, SIGNED)),
      [
        i32.store16(heads, i32.or(i32.shl(scale, 2), kind)),
        up.set(f32x4.splat(power(i32.sub(0, scale)))),
        down.set(f32x4.splat(select(f32.const(2 ** -LIFT.roots), f32.const(2 ** -LIFT.signed), roots))),
        floor.set(i32x4.splat(roots)),
        rooted.set(mask(roots)),
        advance(from, -4 * BLOCK),
        count.set(i32.const(BLOCK / 16)),
        repeat(count, v128.store(codes, sixteen()), advance(codes, 16), advance(from, 64)),
      ],
      [i32.store16(heads, kind), fill(codes, count, f32x4.all(0), BLOCK / 16)],
    ),
    advance(heads, 2),
  );
});

/** `decode8(codes, heads, to, blocks)`. */
const decode8 = func("decode8", ["codes", "heads", "to", "blocks"], ({ codes, heads, to, blocks }, local) => {
  const [count, head, roots] = [local("i32"), local("i32"), local("i32")];
  const [scale, lift, size, sign] = [local("v128"), local("v128"), local("v128"), local("v128")];
  const [rooted, raw, value] = [local("v128"), local("v128"), local("v128")];
  const four = (wide: Vector, offset: number): wasm.Body => {
    const sized = i32x4.shl(v128.and(value.tee(wide), size), DROPPED);
    const bits = v128.or(sized, i32x4.shl(v128.and(value, sign), 24));
    return [
      value.set(f32x4.mul(f32x4.mul(bits, lift), scale)),
      v128.store(to, v128.bitselect(f32x4.mul(value, value), value, rooted), offset),
    ];
  };
  const [low, high] = [i16x8.extendLowU(raw), i16x8.extendHighU(raw)];
  const isKind = (kind: number): wasm.I32 => i32.eq(i32.and(head, 3), kind);
  const either = (yes: number, no: number): Vector => i32x4.splat(select(i32.const(yes), i32.const(no), roots));

  return repeat(
    blocks,
    head.set(i32.load16S(heads)),
    roots.set(isKind(ROOTS)),
    when(
      i32.or(roots, isKind(SIGNED)),
      [
        scale.set(f32x4.splat(power(i32.shrS(head, 2)))),
        lift.set(f32x4.splat(select(f32.const(2 ** LIFT.roots), f32.const(2 ** LIFT.signed), roots))),
        size.set(either(0xff, 0x7f)),
        sign.set(either(0, 0x80)),
        rooted.set(mask(roots)),
        count.set(i32.const(BLOCK / 16)),
        repeat(
          count,
          raw.set(v128.load(codes)),
          four(i32x4.extendLowU(low), 0),
          four(i32x4.extendHighU(low), 16),
          four(i32x4.extendLowU(high), 32),
          four(i32x4.extendHighU(high), 48),
          advance(codes, 16),
          advance(to, 64),
        ),
      ],
      [
        advance(codes, BLOCK),
        when(isKind(ZERO), fill(to, count, f32x4.all(0), BLOCK / 4), fill(to, count, f32x4.all(Number.NaN), BLOCK / 4)),
      ],
    ),
    advance(heads, 2),
  );
});

/** The functions of a module of {@link emitCodecs}; addresses in bytes, nothing is checked. */
export interface Codecs {
  encode16(codes: number, from: number, eights: number, first: number, seed: number): void;
  decode16(codes: number, to: number, eights: number): void;
  encode8(codes: number, heads: number, from: number, blocks: number): void;
  decode8(codes: number, heads: number, to: number, blocks: number): void;
}

/** codec.ts, bit for bit, as a WebAssembly module over the memory `m.m`, for whole eights and blocks, at least one. */
export const emitCodecs = (options: { readonly shared?: boolean } = {}): Uint8Array<ArrayBuffer> =>
  assemble([encode16, decode16, encode8, decode8], options);
