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

/** The heads' kinds of blocks that are encoded. */
const KIND = { signed: SIGNED, unsigned: UNSIGNED } as const;
/** The largest code, without its sign; codes of numbers half as large are `BINADE` below. */
const LARGEST = { signed: 127, unsigned: 255 } as const;
const BINADE = { signed: 8, unsigned: 4 } as const;

/** Sixteen times the same byte. */
const bytes = (x: number): Vector => i32x4.all(x * 0x01010101);

/**
 * codec.ts's float8, bit for bit. Its words: where the blocks' heads lie, and room for the new numbers of a block as float32.
 * Blocks of the `usual` form whose numbers are one factor away from their codes take fewer instructions: most of them keep their
 * scale, so their numbers are encoded with it, and the codes tell whether it was the right one. That is a loop of its own, because a
 * processor has too few registers for the codec's constants beside a rule's.
 */
export function float8(
  pointer: wasm.Local<"i32">,
  local: wasm.NewLocal,
  { usual, stored }: { readonly usual: Form; readonly stored: boolean },
): Keeping {
  const [heads, room, at, from, count] = [local("i32"), local("i32"), local("i32"), local("i32"), local("i32")];
  const [head, bare, kind, top, exponent] = [local("i32"), local("i32"), local("i32"), local("i32"), local("i32")];
  const [kept, lifted, near] = [local("i32"), local("i32"), local("i32")];
  const most = local("f32");
  const [scale, lift, bits, doubled] = [local("v128"), local("v128"), local("v128"), local("v128")];
  const [factor, up, down] = [local("v128"), local("v128"), local("v128")];
  const [laid, number, largest, signs] = [local("v128"), local("v128"), local("v128"), local("v128")];
  /** Of sixteen numbers at hand: the last four, the first eight, the last eight, all as codes, and their signs. */
  const [four, first, last] = [local("v128"), local("v128"), local("v128")];
  const [codes, negative] = [local("v128"), local("v128")];
  /** Of the block's codes so far, byte by byte: the largest, the least, and whether one has a sign. */
  const [tops, least, signed] = [local("v128"), local("v128"), local("v128")];

  const either = (of: Readonly<Record<Form, number>>): wasm.I32 =>
    select(i32.const(of.unsigned), i32.const(of.signed), bare);
  /** The lanes of `largest` in another order. */
  const swapped = (...lanes: readonly [number, number, number, number]): Vector =>
    f32x4.shuffle(largest, largest, ...lanes);

  const counted = (): wasm.Body => [tops.set(i32x4.all(0)), least.set(i32x4.all(-1)), signed.set(i32x4.all(0))];

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
    // Zeros have the codes of either form.
    exponent.set(i32.add(i32.shrS(head, 2), LIFT[usual])),
    near.set(i32.or(i32.eqz(head), i32.eq(i32.and(head, 3), KIND[usual]))),
    // One factor there, and one back.
    near.set(i32.and(near, i32.gtS(1 - LEAST, exponent))),
    factor.set(f32x4.splat(power(exponent))),
    stored ? [up.set(f32x4.splat(power(i32.sub(0, exponent)))), counted()] : [],
  ];

  /** Eight codes from those with a digit more, by which they are rounded. */
  const rounded = (longer: Vector): Vector => i16x8.avgrU(longer, i32x4.all(0));
  /** The same without their signs, the upper four bits. */
  const sizes = (longer: Vector): Vector => rounded(v128.and(longer, i16x8.all(0x0fff)));
  /** Takes the `turn`th four of sixteen numbers, whose codes are stored with the last. What is too large for a code becomes the largest. */
  const encoded = (turn: number, value: Vector, { form, far }: Way, to: wasm.Local<"i32">): wasm.Body => {
    const near = f32x4.mul(value, up);
    const laid = far ? f32x4.mul(near, down) : near;
    const cut = i32x4.shrS(laid, DROPPED[form] - 1);
    if (turn % 2 === 0) return four.set(cut);
    if (turn === 1) return first.set(i16x8.narrowS(four, cut));
    return [
      last.set(i16x8.narrowS(four, cut)),
      form === "signed"
        ? [
            codes.set(i8x16.narrowU(sizes(first), sizes(last))),
            negative.set(v128.and(i8x16.narrowS(first, last), bytes(0x80))),
            v128.store(to, v128.or(codes, negative)),
            signed.set(v128.or(signed, negative)),
          ]
        : [
            v128.store(to, codes.tee(i8x16.narrowU(rounded(first), rounded(last)))), // of a negative number the largest
            least.set(i8x16.minU(least, codes)),
          ],
      tops.set(i8x16.maxU(tops, codes)),
    ];
  };

  /** Whether the codes show that their scale is that of their block, and its form the usual one. Few blocks are too close to tell. */
  const told = (): wasm.I32 => {
    const above = (code: number): wasm.I32 => v128.anyTrue(i8x16.subSatU(tops, bytes(code)));
    const form = usual === "signed" ? v128.anyTrue(signed) : i8x16.allTrue(least);
    const reached = above(LARGEST[usual] - BINADE[usual]);
    return i32.and(i32.and(form, reached), i32.eqz(above(LARGEST[usual] - 1)));
  };

  const each = (...body: wasm.Body[]): wasm.Body => [
    from.set(room),
    count.set(i32.const(BLOCK / 16)),
    repeat(count, body, advance(at, 16), advance(from, 64)),
  ];
  /** Encodes all numbers in the room. */
  const encodings = (way: Way): wasm.Body =>
    each([0, 1, 2, 3].map((turn) => encoded(turn, v128.load(from, 16 * turn), way, at)));

  /** The same, so that none is zero that must not be. */
  const all = (way: Way): wasm.Body => {
    const coding = encodings(way);
    if (way.form === "signed") return coding;
    // Numbers as integers are not zero where the numbers are not, and none is negative.
    const raw = (offset: number): Vector => i16x8.narrowS(v128.load(from, offset), v128.load(from, offset + 16));
    const one = (): Vector => i8x16.minU(i8x16.narrowU(raw(0), raw(32)), bytes(1));
    return [
      least.set(i32x4.all(-1)),
      coding,
      // Numbers that are not zero have a code that is not, the least one. Few blocks have any that need it.
      unless(i8x16.allTrue(least), at.set(i32.sub(at, BLOCK)), each(v128.store(at, i8x16.maxU(one(), v128.load(at))))),
    ];
  };

  const zeros = (to: wasm.Local<"i32">, many: number): wasm.Body => [
    count.set(i32.const(many)),
    repeat(count, v128.store(to, f32x4.all(0)), advance(to, 16)),
  ];

  /** Finds the largest size of the numbers in the room, and whether one is negative. */
  const measured = (): wasm.Body => [
    largest.set(f32x4.all(0)),
    signs.set(f32x4.all(0)),
    from.set(room),
    count.set(i32.const(BLOCK / 16)),
    repeat(
      count,
      [0, 16, 32, 48].map((offset) => [
        // As integers, sizes are in the same order, and NaN is above them all; without signs, negative numbers are above others.
        largest.set(i32x4.maxS(largest, number.tee(v128.load(from, offset)))),
        signs.set(i32x4.maxU(signs, number)),
      ]),
      advance(from, 64),
    ),
    largest.set(i32x4.maxS(largest, f32x4.abs(signs))),
    largest.set(i32x4.maxS(largest, swapped(2, 3, 0, 1))),
    most.set(f32x4.extractLane(0, i32x4.maxS(largest, swapped(1, 0, 3, 2)))),
  ];

  /** Encodes the numbers in the room, unless their codes are right already. */
  const closed = (): wasm.Body => [
    measured(),
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
        i32.store16(heads, kept.tee(i32.or(i32.shl(exponent, 2), kind))),
        // Where numbers were encoded with their old scale, one code is not zero; where all are, none needs another.
        unless(
          i32.and(
            i32.and(v128.anyTrue(tops), i32.eq(kept, i32.or(head, KIND[usual]))),
            usual === "signed" ? i32.const(1) : i8x16.allTrue(least),
          ),
          // One factor, where a float32 with all its digits can be it.
          lifted.set(i32.add(exponent, either(LIFT))),
          when(
            i32.or(i32.gtS(lifted, -LEAST), i32.gtS(LEAST, lifted)),
            [
              up.set(f32x4.splat(power(i32.sub(0, exponent)))),
              down.set(f32x4.splat(power(i32.sub(0, either(LIFT))))),
              when(bare, all({ form: "unsigned", far: true }), all({ form: "signed", far: true })),
            ],
            [
              up.set(f32x4.splat(power(i32.sub(0, lifted)))),
              when(bare, all({ form: "unsigned", far: false }), all({ form: "signed", far: false })),
            ],
          ),
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
    write: (turn, value) => v128.store(from, value, 16 * turn),
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
      close: () => [
        stored
          ? [
              when(near, encodings({ form: usual, far: false }), at.set(i32.add(at, BLOCK))),
              when(told(), i32.store16(heads, i32.or(head, KIND[usual])), [at.set(i32.sub(at, BLOCK)), closed()]),
            ]
          : [],
        advance(heads, 2),
      ],
    },
  };
}
