import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from "../src/adapter.ts";
import { decodeState } from "../src/index.ts";

const folder = new URL("./fixtures/", import.meta.url);
const file = (name: string): Uint8Array => readFileSync(new URL(name, folder));
interface Expected {
  readonly metadata: Record<string, string> | null;
  readonly tensors: Record<string, { dtype: string; shape: number[]; data: (number | string)[] }>;
}

/** The number a 16-bit float stands for: `exponent` bits, then the rest of 15 for the fraction. */
function half(bits: number, exponent: number): number {
  const fraction = 15 - exponent;
  const e = (bits >> fraction) & (2 ** exponent - 1);
  const f = (bits & (2 ** fraction - 1)) / 2 ** fraction;
  const bias = 2 ** (exponent - 1) - 1;
  const size =
    e === 0 ? f * 2 ** (1 - bias) : e === 2 ** exponent - 1 ? (f ? NaN : Infinity) : (1 + f) * 2 ** (e - bias);
  return bits & 0x8000 ? -size : size;
}
const numbers = ({ dtype, data }: SafeTensor): (number | bigint)[] =>
  [...data].map((x) => (dtype === "F16" ? half(Number(x), 5) : dtype === "BF16" ? half(Number(x), 8) : x));
const spelt = (x: number | string): number => Number(x);

describe.each(readdirSync(folder).filter((n) => n.endsWith(".safetensors")))("%s, by the official library", (name) => {
  const expected = JSON.parse(readFileSync(new URL(name.replace(".safetensors", ".json"), folder), "utf8")) as Expected;

  test("is read: names, types, shapes, every number", () => {
    const { tensors, metadata } = decodeSafetensors(file(name));
    expect(metadata).toEqual(expected.metadata ?? {});
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(expected.tensors).sort());
    for (const [key, { dtype, shape, data }] of Object.entries(expected.tensors)) {
      const tensor = tensors[key]!;
      expect([tensor.dtype, tensor.shape]).toEqual([dtype, shape]);
      expect(numbers(tensor)).toEqual(dtype === "I64" ? data.map(BigInt) : data.map(spelt));
    }
  });

  test("is what we write for the same tensors, read back", () => {
    const { tensors, metadata } = decodeSafetensors(file(name));
    const again = decodeSafetensors(encodeSafetensors(tensors, metadata));
    expect(again).toEqual({ tensors, metadata });
  });

  test("cut short or with any byte of its header changed is an error or still a whole file, never a crash", () => {
    const bytes = file(name);
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeSafetensors(bytes.subarray(0, end))).toThrow(/Not a whole safetensors file.*byte/);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = bytes.slice();
        changed[at] = value;
        try {
          decodeSafetensors(changed);
        } catch (error) {
          expect((error as Error).name).toBe("OptimizerError");
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

test("tensors lie aligned to their element, so that they can be mapped", () => {
  const bytes = encodeSafetensors({
    a: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
    b: { dtype: "F64", shape: [1], data: Float64Array.of(0.1) },
    c: { dtype: "F32", shape: [], data: Float32Array.of(2) },
  });
  const header = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)))),
  ) as Record<string, { data_offsets: number[] }>;
  expect(
    Object.entries(header).map(
      ([
        n,
        {
          data_offsets: [at],
        },
      ]) => [n, at],
    ),
  ).toEqual([
    ["b", 0],
    ["c", 8],
    ["a", 12],
  ]);
  expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
});

test("a tensor whose shape does not fit its numbers is not written", () => {
  expect(() => encodeSafetensors({ w: { dtype: "F32", shape: [3], data: new Float32Array(2) } })).toThrow(
    "`w` is declared F32 [3] and holds 2 elements of Float32Array",
  );
  expect(() => encodeSafetensors({ __metadata__: { dtype: "U8", shape: [0], data: new Uint8Array(0) } })).toThrow(
    "Rename",
  );
});

test("names like __proto__ are names", () => {
  const tensors = Object.fromEntries([["__proto__", { dtype: "U8" as const, shape: [1], data: Uint8Array.of(7) }]]);
  expect(Object.keys(decodeSafetensors(encodeSafetensors(tensors)).tensors)).toEqual(["__proto__"]);
});

test("a file of weights is not taken for optimizer state", () => {
  expect(() => decodeState(file("float32.safetensors"))).toThrow("holds no optimizer state");
});
