import { wasm } from "@descent/core/kernels";
import { BLOCK, BROKEN, DROPPED, LAST, LEAST, LIFT, LIMIT, SIGNED, TOP, UNSIGNED, ZERO } from "./codec.ts";
import type { Keeping } from "./keeping.ts";

const { advance, f32, f32x4, i16x8, i32, i32x4, i8x16, repeat, select, unless, v128, when } = wasm;
type Vector = wasm.V128;

/** 2 to the power of an integer. */
const power = (exponent: wasm.I32): wasm.F32 => f32.reinterpret(i32.shl(i32.add(exponent, 127), 23));

/** How the numbers of a block are kept: with signs or without. */
export type Form = keyof typeof DROPPED;

/** How a block is encoded; `far` by two factors, where one would not be a float32. */
interface Way {
  readonly form: Form;
  readonly far: boolean;
}

/**
 * codec.ts's float8, bit for bit. Its words: where the blocks' heads lie, and room for the new numbers of a block as float32.
 * Blocks of the `usual` form whose numbers are one factor away from their codes take fewer instructions.
 */
export function float8(
  pointer: wasm.Local<"i32">,
  local: wasm.NewLocal,
  { usual, stored }: { readonly usual: Form; readonly stored: boolean },
): Keeping {
  const [heads, room, at, from, count] = [local("i32"), local("i32"), local("i32"), local("i32"), local("i32")];
  const [head, bare, kind, top, exponent] = [local("i32"), local("i32"), local("i32"), local("i32"), local("i32")];
  const most = local("f32");
  const [scale, lift, bits, doubled] = [local("v128"), local("v128"), local("v128"), local("v128")];
  const [factor, near] = [local("v128"), local("i32")];
  const [largest, signs, number] = [local("v128"), local("v128"), local("v128")];
  const [up, down] = [local("v128"), local("v128")];
  const lifted = local("i32");
  const laid = local("v128");

  const either = (of: Readonly<Record<Form, number>>): wasm.I32 =>
    select(i32.const(of.unsigned), i32.const(of.signed), bare);
  /** The lanes of `largest` in another order. */
  const swapped = (...lanes: readonly [number, number, number, number]): Vector =>
    f32x4.shuffle(largest, largest, ...lanes);

  /** The factors that turn the codes of the block at hand into numbers. */
  const opened = (): wasm.Body => [
    head.set(i32.load16S(heads)),
    bare.set(i32.eq(i32.and(head, 3), UNSIGNED)),
    // The codes of zeros and of what is broken are zeros.
    scale.set(f32x4.splat(select(f32.const(Number.NaN), power(i32.shrS(head, 2)), i32.eq(i32.and(head, 3), BROKEN)))),
    lift.set(f32x4.splat(power(either(LIFT)))),
    bits.set(i32x4.splat(either({ unsigned: 0x1fe01fe0, signed: 0x87f087f0 }))),
    // Codes without a sign lie one bit higher.
    doubled.set(i32x4.splat(i32.sub(0, bare))),
    largest.set(f32x4.all(0)),
    signs.set(f32x4.all(0)),
    // Zeros have the codes of either form.
    exponent.set(i32.add(i32.shrS(head, 2), LIFT[usual])),
    near.set(i32.or(i32.eqz(head), i32.eq(i32.and(head, 3), usual === "signed" ? SIGNED : UNSIGNED))),
    near.set(i32.and(near, i32.gtS(128, exponent))),
    factor.set(f32x4.splat(power(exponent))),
  ];

  /** Codes of four numbers in the room, each in an integer of its own; above that of a negative number all bits are ones. */
  const four = (offset: number, { form, far }: Way): Vector => {
    const dropped = DROPPED[form];
    const up1 = f32x4.mul(v128.load(from, offset), up);
    return i32x4.shrS(i32x4.add(far ? f32x4.mul(up1, down) : up1, i32x4.all(2 ** (dropped - 1))), dropped);
  };
  const coded = (way: Way): wasm.Body => {
    const pair = (offset: number): Vector => {
      const both = i16x8.narrowS(four(offset, way), four(offset + 16, way));
      // Of a code below 128, and a byte for its sign.
      return way.form === "unsigned" ? both : i16x8.extaddPairwiseU(v128.and(both, i16x8.all(0x807f)));
    };
    const codes = (): Vector => i8x16.narrowU(pair(0), pair(32));
    const each = (...body: wasm.Body[]): wasm.Body => [
      count.set(i32.const(BLOCK / 16)),
      repeat(count, body, advance(at, 16), advance(from, 64)),
    ];
    if (way.form === "signed") return each(v128.store(at, codes()));
    // Numbers as integers are not zero where the numbers are not, and none is negative.
    const raw = (offset: number): Vector => i16x8.narrowS(v128.load(from, offset), v128.load(from, offset + 16));
    const least = (): Vector => i8x16.minU(i8x16.narrowU(raw(0), raw(32)), i32x4.all(0x01010101));
    return [
      laid.set(i32x4.all(-1)),
      each(v128.store(at, number.tee(codes())), laid.set(i8x16.minU(laid, number))),
      // Numbers that are not zero have a code that is not, the least one. Few blocks have any that need it.
      unless(
        i8x16.allTrue(laid),
        at.set(i32.sub(at, BLOCK)),
        from.set(room),
        each(v128.store(at, i8x16.maxU(least(), v128.load(at)))),
      ),
    ];
  };

  /** Takes a number into the largest size of its block. */
  const measured = (value: Vector): wasm.Body => [
    // As integers, sizes are in the same order, and NaN is above them all; without signs, negative numbers are above others.
    largest.set(i32x4.maxS(largest, number.tee(value))),
    signs.set(i32x4.maxU(signs, number)),
  ];

  const zeros = (to: wasm.Local<"i32">, many: number): wasm.Body => [
    count.set(i32.const(many)),
    repeat(count, v128.store(to, f32x4.all(0)), advance(to, 16)),
  ];

  /** Encodes the numbers in the room, now that the largest is known. */
  const closed = (): wasm.Body => [
    // Where negative numbers came among others, the largest of the others is still to be found.
    usual === "signed"
      ? []
      : unless(
          i32.eqz(i32.and(near, i32x4.bitmask(signs))),
          from.set(room),
          count.set(i32.const(BLOCK / 4)),
          repeat(count, measured(v128.load(from)), advance(from, 16)),
        ),
    largest.set(i32x4.maxS(largest, f32x4.abs(signs))),
    largest.set(i32x4.maxS(largest, swapped(2, 3, 0, 1))),
    most.set(f32x4.extractLane(0, i32x4.maxS(largest, swapped(1, 0, 3, 2)))),

    kind.set(select(i32.const(UNSIGNED), i32.const(ZERO), f32.gt(most, f32.const(0)))),
    kind.set(select(i32.const(SIGNED), kind, i32x4.bitmask(signs))),
    kind.set(select(kind, i32.const(BROKEN), f32.lt(most, f32.const(LIMIT)))),
    bare.set(i32.eq(kind, UNSIGNED)),

    top.set(i32.reinterpret(most)),
    exponent.set(
      i32.sub(i32.add(i32.add(i32.shrU(top, 23), -127), i32.gtS(i32.and(top, 0x7fffff), either(LAST))), either(TOP)),
    ),
    exponent.set(select(exponent, i32.const(LEAST), i32.gtS(exponent, LEAST))),
    when(
      i32.or(bare, i32.eq(kind, SIGNED)),
      [
        i32.store16(heads, i32.or(i32.shl(exponent, 2), kind)),
        from.set(room),
        // One factor, where a float32 with all its digits can be it.
        lifted.set(i32.add(exponent, either(LIFT))),
        when(
          i32.or(i32.gtS(lifted, -LEAST), i32.gtS(LEAST, lifted)),
          [
            up.set(f32x4.splat(power(i32.sub(0, exponent)))),
            down.set(f32x4.splat(power(i32.sub(0, either(LIFT))))),
            when(bare, coded({ form: "unsigned", far: true }), coded({ form: "signed", far: true })),
          ],
          [
            up.set(f32x4.splat(power(i32.sub(0, lifted)))),
            when(bare, coded({ form: "unsigned", far: false }), coded({ form: "signed", far: false })),
          ],
        ),
      ],
      [i32.store16(heads, kind), zeros(at, BLOCK / 16)],
    ),
  ];

  return {
    words: 2,
    begin: (word) => [heads.set(word(0)), room.set(word(1))],
    // Eight codes become the upper halves of float32 numbers, first four of which are read, then four.
    read: (turn, where) => {
      const zero = i32x4.all(0);
      const low = (x: Vector): Vector => i16x8.shuffle(zero, x, 0, 8, 1, 9, 2, 10, 3, 11);
      const high = (x: Vector): Vector => i16x8.shuffle(zero, x, 4, 12, 5, 13, 6, 14, 7, 15);
      if (where === "usual") {
        const eight = (): Vector =>
          usual === "signed"
            ? v128.and(i16x8.shl(v128.load8x8S(pointer, 4 * turn), DROPPED.signed - 16), i16x8.all(0x87f0))
            : i16x8.shl(v128.load8x8U(pointer, 4 * turn), DROPPED.unsigned - 16);
        return f32x4.mul(turn % 2 === 0 ? low(laid.tee(eight())) : high(laid), factor);
      }
      const placed = (): Vector => {
        const upper = laid.tee(i16x8.shl(v128.load8x8S(pointer, 4 * turn), DROPPED.signed - 16));
        return laid.tee(v128.and(i16x8.add(upper, v128.and(laid, doubled)), bits));
      };
      const number = where === "rest" || turn % 2 === 0 ? low(placed()) : high(laid);
      return f32x4.mul(f32x4.mul(number, lift), scale);
    },
    write: (turn, value, where) =>
      where === "usual" && usual === "unsigned"
        ? [v128.store(from, number.tee(value), 16 * turn), signs.set(i32x4.maxU(signs, number))]
        : [v128.store(from, number.tee(value), 16 * turn), measured(number)],
    forward: (numbers) => [advance(pointer, numbers), advance(from, 4 * numbers)],
    block: {
      open: (part) => [
        opened(),
        // Behind the last number its block is filled up with zeros, which change nothing.
        stored ? when(part, [from.set(room), zeros(from, BLOCK / 4)]) : [],
        at.set(pointer),
        from.set(room),
      ],
      usual: () => near,
      close: () => [stored ? closed() : [], advance(heads, 2)],
    },
  };
}
