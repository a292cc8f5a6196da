import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { wasm } from "../src/kernels/index.ts";

const {
  advance,
  assemble,
  f32,
  f32x4,
  f64,
  f64x2,
  func,
  i16x8,
  i32,
  i32x4,
  i64x2,
  i8x16,
  repeat,
  select,
  times,
  unless,
  v128,
  when,
} = wasm;

const memory = new WebAssembly.Memory({ initial: 1 });
const floats = new Float32Array(memory.buffer);
const integers = new Int32Array(memory.buffer);

/** The one function of a module, in the memory above. */
function compile(f: wasm.Func, imports: readonly wasm.Import[] = [], js: WebAssembly.ModuleImports = {}) {
  const module = new WebAssembly.Module(assemble([f], { imports }));
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory, ...js } });
  return exports[f.name] as (...args: number[]) => void; // as assembled
}
/** Stores an integer at address 0. */
const put = (x: wasm.Int): wasm.Statement => v128.store(0, i32x4.splat(typeof x === "number" ? i32.const(x) : x));
const evaluated = (x: (a: wasm.I32, b: wasm.I32) => wasm.Int, ...args: readonly number[]): number => {
  compile(func("f", ["a", "b"], ({ a, b }) => put(x(a, b))))(...args);
  return integers[0]!;
};

test("constants of any size are what they were written as", () => {
  fc.assert(fc.property(fc.integer(), (x) => evaluated(() => i32.const(x)) === x));
  for (const x of [0, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)])
    expect(evaluated(() => x)).toBe(x);
});

test("integers are computed as JavaScript does", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      expect(evaluated((x, y) => i32.add(x, y), a, b)).toBe((a + b) | 0);
      expect(evaluated((x, y) => i32.sub(x, y), a, b)).toBe((a - b) | 0);
      expect(evaluated((x, y) => i32.shrU(i32.shl(x, 3), y), a, b)).toBe(((a << 3) >>> b) | 0);
      expect(evaluated((x, y) => i32.or(i32.shrS(x, 5), i32.and(x, y)), a, b)).toBe((a >> 5) | (a & b));
      expect(evaluated((x, y) => i32.ltU(x, y), a, b)).toBe(+(a >>> 0 < b >>> 0));
      expect(evaluated((x, y) => i32.add(i32.gtS(x, y), i32.geS(x, y)), a, b)).toBe(+(a > b) + +(a >= b));
      expect(evaluated((x, y) => select(x, y, i32.eq(x, i32.eqz(y))), a, b)).toBe(a === +(b === 0) ? a : b);
    }),
    { numRuns: 30 },
  );
});

test("vectors are computed lane by lane, and addressed by offset", () => {
  const [a, b] = [v128.load(64), v128.load(64, 16)];
  const shifted = (x: wasm.V128): wasm.V128 => i32x4.shrU(i32x4.shl(x, 1), 1);
  const operations: readonly (readonly [wasm.V128, (x: number, y: number) => number])[] = [
    [f32x4.add(a, b), (x, y) => x + y],
    [f32x4.div(f32x4.sub(a, b), f32x4.mul(a, b)), (x, y) => Math.fround(Math.fround(x - y) / Math.fround(x * y))],
    [f32x4.max(f32x4.neg(a), f32x4.sqrt(f32x4.abs(b))), (x, y) => Math.max(-x, Math.fround(Math.sqrt(Math.abs(y))))],
    [f32x4.min(f32x4.floor(a), f32x4.all(2)), (x) => Math.min(Math.floor(x), 2)],
    [f32x4.pmax(a, b), Math.max],
    [v128.bitselect(a, b, f32x4.lt(a, b)), Math.min],
    [v128.andnot(a, f32x4.ge(a, b)), (x, y) => (x >= y ? 0 : x)],
    [v128.and(a, v128.not(v128.or(f32x4.eq(a, b), f32x4.le(a, b)))), (x, y) => (x <= y ? 0 : x)],
    [v128.xor(a, v128.and(a, f32x4.ne(a, b))), (x, y) => (x !== y ? 0 : x)],
    [shifted(a), (x) => x], // which has no sign
  ];
  const xs = Float32Array.of(1.5, 1.25, 1.75, 1);
  const ys = Float32Array.of(3.5, 0.3, 1.75, 2);
  for (const [value, wanted] of operations) {
    floats.set(xs, 16);
    floats.set(ys, 20);
    compile(func("f", [], () => v128.store(0, value)))();
    expect([...floats.subarray(0, 4)]).toEqual([...xs].map((x, i) => Math.fround(wanted(x, ys[i]!))));
  }
});

