import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
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

/** A file with this header, before that many bytes of data. */
function withHeader(json: string, data = 0): Uint8Array {
  const header = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + header.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

describe("a header", () => {
  const w = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  test.each([
    ["a tensor twice", `{"w":${w},"w":${w}}`, 'its header has "w" twice'],
    ["a tensor twice, spelt otherwise", `{"w":${w},"\\u0077"  \n:${w}}`, 'its header has "w" twice'],
    ["metadata twice", `{"__metadata__":{"a":"b"},"__metadata__":{"a":"c"},"w":${w}}`, '"__metadata__" twice'],
    ["a key of the metadata twice", `{"__metadata__":{"a":"b","a":"c"},"w":${w}}`, 'its header has "a" twice'],
    ["a field twice", '{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', '"dtype" twice'],
    ["metadata that are a list", `{"__metadata__":["x"],"w":${w}}`, "its metadata are not an object of text"],
    ["metadata that are text", `{"__metadata__":"x","w":${w}}`, "its metadata are not an object of text"],
    ["metadata that are null", `{"__metadata__":null,"w":${w}}`, "its metadata are not an object of text"],
    ["metadata that are numbers", `{"__metadata__":{"a":1},"w":${w}}`, "its metadata are not an object of text"],
    ["a tensor that is a list", '{"w":[]}', "`w` is not described by an object"],
    ["a tensor that is null", '{"w":null}', "`w` is not described by an object"],
    [
      "a type that is inherited",
      '{"w":{"dtype":"toString","shape":[1],"data_offsets":[0,4]}}',
      'unknown type "toString"',
    ],
    ["a shape of fractions", '{"w":{"dtype":"F32","shape":[0.5,2],"data_offsets":[0,4]}}', "`w` has no shape"],
    ["a shape below zero", '{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', "`w` has no shape"],
    ["a shape beyond all numbers", '{"w":{"dtype":"F32","shape":[9e15,9e15],"data_offsets":[0,4]}}', "has 4 bytes"],
    ["offsets that are one", '{"w":{"dtype":"F32","shape":[1],"data_offsets":[4]}}', "`w` has no data_offsets"],
    ["offsets backwards", '{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', "ends beyond the file"],
    ["blanks before the object", ` {"w":${w}}`, "its header is not an object"],
    ["a list", "[]", "its header is not an object"],
  ])("with %s is refused", (_, json, says) => {
    expect(() => decodeSafetensors(withHeader(json, 4))).toThrow(says);
  });

  test("may repeat a name in different objects, and hold it as a value", () => {
    const { metadata, tensors } = decodeSafetensors(
      withHeader(
        `{"__metadata__":{"w":"w","a\\"b":"\\\\"},"w":${w}, "dtype" : {"dtype":"F32","shape":[0],"data_offsets":[4,4]}} `,
        4,
      ),
    );
    expect(metadata).toEqual({ w: "w", 'a"b': "\\" });
    expect(Object.keys(tensors)).toEqual(["w", "dtype"]);
  });

  test("of any JSON is read as JSON says, or refused by an OptimizerError", () => {
    const name = fc.constantFrom("w", "v", "__metadata__", "__proto__", "toString", "\\u0077");
    const field = fc.oneof(
      fc.constantFrom("F32", "F64", "BOOL", "constructor", null),
      fc.array(fc.oneof(fc.nat(8), fc.integer(), fc.double()), { maxLength: 3 }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const entry = fc.oneof(
      fc.dictionary(fc.constantFrom("dtype", "shape", "data_offsets"), field, { maxKeys: 3 }),
      fc.record({ dtype: fc.constant("U8"), shape: fc.constant([4]), data_offsets: fc.constant([0, 4]) }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    let read = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(name, entry), { maxLength: 3 }), (entries) => {
        const json = `{${entries.map(([key, value]) => `"${key}":${JSON.stringify(value)}`).join()}}`;
        const names = entries.map(([key]) => JSON.parse(`"${key}"`) as string);
        try {
          const { tensors, metadata } = decodeSafetensors(withHeader(json, 4));
          expect(new Set(names).size).toBe(names.length);
          expect(Object.keys(tensors).sort()).toEqual(names.filter((n) => n !== "__metadata__").sort());
          expect(decodeSafetensors(encodeSafetensors(tensors, metadata))).toEqual({ tensors, metadata });
          read++;
        } catch (error) {
          expect((error as Error).name).toBe("OptimizerError");
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

test("tensors of any names, types and shapes come back as they were", () => {
  const shape = fc.array(fc.nat(3), { maxLength: 3 });
  const tensor = fc
    .tuple(fc.constantFrom("F32", "F64", "I64", "U16", "BF16", "BOOL"), shape, fc.integer())
    .map(([dtype, dims, fill]): SafeTensor => {
      const n = dims.reduce((a, b) => a * b, 1);
      const base = { dtype, shape: dims } as const;
      const all = { F32: Float32Array, F64: Float64Array, U16: Uint16Array, BF16: Uint16Array, BOOL: Uint8Array };
      if (dtype === "I64") return { ...base, dtype, data: new BigInt64Array(n).fill(BigInt(fill)) };
      return { ...base, dtype, data: new all[dtype](n).fill(fill) };
    });
  const names = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("__proto__", "constructor", "toString"));
  fc.assert(
    fc.property(
      fc.dictionary(names, tensor),
      fc.dictionary(names, fc.string({ unit: "grapheme" })),
      (tensors, metadata) => {
        expect(decodeSafetensors(encodeSafetensors(tensors, metadata))).toEqual({ tensors, metadata });
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

test("what is not a tensor is not written, and the error names it", () => {
  const w = { dtype: "F32", shape: [1], data: new Float32Array(1) } as const;
  for (const [tensors, says] of [
    [{ w: null }, "`w` must be { dtype, shape, data }; got null"],
    [{ w: { ...w, dtype: "toString" } }, '`w` has the type "toString"'],
    [{ w: { ...w, shape: "1" } }, "`w` has the shape"],
    [{ w: { ...w, data: [1] } }, "`w` is declared F32 [1] and holds a list of 1."],
    [{ w: { ...w, data: new Float64Array(1) } }, "holds 1 elements of Float64Array"],
    [{ "\ud800": w }, "must be valid Unicode"],
    [null, "takes tensors by name"],
  ] as const)
    expect(() => encodeSafetensors(tensors as never)).toThrow(says);
  expect(() => encodeSafetensors({ w }, { a: 1 as never })).toThrow("whose values are all text");
});

test("a file of another kind is told by its first bytes", () => {
  const text = (first: string): Uint8Array => Uint8Array.from(first.padEnd(64, "."), (c) => c.charCodeAt(0));
  const kinds: readonly [first: Uint8Array, kind: string][] = [
    [Uint8Array.of(8, 10, 0x12, 7, ...text("descent")), "an ONNX model"],
    [text("PK\u0003\u0004"), "a zip archive"],
    [text("\u0089HDF\r\n"), "an HDF5 file"],
    [text("GGUF"), "a GGUF file"],
    [text('{ "format": "layers-model" }'), "JSON text"],
    [text("<!doctype html>"), "a page of HTML"],
    [text("version https://git-lfs.github.com/spec/v1"), "a pointer of Git LFS"],
  ];
  for (const [bytes, kind] of kinds)
    for (const read of [decodeSafetensors, decodeState]) expect(() => read(bytes)).toThrow(`This is ${kind}`);
});
