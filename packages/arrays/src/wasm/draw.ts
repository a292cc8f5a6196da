import { type Distribution, normalNumbers, philoxRounds, wasm } from "@descent/core/kernels";
import type { Keeping } from "../codec/keeping.ts";

const { f32x4, f64x2, i32x4, i64x2, v128 } = wasm;
type Vector = wasm.V128;
type Local = wasm.Local<"v128">;

/** The words that say which numbers are drawn: the key, `t`, the site, the parameter, and the first number divided by four. */
export const DRAW_WORDS = 6;

/** Core's `draw`, bit for bit: numbers that lie nowhere. */
export function random(distribution: Distribution, local: wasm.NewLocal): Keeping {
  const four = (): readonly [Local, Local, Local, Local] => [
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
  ];
  const block = local("v128");
  const [t, site, parameter] = [local("v128"), local("v128"), local("v128")];
  const [key0, key1, low, high, next] = [local("v128"), local("v128"), local("v128"), local("v128"), local("v128")];
  const [firstKey0, firstKey1] = [local("v128"), local("v128")];
  const counter = four();
  const rows = four();
  const [c0, c1, c2, c3] = counter;

  /** The upper halves of the products of four integers with a constant into `high`, the lower halves into `low`. */
  const product = (of: Vector, by: number): wasm.Body => [
    low.set(i64x2.extmulLowU(of, i32x4.all(by))),
    next.set(i64x2.extmulHighU(of, i32x4.all(by))),
    high.set(f32x4.shuffle(low, next, 1, 3, 5, 7)),
    low.set(f32x4.shuffle(low, next, 0, 2, 4, 6)),
  ];
  /** Four words of each of four blocks. */
  const words = (): wasm.Body => [
    c0.set(block),
    c1.set(t),
    c2.set(site),
    c3.set(parameter),
    key0.set(firstKey0),
    key1.set(firstKey1),
    Array.from({ length: philoxRounds.count }, () => [
      product(c2, philoxRounds.multipliers[1]),
      c1.set(v128.xor(v128.xor(high, c1), key0)),
      c2.set(low), // for a moment
      product(c0, philoxRounds.multipliers[0]),
      c0.set(c1),
      c1.set(c2),
      c2.set(v128.xor(v128.xor(high, c3), key1)),
      c3.set(low),
      key0.set(i32x4.add(key0, i32x4.all(philoxRounds.weyl[0]))),
      key1.set(i32x4.add(key1, i32x4.all(philoxRounds.weyl[1]))),
    ]),
    block.set(i32x4.add(block, i32x4.all(4))),
  ];

  const [m, exponent, x, z, sum, radius, cosine, sine, moved] = [
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
    local("v128"),
  ];
  const polynomial = (coefficients: readonly number[], of: Vector): wasm.Body => [
    sum.set(f64x2.all(coefficients.at(-1)!)), // none is empty
    coefficients
      .slice(0, -1)
      .reverse()
      .map((c) => sum.set(f64x2.add(f64x2.mul(sum, of), f64x2.all(c)))),
  ];
  /** Two normal numbers of two pairs of words each into `cosine` and `sine`: core's `radius` and `direction`. */
  const normals = (a: Vector, b: Vector): wasm.Body => [
    m.set(f64x2.add(f64x2.convertLowU(a), f64x2.all(1))),
    // The exponent as a number: into the digits of 2^52.
    exponent.set(f64x2.sub(v128.or(i64x2.shrU(m, 52), i64x2.all(0, 0x43300000)), f64x2.all(2 ** 52 + 1023 + 32))),
    m.set(v128.or(v128.and(m, i64x2.all(-1, 0x000fffff)), f64x2.all(1))),
    x.set(f64x2.gt(m, f64x2.all(Math.SQRT2))),
    exponent.set(f64x2.add(exponent, v128.and(x, f64x2.all(1)))),
    m.set(v128.bitselect(f64x2.mul(m, f64x2.all(0.5)), m, x)),
    x.set(f64x2.div(f64x2.sub(m, f64x2.all(1)), f64x2.add(m, f64x2.all(1)))),
    z.set(f64x2.mul(x, x)),
    polynomial(normalNumbers.LOG, z),
    radius.set(
      f64x2.sqrt(f64x2.mul(f64x2.all(-2), f64x2.add(f64x2.mul(exponent, f64x2.all(Math.LN2)), f64x2.mul(x, sum)))),
    ),
    moved.set(i32x4.add(b, i32x4.all(0x20000000))),
    x.set(
      f64x2.mul(
        f64x2.convertLowS(i32x4.sub(v128.and(moved, i32x4.all(0x3fffffff)), i32x4.all(0x20000000))),
        f64x2.all(normalNumbers.STEP),
      ),
    ),
    z.set(f64x2.mul(x, x)),
    polynomial(normalNumbers.SIN, z),
    sine.set(f64x2.mul(x, sum)),
    polynomial(normalNumbers.COS, z),
    // The quarter of a turn: its lower bit changes them about, its upper bit is the sine's sign, both the cosine's.
    moved.set(i64x2.extendLowU(moved)),
    x.set(i64x2.shrS(i64x2.shl(moved, 33), 63)),
    cosine.set(v128.bitselect(sine, sum, x)),
    sine.set(v128.bitselect(sum, sine, x)),
    z.set(i64x2.all(0, 0x80000000)),
    x.set(v128.xor(i64x2.shl(moved, 32), i64x2.shl(moved, 33))),
    cosine.set(f64x2.mul(radius, v128.xor(cosine, v128.and(x, z)))),
    sine.set(f64x2.mul(radius, v128.xor(sine, v128.and(i64x2.shl(moved, 32), z)))),
  ];
  /** The words of four blocks, two by two, as normal numbers: the first two lanes are whole before the others are read. */
  const pairs = (a: Local, b: Local): wasm.Body => [
    normals(a, b),
    low.set(f32x4.demoteZero(cosine)),
    high.set(f32x4.demoteZero(sine)),
    normals(f32x4.shuffle(a, a, 2, 3, 2, 3), f32x4.shuffle(b, b, 2, 3, 2, 3)),
    a.set(f32x4.shuffle(low, f32x4.demoteZero(cosine), 0, 1, 4, 5)),
    b.set(f32x4.shuffle(high, f32x4.demoteZero(sine), 0, 1, 4, 5)),
  ];
  const numbers = (): wasm.Body => {
    if (distribution === "normal") return [pairs(c0, c1), pairs(c2, c3)];
    const one = (word: Local): Vector =>
      distribution === "uniform"
        ? f32x4.mul(f32x4.convertS(i32x4.shrU(word, 8)), f32x4.all(2 ** -24))
        : v128.or(v128.andnot(i32x4.all(0x80000000), word), f32x4.all(1));
    return counter.map((word) => word.set(one(word)));
  };
  /** From the words of each block, lane by lane, to the four numbers of each block. */
  const turned = (): wasm.Body => [
    low.set(f32x4.shuffle(c0, c1, 0, 4, 1, 5)),
    high.set(f32x4.shuffle(c2, c3, 0, 4, 1, 5)),
    rows[0].set(f32x4.shuffle(low, high, 0, 1, 4, 5)),
    rows[1].set(f32x4.shuffle(low, high, 2, 3, 6, 7)),
    low.set(f32x4.shuffle(c0, c1, 2, 6, 3, 7)),
    high.set(f32x4.shuffle(c2, c3, 2, 6, 3, 7)),
    rows[2].set(f32x4.shuffle(low, high, 0, 1, 4, 5)),
    rows[3].set(f32x4.shuffle(low, high, 2, 3, 6, 7)),
  ];
  return {
    words: DRAW_WORDS,
    begin: (word) => [
      [firstKey0, firstKey1, t, site, parameter].map((each, i) => each.set(i32x4.splat(word(i)))),
      block.set(i32x4.add(i32x4.splat(word(5)), i32x4.const(0, 1, 2, 3))),
    ],
    sixteen: () => [words(), numbers(), turned()],
    read: (turn) => rows[turn]!, // of four
    forward: (_, rest) => (rest ? [rows[0].set(rows[1]), rows[1].set(rows[2]), rows[2].set(rows[3])] : []),
  };
}