test("numbers are widened, narrowed and taken apart", () => {
  integers.set([1, -2, 70_000, 300], 16);
  const packed = i16x8.narrowU(v128.load(64), v128.load(64));
  compile(
    func("f", [], () => [
      v128.store(80, packed),
      v128.store(96, i8x16.narrowU(packed, packed)),
      v128.store(0, v128.load16x4U(80)),
      v128.store(16, i32x4.extendHighS(v128.load8x8S(96))),
      v128.store(112, i32x4.extendLowS(v128.load8x8S(96))),
      v128.store(32, i32x4.splat(i32.load16S(64 + 4))),
      i32.store16(48, i32.const(0x12345)),
    ]),
  )();
  expect([...integers.subarray(0, 4)]).toEqual([1, 0, 65_535, 300]);
  // 65,535 is −1 as a signed number and becomes 0, 300 becomes 255, which is −1 as a signed byte.
  expect([...integers.subarray(4, 8)]).toEqual([1, 0, 0, -1]);
  expect([...integers.subarray(28, 32)]).toEqual([1, 0, 0, -1]);
  expect(integers[8]).toBe(-2);
  expect(integers[12]! & 0xffff).toBe(0x2345);
  floats.set([1, 2, 3, 4], 16);
  compile(
    func("f", [], () => [
      v128.store(
        0,
        f64x2.mul(
          f64x2.promoteLow(v128.load(64)),
          f64x2.promoteLow(f32x4.shuffle(v128.load(64), v128.load(64), 2, 3, 6, 7)),
        ),
      ),
      f64.store(16, f64.add(f64x2.extractLane(0, v128.load(0)), f64.promote(f32x4.extractLane(3, v128.load(64))))),
      v128.store(32, f32x4.replaceLane(1, f32x4.all(0), f32.sqrt(f32.reinterpret(i32.reinterpret(f32.const(9)))))),
      v128.store64Lane(1, 48, v128.load(64)),
      v128.store32Lane(3, 56, v128.load(64)),
      v128.store(64, v128.load64Zero(64)),
      v128.store(80, v128.load32Splat(64)),
    ]),
  )();
  expect([...new Float64Array(memory.buffer, 0, 3)]).toEqual([3, 8, 7]);
  expect([...floats.subarray(8, 12)]).toEqual([0, 3, 0, 0]);
  expect([...floats.subarray(12, 15)]).toEqual([3, 4, 4]);
  expect([...floats.subarray(16, 24)]).toEqual([1, 2, 0, 0, 1, 1, 1, 1]);
});

describe("control", () => {
  test("repeats a body, at least once or not at all", () => {
    const count = compile(
      func("f", ["first", "second"], ({ first, second }, local) => {
        const [a, b] = [local("i32"), local("i32")];
        return [repeat(first, advance(a, 1)), times(second, advance(b, 2)), put(i32.add(i32.shl(a, 8), b))];
      }),
    );
    for (const [first, second] of [
      [1, 0],
      [3, 1],
      [5, 60],
    ] as const) {
      count(first, second);
      expect(integers[0]).toBe(first * 256 + 2 * second);
    }
  });

  test("chooses a body", () => {
    const choose = compile(
      func("f", ["x"], ({ x }, local) => {
        const out = local("i32");
        return [
          when(i32.gtS(x, 1), out.set(i32.const(10)), out.set(i32.const(20))),
          when(i32.gtS(x, 2), advance(out, 1)),
          unless(x, advance(out, 2)),
          put(out),
        ];
      }),
    );
    const results = [0, 1, 2, 3].map((x) => {
      choose(x);
      return integers[0];
    });
    expect(results).toEqual([22, 20, 10, 11]);
  });
});

test("locals of every type keep apart, in whichever order they are made", () => {
  compile(
    func("f", ["x"], ({ x }, local) => {
      const [v, d, f, i] = [local("v128"), local("f64"), local("f32"), local("i32")];
      return [
        v.set(f32x4.all(1)),
        d.set(f64.promote(f32.const(2))),
        f.set(f32.demote(f64.add(d, f64.promote(f32.const(1))))),
        i.set(i32.add(x, select(i32.const(4), i32.const(5), f32.gt(f, f32.const(2.5))))),
        v128.store(0, f32x4.add(v, f32x4.splat(f))),
        v128.store(16, i32x4.splat(i)),
      ];
    }),
  )(100);
  expect([...floats.subarray(0, 4)]).toEqual([4, 4, 4, 4]);
  expect(integers[4]).toBe(104);
});

