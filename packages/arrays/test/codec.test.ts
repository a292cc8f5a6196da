import type { Drawing } from "@descent/core/adapter";
import { apply, type ExprOf, reductions, variable } from "@descent/core/graph";
import { type Kernel, kernel } from "@descent/core/kernels";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { BLOCK, type Codec, coded, codedBytes, decode, encode, seedOf } from "../src/codec/codec.ts";
import { CHUNK, isCoded, isPlain, type Numbers } from "../src/kernels/call.ts";
import { interpret } from "../src/kernels/interpreter.ts";
import { need } from "../src/wasm/need.ts";
import { Runner } from "../src/wasm/runner.ts";

const codecs: readonly Codec[] = ["bfloat16", "float8"];

function roundTrip(codec: Codec, x: Float32Array, seed = 1): Float32Array<ArrayBuffer> {
  const kept = coded(codec, x.length, new ArrayBuffer(codedBytes(codec, x.length)), 0);
  kept.seed = seed;
  encode(kept, 0, x.length, x);
  const out = new Float32Array(x.length);
  decode(kept, 0, x.length, out);
  return out;
}
const bitsOf = (x: Float32Array): Uint32Array => new Uint32Array(x.buffer, x.byteOffset, x.length);
const anyFloats = fc.float32Array({ minLength: 1, maxLength: 700, noNaN: true });
const notNegative = anyFloats.map((x) => x.map(Math.abs));

describe.each(codecs)("%s", (codec) => {
  test("encodes what it decoded to the same again, with any seed", () => {
    fc.assert(
      fc.property(fc.oneof(anyFloats, notNegative), fc.integer(), (x, seed) => {
        const once = roundTrip(codec, x);
        expect(bitsOf(roundTrip(codec, once, seed))).toEqual(bitsOf(once));
      }),
      { numRuns: 500 },
    );
  });
  test("keeps zeros, and numbers of few digits, exactly", () => {
    const few = Float32Array.from({ length: 300 }, (_, i) => (i % 2 ? -1 : 1) * 2 ** -(i % 5) * (1 + (i % 8) / 8));
    expect(roundTrip(codec, few)).toEqual(few);
    expect(roundTrip(codec, new Float32Array(300))).toEqual(new Float32Array(300));
  });
  test("passes NaN on", () => {
    expect(roundTrip(codec, Float32Array.of(1, Number.NaN, 2))[1]).toBeNaN();
    const infinite = roundTrip(codec, Float32Array.of(1, -Infinity))[1];
    if (codec === "float8") expect(infinite).toBeNaN();
    else expect(infinite).toBe(-Infinity);
  });
});

test("bfloat16 is off by less than its last digit, and on average not at all", () => {
  const x = new Float32Array(20_000).fill(1 + 1 / 1024); // an eighth of the way from 1 to the next, 1 + 1/128
  const y = roundTrip("bfloat16", x);
  expect(new Set(y)).toEqual(new Set([1, 1 + 1 / 128]));
  const mean = y.reduce((sum, v) => sum + v, 0) / y.length;
  // Five standard deviations of the mean of 20,000 draws.
  expect(Math.abs(mean - x[0]!)).toBeLessThan((5 * Math.sqrt((1 / 8) * (7 / 8))) / 128 / Math.sqrt(20_000));
});
test("bfloat16 never rounds a number to infinity", () => {
  expect(roundTrip("bfloat16", new Float32Array(1000).fill(3.4e38)).every(Number.isFinite)).toBe(true);
});
test("float8 encodes again what the largest numbers were rounded to", () => {
  for (const sign of [1, -1])
    for (let i = 0; i < 64; i++) {
      const once = roundTrip("float8", Float32Array.of(sign * (1 + i / 64) * 2 ** 126, sign));
      expect(bitsOf(roundTrip("float8", once))).toEqual(bitsOf(once));
      if (i < 52) expect(once.every(Number.isFinite)).toBe(true);
    }
});
test("float8 is off by at most a sixteenth, from the largest number of a block down to a sixteen-thousandth of it", () => {
  for (const sign of [1, -1]) {
    const x = Float32Array.from({ length: BLOCK }, (_, i) => (i === 7 ? sign : 1) * 1.37 * 2 ** (-i / 18.5));
    const y = roundTrip("float8", x);
    // Roots have the same digits, and their squares twice the error.
    const most = sign < 0 ? 1 / 16 : 2 / 16 + 1 / 256;
    x.forEach((v, i) => {
      expect(Math.abs(y[i]! / v - 1)).toBeLessThanOrEqual(most);
    });
  }
});
test("float8 never rounds a second moment to zero", () => {
  const x = Float32Array.from({ length: BLOCK }, (_, i) => 10 ** (-i / 7));
  expect(roundTrip("float8", x).every((v) => v > 0)).toBe(true);
});
test("every slot, parameter and step has its own random numbers", () => {
  const seeds = ["w", "b", "ww"].flatMap((p) => ["m", "v", "wm"].flatMap((s) => [1, 2, 3].map((t) => seedOf(p, s, t))));
  expect(new Set(seeds).size).toBe(27);
});
test("codecs take the bytes they promise", () => {
  expect(codedBytes("bfloat16", 1 << 20) / (1 << 20)).toBe(2);
  expect(codedBytes("float8", 1 << 20) / (1 << 20)).toBe(1 + 2 / 256);
});

