import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { decodeModel, encodeModel, exportModel, importModel, type ModelProto, OnnxError } from "../src/index.ts";
import { arrayOf, elemCode, elems, entries } from "../src/proto/elem.ts";
import { type Constant, constant, constantOf, type Elem, tensorOf } from "../src/proto/index.ts";
import { decodeTensor, encodeTensor } from "../src/proto/model.ts";
import { dynamic, files, fixture, fixtures, hasTestdata } from "./testdata.ts";

const models = [...fixtures.map(fixture), ...dynamic.map(fixture), ...files(".onnx")];

describe("a file that is read and written", () => {
  test(`is the same, byte for byte, for each of ${models.length} models`, () => {
    for (const file of models) {
      const bytes = readFileSync(file);
      expect(Buffer.compare(encodeModel(decodeModel(bytes)), bytes), file).toBe(0);
    }
  });

  test.skipIf(!hasTestdata)("so is each tensor of the test data", () => {
    let count = 0;
    for (const file of files(".pb")) {
      if (!/(in|out)put_\d+\.pb$/.test(file) || /seq|opt/.test(file)) continue; // Those are other messages.
      const bytes = readFileSync(file);
      expect(Buffer.compare(encodeTensor(decodeTensor(bytes)), bytes), file).toBe(0);
      count++;
    }
    expect(count).toBeGreaterThan(2800);
  });

  test("keeps fields it does not know where they stood, and fields in an order of their own", () => {
    // producer_name, field 99 (a varint), ir_version, an empty graph, field 300 (four bytes), opset_import
    const odd = [0x12, 1, 0x61, 0x98, 6, 5, 8, 7, 0x3a, 0, 0xe5, 0x12, 1, 2, 3, 4, 0x42, 2, 0x10, 13];
    const model = decodeModel(Uint8Array.from(odd));
    expect(model).toMatchObject({ producerName: "a", irVersion: 7, opsetImport: [{ version: 13 }] });
    expect([...encodeModel(model)]).toEqual(odd);
    // Changed fields keep their place, new ones come last.
    const changed = encodeModel({ ...model, irVersion: 8, domain: "d" });
    expect([...changed]).toEqual([...odd.with(7, 8), 0x22, 1, 0x64]);
  });

  test("keeps lists as they were: packed, one by one, or both", () => {
    const packed = [0x0a, 2, 3, 4]; // dims, which protobuf writes one by one
    const mixed = [8, 2, 0x0a, 2, 3, 4, 8, 5];
    const floats = [0x25, 0, 0, 0x80, 0x3f, 0x22, 4, 0, 0, 0, 0x40]; // float_data, which it writes packed
    for (const bytes of [packed, mixed, floats]) {
      expect([...encodeTensor(decodeTensor(Uint8Array.from(bytes)))]).toEqual(bytes);
    }
    expect(decodeTensor(Uint8Array.from(mixed)).dims).toEqual([2, 3, 4, 5]);
    expect([...(decodeTensor(Uint8Array.from(floats)).floatData ?? [])]).toEqual([1, 2]);
  });

  test("has integers beyond 2^53 as bigints, and the bits of a NaN as they were", () => {
    const ints = [2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, 5, -7];
    const node = { opType: "X", attribute: [{ name: "a", type: 7, ints }] };
    const { graph } = decodeModel(encodeModel({ graph: { node: [node] } }));
    expect(graph?.node?.[0]?.attribute?.[0]?.ints).toEqual(ints);
    const bits = Uint32Array.of(0x7fc12345, 0xffc00001);
    const tensor = { floatData: new Float32Array(bits.buffer) };
    const again = decodeTensor(encodeTensor(tensor)).floatData;
    expect([...new Uint32Array(again?.buffer ?? new ArrayBuffer(0))]).toEqual([...bits]);
  });

  test.each<[string, object, string]>([
    ["a field misspelt", { graph: { nodes: [] } }, "A GraphProto has no field `nodes`. It has `node`,"],
    ["no graph", { irVersion: 8 }, "has no `graph`"],
    ["a number for a graph", { graph: 0.5 }, "A GraphProto must be an object of its fields; got 0.5"],
    ["a Map for a graph", { graph: new Map() }, "A GraphProto must be an object of its fields; got an instance of Map"],
    [
      "one node for a list",
      { graph: { node: { opType: "X" } } },
      "`node` of a GraphProto must be a list; got an object",
    ],
    ["a text for a list", { graph: {}, opsetImport: "20" }, '`opsetImport` of a ModelProto must be a list; got "20"'],
    [
      "doubles for floats",
      { graph: { initializer: [{ floatData: new Float64Array(2) }] } },
      "`floatData` of a TensorProto must be a Float32Array; got an instance of Float64Array",
    ],
    ["a list for bytes", { graph: { initializer: [{ rawData: [1, 2] }] } }, "`rawData` of a model must be bytes"],
    [
      "a text for a float",
      { graph: { node: [{ attribute: [{ name: "a", type: 1, f: "0.5" }] }] } },
      'A field of the model must be a number; got "0.5"',
    ],
  ])("nothing is lost in writing: %s is refused", (_, model, says) => {
    expect(() => encodeModel(model)).toThrow(OnnxError);
    expect(() => encodeModel(model)).toThrow(says);
  });

  test("limits that are not known, or not numbers, are refused", () => {
    const bytes = encodeModel({ graph: {} });
    const call = (limits: object) => () => decodeModel(bytes, limits);
    expect(call({ dept: 3 })).toThrow("decoding has no option `dept`");
    expect(call({ depth: "3" })).toThrow("`depth` of decoding must be a whole number above 0");
  });

  test("texts of every alphabet are kept", () => {
    for (const name of ["", "a", "größe", "重み", "𝛽1", "\ufeffmark", "x".repeat(100), "é".repeat(60)]) {
      expect(decodeModel(encodeModel({ graph: { name } })).graph?.name).toBe(name === "" ? "" : name);
    }
  });
});