test("functions of JavaScript are called by name", () => {
  const [pow, exp] = [new wasm.Import("pow", 2), new wasm.Import("exp", 1)];
  const two = f64.promote(f32.const(2));
  const f = func("f", [], () => f64.store(0, pow.call(exp.call(two), two)));
  compile(f, [exp, pow], { pow: Math.pow, exp: Math.exp })();
  expect(new Float64Array(memory.buffer)[0]).toBe(Math.exp(2) ** 2);
});

test("a module for memory that threads share runs in no other", () => {
  const bytes = assemble([func("f", [], () => put(1))], { shared: true });
  const module = new WebAssembly.Module(bytes);
  expect(() => new WebAssembly.Instance(module, { m: { m: memory } })).toThrow(WebAssembly.LinkError);
  const shared = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  new WebAssembly.Instance(module, { m: { m: shared } });
});

test("integers of 16 and of 64 bits, and whole numbers as float64, are as in JavaScript", () => {
  integers.set([0x7fff0001, -2, 5, -1], 16);
  const x = v128.load(64);
  compile(
    func("f", [], () => [
      v128.store(0, i16x8.shuffle(i16x8.sub(x, i16x8.all(1)), i16x8.add(x, x), 0, 9, 2, 11, 4, 13, 6, 15)),
      v128.store(16, i16x8.subSatU(x, i16x8.all(2))),
      v128.store(32, v128.and(i16x8.eq(x, i16x8.all(5)), i16x8.gtS(x, i16x8.all(1)))),
      v128.store(80, i64x2.extmulLowU(x, i32x4.all(-1))),
      v128.store(96, i64x2.extmulHighU(x, i32x4.all(3))),
      v128.store(112, i64x2.shrS(i64x2.shl(i64x2.extendLowU(x), 32), 60)),
      v128.store(128, i64x2.shrU(x, 32)),
      v128.store(144, f64x2.convertLowU(x)),
      v128.store(160, f64x2.sqrt(f64x2.div(f64x2.convertLowS(i32x4.all(9)), f64x2.all(4)))),
      v128.store(176, f32x4.demoteZero(f64x2.sub(f64x2.all(2), f64x2.splat(f64.mul(f64.load(160), f64.load(160)))))),
      v128.store(192, f32x4.convertS(x)),
      v128.store(208, f64x2.gt(v128.load64Splat(160), f64x2.all(1))),
      v128.store(240, i32x4.maxU(i32x4.sub(x, i32x4.all(1)), i16x8.shrU(i16x8.shl(x, 8), 8))),
    ]),
  )();
  const at = (byte: number): number[] => [...new Int32Array(memory.buffer, byte, 4)];
  const long = (byte: number): bigint[] => [...new BigUint64Array(memory.buffer, byte, 2)];
  // The lower halves less one, the upper halves doubled.
  expect(at(0)).toEqual([0xfffe0000 | 0, 0xfffefffd | 0, 4, 0xfffefffe | 0]);
  expect(at(16)).toEqual([0x7ffd0000, 0xfffdfffc | 0, 3, 0xfffdfffd | 0]);
  expect(at(32)).toEqual([0, 0, 0xffff, 0]);
  expect(long(80)).toEqual([0x7fff0001n * 0xffffffffn, 0xfffffffen * 0xffffffffn]);
  expect(long(96)).toEqual([15n, 0xffffffffn * 3n]);
  expect(long(112)).toEqual([7n, 0xffffffffffffffffn]);
  expect(long(128)).toEqual([0xfffffffen, 0xffffffffn]);
  expect([...new Float64Array(memory.buffer, 144, 4)]).toEqual([0x7fff0001, 0xfffffffe, 1.5, 1.5]);
  expect([...floats.subarray(44, 52)]).toEqual([-0.25, -0.25, 0, 0, Math.fround(0x7fff0001), -2, 5, -1]);
  expect(long(208)).toEqual([0xffffffffffffffffn, 0xffffffffffffffffn]);
  expect(at(240)).toEqual([0x7fff0000, -3, 5, -2]);
});
