import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK, type Codec, coded, codedBytes, decode, encode, STRIDE, seedOf } from "../src/codec/codec.ts";
import { type Codecs, emitCodecs } from "../src/codec/emit.ts";

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

describe("in WebAssembly", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(emitCodecs()), { m: { m: memory } });
  const wasm = exports as unknown as Codecs; // as emitted
  const n = 4 * BLOCK;
  const x = new Float32Array(memory.buffer, 0, n);

  const special = fc.constantFrom(0, -0, 1e-45, -1e-45, 3.4e38, -3.4e38, Infinity, -Infinity, Number.NaN, 2 ** -126);
  const numbers = fc.oneof(
    { arbitrary: fc.float(), weight: 3 },
    { arbitrary: fc.double({ min: -1, max: 1, noNaN: true }), weight: 10 },
    { arbitrary: special, weight: 1 },
  );
  const arrays = fc
    .tuple(fc.array(numbers, { minLength: n, maxLength: n }), fc.boolean(), fc.boolean())
    .map(([all, positive, finite]) =>
      Float32Array.from(all, (v) => (finite && !Number.isFinite(v) ? 1 : positive ? Math.abs(v) : v)),
    );

  test.each(codecs)("%s gives the same bits", (codec) => {
    fc.assert(
      fc.property(arrays, fc.integer(), fc.nat(1000), (values, seed, first) => {
        const [mine, theirs] = [0, 1].map(() => coded(codec, n, new ArrayBuffer(codedBytes(codec, n)), 0));
        const inside = coded(codec, n, memory.buffer, 8 * n);
        mine!.seed = (seed + Math.imul(4 * first, STRIDE)) | 0;
        encode(mine!, 0, n, values);
        x.set(values);
        const { codes, heads } = inside;
        if (codec === "bfloat16") wasm.encode16(codes.byteOffset, 0, n / 8, first, seed);
        else wasm.encode8(codes.byteOffset, heads.byteOffset, 0, n / BLOCK);
        expect(codes).toEqual(mine!.codes);
        expect(heads).toEqual(mine!.heads);
        theirs!.codes.set(codes);
        theirs!.heads.set(heads);
        const out = new Float32Array(n);
        decode(theirs!, 0, n, out);
        if (codec === "bfloat16") wasm.decode16(codes.byteOffset, 0, n / 8);
        else wasm.decode8(codes.byteOffset, heads.byteOffset, 0, n / BLOCK);
        expect(bitsOf(x)).toEqual(bitsOf(out));
      }),
      { numRuns: 200 },
    );
  });
});