describe("a tensor", () => {
  const filled = (elem: Elem, count: number): Constant => {
    const data = arrayOf(elem, entries(elem, count));
    const bytes = new Uint8Array(data.buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 37 + 5) % (elem === "bool" ? 2 : 120);
    return { elem, dims: [count], data };
  };

  test.each(elems().filter((elem) => elem !== "string"))("of %s survives as raw and as typed data", (elem) => {
    for (const count of [0, 1, 7]) {
      const value = filled(elem, count);
      expect(constantOf(decodeTensor(encodeTensor(tensorOf("t", value))))).toEqual(value);
      const kept = { dims: [count], dataType: elemCode(elem) };
      const list = Array.from(value.data, Number);
      const typed =
        value.data instanceof Float32Array
          ? { floatData: value.data }
          : value.data instanceof Float64Array
            ? { doubleData: value.data }
            : value.data instanceof BigInt64Array
              ? { int64Data: value.data }
              : elem === "uint32" || elem === "uint64"
                ? { uint64Data: BigUint64Array.from(value.data, BigInt) }
                : { int32Data: Int32Array.from(list) };
      expect(constantOf(decodeTensor(encodeTensor({ ...kept, ...typed })))).toEqual(value);
    }
  });

  test("of text survives", () => {
    const strings = ["a", "ß"].map((s) => new TextEncoder().encode(s));
    const value: Constant = { elem: "string", dims: [2], data: new Uint8Array(0), strings };
    expect(constantOf(decodeTensor(encodeTensor(tensorOf("t", value))))).toEqual(value);
  });

  test("is a view of the file where its bytes are aligned, else a copy", () => {
    const value = constant(new Float32Array(1024));
    for (let shift = 0; shift < 4; shift++) {
      const bytes = encodeModel({ graph: { name: "x".repeat(shift), initializer: [tensorOf("t", value)] } });
      const data = constantOf(decodeModel(bytes).graph?.initializer?.[0] ?? {}).data;
      const raw = decodeModel(bytes).graph?.initializer?.[0]?.rawData;
      expect(raw?.buffer).toBe(bytes.buffer);
      expect(data.buffer === bytes.buffer).toBe((raw?.byteOffset ?? 1) % 4 === 0);
      expect(data).toEqual(value.data);
    }
  });

  test("whose sizes and data disagree is an error that says both", () => {
    const tensor = tensorOf("w", constant([1, 2, 3]));
    expect(() => constantOf({ ...tensor, dims: [4] })).toThrow(
      "Tensor `w` is float32 [4] and takes 16 bytes, but the model has 12.",
    );
    expect(() => constantOf({ ...tensor, dims: [-1] })).toThrow("Tensor `w` has the sizes [-1].");
    expect(() => constantOf({ ...tensor, dims: [2 ** 40, 2 ** 40] })).toThrow("has the sizes");
    expect(() => constantOf({ ...tensor, dataType: 99 })).toThrow("Tensor `w` has the unknown element type 99.");
  });

  test("may lie in a file beside the model, but nowhere else", () => {
    const file = new Uint8Array(Float32Array.of(0, 1, 2, 3).buffer);
    const place = (...pairs: readonly (readonly [string, string])[]) => ({
      name: "w",
      dims: [2],
      dataType: 1,
      dataLocation: 1,
      externalData: pairs.map(([key, value]) => ({ key, value })),
    });
    const at = place(["location", "weights.bin"], ["offset", "8"], ["length", "8"]);
    const external = (location: string): Uint8Array => {
      expect(location).toBe("weights.bin");
      return file;
    };
    expect([...constantOf(at, external).data]).toEqual([2, 3]);
    expect(constantOf(at, external).data.buffer).toBe(file.buffer);
    expect([...constantOf(place(["location", "weights.bin"]), external).data]).toEqual([0, 1]);
    // A file of many gigabytes is read in parts.
    const part = (_: string, offset: number, length: number): Uint8Array => file.slice(offset, offset + length);
    expect([...constantOf(at, part).data]).toEqual([2, 3]);
    expect(() => constantOf(at)).toThrow('Tensor `w` is stored in the file "weights.bin" next to the model.');
    for (const location of ["/etc/passwd", "../secret", "a/../../b", "C:\\x", "\\\\host\\x"]) {
      expect(() => constantOf(place(["location", location]), external)).toThrow("outside the model's folder");
    }
    expect(() => constantOf(place(["location", "weights.bin"], ["offset", "12"]), external)).toThrow(
      'is bytes 12 to 20 of "weights.bin", which has 16',
    );
    expect(() => constantOf(place(["location", "weights.bin"], ["length", "1e3"]), external)).toThrow(
      'the length "1e3"',
    );
    expect(() => constantOf(place(["location", "weights.bin"], ["length", "4"]), external)).toThrow("takes 8 bytes");
    expect(() => constantOf(place(), external)).toThrow("is external, but has no location");
  });

  test("that is sparse is written out, unless that would take the memory of the machine", () => {
    const sparse = (dims: readonly number[], indices: Constant): ModelProto => ({
      opsetImport: [{ version: 20 }],
      graph: {
        node: [{ opType: "Identity", input: ["w"], output: ["y"] }],
        sparseInitializer: [{ dims, values: tensorOf("w", constant([5, 6])), indices: tensorOf("", indices) }],
        output: [{ name: "y" }],
      },
    });
    const flat = importModel(sparse([2, 3], constant([1, 5], "int64"))).value("w");
    expect([...(flat?.data ?? [])]).toEqual([0, 5, 0, 0, 0, 6]);
    const pairs = importModel(sparse([2, 3], constant([0, 2, 1, 0], "int64", [2, 2]))).value("w");
    expect([...(pairs?.data ?? [])]).toEqual([0, 0, 5, 6, 0, 0]);
    expect(() => importModel(sparse([2 ** 20, 2 ** 20], constant([1, 5], "int64")))).toThrow("has the sizes");
    expect(() => importModel(sparse([2, 3], constant([1, 6], "int64")))).toThrow("has the index 6");
  });
});