const distributions = ["normal", "uniform", "rademacher"] as const;
/** The arrays of a kernel by the names of its variables. */
const buffers = ({ buffers: all }: Kernel, arrays: Readonly<Record<string, Numbers>>): Numbers[] =>
  all.map(({ key }) => arrays[key.value as string]!);

/** The state and the sums of two runs of a kernel, to the bit. */
function expectSame(...runs: readonly [Ran, Ran]): void {
  const [mine, theirs] = runs.map(({ arrays }) => arrays.find(isCoded)!);
  expect(mine!.codes).toEqual(theirs!.codes);
  expect(mine!.heads).toEqual(theirs!.heads);
  expect(runs[0].accumulators).toEqual(runs[1].accumulators);
}

type Ran = Parameters<typeof interpret>[0];

describe("kernels in WebAssembly", () => {
  const [s, g] = [variable("s", "tensor"), variable("g", "tensor")];
  // The sum is of what s was.
  const sum = reductions.sum(s) as ExprOf<"sum">;
  const moved = apply("add", s, g);
  const k = kernel("tensor", new Map([[s, moved]]), [sum], () => false);
  const n = 4 * BLOCK;
  const runner = new Runner(new WebAssembly.Memory({ initial: 20 }), 64 * n, need([k]));

  const special = fc.constantFrom(0, -0, 1e-45, -1e-45, 3.4e38, -3.4e38, Infinity, -Infinity, Number.NaN, 2 ** -126);
  const numbers = fc.oneof(
    { arbitrary: fc.float(), weight: 3 },
    { arbitrary: fc.double({ min: -1, max: 1, noNaN: true }), weight: 10 },
    { arbitrary: special, weight: 1 },
  );
  const arrays = fc
    .tuple(
      fc.array(numbers, { minLength: n, maxLength: n }),
      fc.integer({ min: 1, max: n }),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([all, length, positive, finite]) =>
      Float32Array.from(all.slice(0, length), (v) => (finite && !Number.isFinite(v) ? 1 : positive ? Math.abs(v) : v)),
    );

  test.each(codecs)("keep %s to the bits of the interpreter", (codec) => {
    fc.assert(
      fc.property(arrays, arrays, fc.integer(), (first, given, seed) => {
        const length = Math.min(first.length, given.length);
        const [inside, outside] = [runner.memory.buffer, new ArrayBuffer(64 * n)].map((buffer) => {
          new Uint8Array(buffer, 0, 64 * n).fill(0);
          const state = coded(codec, length, buffer, 0);
          const gradient = new Float32Array(buffer, 32 * n, length);
          state.seed = seed;
          encode(state, 0, length, first);
          gradient.set(given.subarray(0, length));
          const accumulators = [new Float64Array(1)];
          return {
            kernel: k,
            rows: 1,
            cols: length,
            arrays: buffers(k, { s: state, g: gradient }),
            args: [],
            accumulators,
          };
        });
        runner.run(inside!);
        interpret(outside!);
        expectSame(inside!, outside!);
      }),
      { numRuns: 60 },
    );
  });

  /* Where a block keeps its form and scale, its numbers are encoded as they come, and the codes must tell when that was wrong. */
  const doubled = kernel("tensor", new Map([[s, apply("add", g, g)]]), [sum], () => false);
  const twice = new Runner(new WebAssembly.Memory({ initial: 20 }), 64 * n, need([doubled]));
  const longNaN = new Float32Array(Uint32Array.of(0x7fffffff, 0xffffffff).buffer);
  // The edges of scales and of the codes beside them, with a sign and without, and one float32 to either side.
  const edge = fc
    .tuple(
      fc.constantFrom(0.875, 0.9375, 0.96875, 1, 1.25, 1.625, 1.75, 1.8125, 1.875, 1.9375, 2, 3.5, 0.5, 0.25),
      fc.constantFrom(0, 1, -1),
    )
    .map(([x, ulp]) => {
      const bits = Float32Array.of(x);
      new Int32Array(bits.buffer)[0]! += ulp;
      return bits[0]!;
    });
  const intruder = fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 8 },
    { arbitrary: fc.constantFrom(0, -0, -1e-30, 1e-30, -1, Number.NaN, Infinity, -Infinity), weight: 4 },
    { arbitrary: fc.constantFrom(...longNaN), weight: 2 },
  );
  const around = (signs: boolean, seed: number, most: number, base: number): Float32Array =>
    Float32Array.from({ length: BLOCK }, (_, i) => {
      const x = Math.abs(Math.sin(seed + i * i));
      return base * (i === Math.abs(seed) % BLOCK ? most : 0.8 * x + 1e-3) * (signs && i % 3 === 0 ? -1 : 1);
    });
  test.each([true, false])("keep the bits of float8 blocks of one scale, with signs: %s", (signs) => {
    const block = fc.tuple(fc.integer(), edge, intruder, fc.integer({ min: 0, max: BLOCK - 1 }));
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -140, max: 126 }),
        (all, power) => {
          const base = 2 ** power;
          const length = BLOCK * all.length;
          const [inside, outside] = [twice.memory.buffer, new ArrayBuffer(64 * n)].map((buffer) => {
            new Uint8Array(buffer, 0, 64 * n).fill(0);
            const state = coded("float8", length, buffer, 0);
            const gradient = new Float32Array(buffer, 32 * n, length);
            for (const [b, [seed, most, other, at]] of all.entries()) {
              encode(state, b * BLOCK, BLOCK, around(signs, seed, 1.3, base));
              gradient.set(around(signs, seed + 1, most, base / 2), b * BLOCK);
              if (other !== undefined) gradient.fill(other, b * BLOCK + at, b * BLOCK + at + 1);
            }
            return {
              kernel: doubled,
              rows: 1,
              cols: length,
              arrays: buffers(doubled, { s: state, g: gradient }),
              args: [],
              accumulators: [new Float64Array(1)],
            };
          });
          twice.run(inside!);
          interpret(outside!);
          expectSame(inside!, outside!);
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each(distributions)("draw %s numbers of the interpreter's bits, from any place on", (distribution) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0 }), fc.integer({ min: 1, max: 3 * CHUNK }), (key, t, length) => {
        const of: Drawing = { distribution, length, key: [key, ~key], t, site: 3, parameter: key ^ t };
        const [inside, outside] = [runner.memory.buffer, new ArrayBuffer(4 * length)].map((buffer) => {
          const state = new Float32Array(buffer, 0, length).fill(0);
          const accumulators = [new Float64Array(1)];
          return { kernel: k, rows: 1, cols: length, arrays: buffers(k, { s: state, g: of }), args: [], accumulators };
        });
        runner.run(inside!);
        interpret(outside!);
        const [mine, theirs] = [inside!, outside!].map(({ arrays }) => arrays.find(isPlain)!);
        expect(theirs).toEqual(mine);
      }),
      { numRuns: 10 },
    );
  });
});