describe("a damaged file", () => {
  const decode =
    (...bytes: readonly number[]) =>
    () =>
      decodeModel(Uint8Array.from(bytes));

  test("gives an error with the byte", () => {
    expect(decode(0x3a, 5, 1)).toThrow(
      "damaged at byte 1: a length of 5 where 1 bytes are left, in graph of ModelProto.",
    );
    expect(decode(8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255)).toThrow(
      "damaged at byte 1: a number there has no end.",
    );
    expect(decode(8, 128)).toThrow("damaged at byte 2: it ends in the middle of a value.");
    expect(decode(0x12, 2, 0xc3, 0x28)).toThrow(
      "damaged at byte 2: text that is not UTF-8, in producerName of ModelProto.",
    );
    expect(decode(0x0b)).toThrow("damaged at byte 0: wire type 3, in irVersion of ModelProto.");
    expect(decode(0x9b, 6)).toThrow("damaged at byte 0: wire type 3, in ModelProto.");
    expect(decode(0)).toThrow("damaged at byte 0: field number 0");
    expect(decode(0x3a, 128, 128, 128, 128, 128, 128, 128, 1)).toThrow("damaged at byte 1: a length or tag there is");
    expect(decode()).toThrow("These 0 bytes contain no graph. Is this an ONNX model?");
    expect(() => decodeModel(new TextEncoder().encode('{"a":1}'))).toThrow(OnnxError);
    // float_data of five bytes
    expect(() => decodeTensor(Uint8Array.of(0x22, 5, 0, 0, 0, 0, 0))).toThrow("5 bytes for numbers of 4");
  });

  test("cannot nest or multiply without end", () => {
    let nested: readonly number[] = [];
    const lengthOf = (n: number): number[] => (n < 128 ? [n] : [(n % 128) + 128, Math.floor(n / 128)]);
    // From within: a graph is in an attribute, an attribute in a node, a node in a graph.
    for (let i = 0; i < 200; i++) nested = [[0x2a, 0x0a, 0x32][i % 3] ?? 0, ...lengthOf(nested.length), ...nested];
    expect(decode(0x3a, ...lengthOf(nested.length), ...nested)).toThrow("messages deep; the limit is 100");
    // Two bytes make a message: a file of some megabytes would become gigabytes of objects.
    const nodes = new Uint8Array(2 * 5000);
    for (let i = 0; i < nodes.length; i += 2) nodes[i] = 0x0a;
    const many = Uint8Array.from([0x3a, ...lengthOf(nodes.length), ...nodes]);
    expect(decodeModel(many).graph?.node?.length).toBe(5000);
    expect(() => decodeModel(many, { items: 4999 })).toThrow("one item more than the limit allows");
  });

  /** Runs something on a damaged model: it works, or it says what is wrong; if it hangs, so does the test. */
  function survives(bytes: Uint8Array): void {
    try {
      exportModel(importModel(bytes));
    } catch (error) {
      if (!(error instanceof OnnxError)) throw error;
    }
  }

  const sources = models.map((file) => new Uint8Array(readFileSync(file)));
  const source = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...sources.slice(0, 3)) },
    { weight: 3, arbitrary: fc.constantFrom(...sources) },
  );
  /** Small files, and beginnings of the fixtures. */
  const small = [...sources.filter((b) => b.length < 20_000), ...sources.slice(0, 8).map((b) => b.subarray(0, 20_000))];
  // Most of a large file is weights, in which nothing can break.
  const place = fc.oneof(
    { weight: 3, arbitrary: fc.double({ min: 0, max: 0.05, noNaN: true }) },
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  const at = (bytes: Uint8Array, where: number): number => Math.min(bytes.length - 1, Math.floor(where * bytes.length));

  test("with flipped bytes is imported or refused, never worse, 3000 times", () => {
    fc.assert(
      fc.property(
        source,
        fc.array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
        (whole, flips) => {
          const bytes = new Uint8Array(whole);
          for (const [where, mask] of flips) bytes[at(bytes, where)]! ^= mask;
          survives(bytes);
        },
      ),
      { numRuns: 3000, seed: 3 },
    );
  });

  test("that is cut, or lacks or has bytes in the middle, is imported or refused, 2000 times", () => {
    const change = fc.constantFrom<(bytes: Uint8Array, i: number) => number[]>(
      (bytes, i) => [...bytes.subarray(0, i)],
      (bytes, i) => [...bytes.subarray(0, i), ...bytes.subarray(i + 1)],
      (bytes, i) => [...bytes.subarray(0, i), i % 256, ...bytes.subarray(i)],
    );
    fc.assert(
      fc.property(fc.constantFrom(...small), place, change, (whole, where, damaged) => {
        survives(Uint8Array.from(damaged(whole, at(whole, where))));
      }),
      { numRuns: 2000, seed: 4 },
    );
    for (const whole of sources.slice(0, 3))
      for (let i = 0; i < 200; i++) survives(whole.subarray(0, Math.floor((whole.length * i) / 200)));
  });

  test("that is well written but says absurd things is imported or refused, 1000 times", () => {
    const numbers = [
      -1,
      0,
      1,
      3,
      7,
      -2,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 40,
      -(2 ** 31),
      2n ** 63n - 1n,
      -(2n ** 63n),
      65536,
    ];
    const ops = sources.flatMap((b) => decodeModel(b).graph?.node?.map((n) => n.opType ?? "") ?? []);
    fc.assert(
      fc.property(source, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }), (bytes, changes) => {
        const model = decodeModel(bytes);
        for (const [which, what] of changes) absurd(model, which, what, numbers, ops);
        survives(encodeModel(model));
      }),
      { numRuns: 1000, seed: 5 },
    );
  });
});

/** Puts something else somewhere into a model: another number, name or operator, or one element less or more. */
function absurd(
  model: ModelProto,
  which: number,
  what: number,
  numbers: readonly (number | bigint)[],
  ops: readonly string[],
): void {
  const spots: { in: Record<string, unknown>; key: string }[] = [];
  const walk = (value: object): void => {
    for (const [key, inner] of Object.entries(value)) {
      spots.push({ in: value as Record<string, unknown>, key }); // Any object has values by name.
      if (
        typeof inner === "object" &&
        inner !== null &&
        !(ArrayBuffer.isView(inner) && !(inner instanceof BigInt64Array))
      )
        walk(inner);
    }
  };
  walk({ graph: model.graph, opsetImport: model.opsetImport });
  const spot = spots[which % spots.length];
  if (spot === undefined) return;
  const value = spot.in[spot.key];
  const number = numbers[what % numbers.length] ?? 0;
  if (spot.in instanceof BigInt64Array) spot.in[Number(spot.key)] = BigInt(number);
  else if (typeof value === "number" || typeof value === "bigint") spot.in[spot.key] = number;
  else if (typeof value === "string") spot.in[spot.key] = spot.key === "opType" ? ops[what % ops.length] : "";
  else if (Array.isArray(value) && what % 2 === 0) value.pop();
  else if (Array.isArray(value) && value.length > 0) value.push(value[what % value.length]);
  else if (!Array.isArray(spot.in)) delete spot.in[spot.key];
}
