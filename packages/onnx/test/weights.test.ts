import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { decodeModel, encodeModel, externalize, importModel, mend, updateInitializers } from "../src/index.ts";
import { fromBfloat16, fromHalf, toBfloat16, toHalf } from "../src/proto/half.ts";
import { type Constant, constant, constantOf, floatsOf, tensorOf } from "../src/proto/index.ts";
import { run } from "./runtime.ts";
import { fixture, fixtures } from "./testdata.ts";

function weightsOf(bytes: Uint8Array): Record<string, Float32Array> {
  const tensors = decodeModel(bytes).graph?.initializer ?? [];
  return Object.fromEntries(
    tensors.filter((t) => t.dataType === 1).map((t) => [t.name ?? "", floatsOf(constantOf(t))]),
  );
}
function feedsOf(name: string): Record<string, Constant> {
  if (name === "gpt_o17") return { in0: constant(new BigInt64Array(16).fill(3n), "int64", [1, 16]) };
  const dims = name === "lenet" ? [1, 1, 28, 28] : [1, 3, 32, 32];
  return { in0: constant(new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.3), "float32", dims) };
}

describe.each(fixtures)("weights written back into %s", (name) => {
  const bytes = new Uint8Array(readFileSync(fixture(name)));

  test("that have not changed leave every byte as it was", () => {
    const weights = weightsOf(bytes);
    expect(Object.keys(weights).length).toBeGreaterThan(5);
    expect(Buffer.compare(updateInitializers(bytes, weights), bytes)).toBe(0);
  });

  test("change their own bytes and no others, and plain onnxruntime reads them", async () => {
    const [[weight = "", data = new Float32Array(0)] = []] = Object.entries(weightsOf(bytes));
    const changed = updateInitializers(bytes, { [weight]: data.map((x) => x * 1.5 + 0.01) });
    const tensor = decodeModel(bytes).graph?.initializer?.find((t) => t.name === weight)?.rawData;
    const start = tensor?.byteOffset ?? 0;
    const differs = [...changed].flatMap((b, i) => (b !== bytes[i] ? [i] : []));
    expect(changed.length).toBe(bytes.length);
    expect(differs.length).toBeGreaterThan(0);
    expect(differs.every((i) => i >= start && i < start + (tensor?.length ?? 0))).toBe(true);

    // The file alone gives what the graph gives with the new weight.
    const feeds = feedsOf(name);
    const [before, after] = [await run(bytes, feeds), await run(changed, feeds)];
    expect(after.out?.data).not.toEqual(before.out?.data);
    const back = await run(updateInitializers(changed, { [weight]: data }), feeds);
    expect(back.out?.data).toEqual(before.out?.data);
  });
});

describe("a weight", () => {
  const model = encodeModel({
    opsetImport: [{ version: 20 }],
    irVersion: 9,
    graph: {
      name: "g",
      initializer: [
        { name: "typed", dims: [2], dataType: 1, floatData: Float32Array.of(1, 2) },
        tensorOf("half", constant(Uint16Array.of(0x3c00, 0), "float16", [2])),
        { name: "brain", dims: [1], dataType: 16, int32Data: Int32Array.of(0x3f80) },
        tensorOf("double", constant([1, 2], "float64")),
        tensorOf("count", constant([1], "int64")),
      ],
      node: [
        {
          opType: "Constant",
          output: ["inside"],
          attribute: [{ name: "value", type: 4, t: tensorOf("", constant([5])) }],
        },
      ],
    },
  });
  const read = (bytes: Uint8Array): Record<string, readonly number[]> => {
    const { initializer = [], node = [] } = decodeModel(bytes).graph ?? {};
    const all = [...initializer, { ...node[0]?.attribute?.[0]?.t, name: "inside" }].filter((t) => t.name !== "count");
    return Object.fromEntries(all.map((t) => [t.name ?? "", [...floatsOf(constantOf(t))]]));
  };

  test("keeps its element type and the way it was kept", () => {
    const values = { typed: [3, 4], half: [1.5, 65504], brain: [1.5], double: [1e-3, 1e300], inside: [6] };
    const changed = updateInitializers(model, values);
    expect(read(changed)).toEqual({ ...values, double: [Math.fround(1e-3), Number.POSITIVE_INFINITY] });
    expect(changed.length).toBe(model.length);
    const doubles = constantOf(decodeModel(changed).graph?.initializer?.[3] ?? {});
    expect([...doubles.data]).toEqual([1e-3, 1e300]);
  });

  test("that is not there, of another size, or no float, is an error", () => {
    expect(() => updateInitializers(model, { tpyed: [1, 2] })).toThrow(
      "The model has no weights `tpyed`. It has `typed`, `half`",
    );
    expect(() => updateInitializers(model, { typed: [1] })).toThrow("`typed` is [2], which is 2 numbers; got 1.");
    expect(() => updateInitializers(model, { count: [1] })).toThrow(
      "`count` is int64 and cannot be trained: only floating types can.",
    );
  });

  test("is lifted out of a Constant by name, and a name that no Constant has is an error", () => {
    expect(mend(model, { lift: ["inside"] }).changes).toEqual([{ kind: "lifted", name: "inside", of: "inside" }]);
    expect(() => mend(model, { lift: ["inside", "typo", "typed"] })).toThrow(
      "`lift` names `typo`, `typed`, which no Constant node computes. Constant nodes compute `inside`.",
    );
    const { graph, ...rest } = decodeModel(model);
    const given = { ...rest, graph: { ...graph, output: [{ name: "inside" }] } };
    expect(() => mend(given, { lift: ["inside"] })).toThrow(
      "`inside` is an output of the model, and a weight cannot be one.",
    );
  });
});

describe("a model whose weights lie beside it", () => {
  const bytes = new Uint8Array(readFileSync(fixture("resnet")));
  const { model, data } = externalize(bytes, { location: "resnet.bin" });
  const file = new Uint8Array(data.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of data) {
    file.set(part, end);
    end += part.length;
  }
  const external = (): Uint8Array => file;

  test("is small, is read back the same, and runs in plain onnxruntime", async () => {
    expect(model.length).toBeLessThan(bytes.length / 10);
    const [whole, split] = [importModel(bytes), importModel(model, { external })];
    expect([...split.initializers]).toEqual([...whole.initializers]);
    const feeds = feedsOf("resnet");
    const result = await run(model, feeds, { externalData: [{ path: "resnet.bin", data: file }] });
    expect(result.out).toEqual((await run(bytes, feeds)).out);
    // As files, too.
    const folder = mkdtempSync(path.join(tmpdir(), "descent-onnx-"));
    try {
      writeFileSync(path.join(folder, "resnet.bin"), file);
      writeFileSync(path.join(folder, "resnet.onnx"), model);
      const { InferenceSession } = await import("onnxruntime-node");
      await (await InferenceSession.create(path.join(folder, "resnet.onnx"), { logSeverityLevel: 4 })).release();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("has them written back where they lay, or put inside if nobody writes", () => {
    const [[name = "", values = new Float32Array(0)] = []] = Object.entries(weightsOf(bytes)).filter(
      ([, v]) => v.length > 300,
    );
    const twice = values.map((x) => 2 * x);
    const written: (readonly [string, number, number])[] = [];
    const same = updateInitializers(
      model,
      { [name]: twice },
      { external: (...w) => written.push([w[0], w[1], w[2].length]) },
    );
    expect(Buffer.compare(same, model)).toBe(0);
    expect(written).toEqual([["resnet.bin", expect.any(Number), 4 * values.length]]);
    expect(Number(written[0]?.[1]) % 4096).toBe(0);
    const inside = updateInitializers(model, { [name]: twice });
    const tensor = decodeModel(inside).graph?.initializer?.find((t) => t.name === name) ?? {};
    expect(constantOf(tensor).data).toEqual(twice);
  });
});

describe("narrow floats", () => {
  test("of 16 bits all come back", () => {
    for (let bits = 0; bits < 65536; bits++) {
      if (!Number.isNaN(fromHalf(bits))) expect(toHalf(fromHalf(bits))).toBe(bits);
      if (!Number.isNaN(fromBfloat16(bits))) expect(toBfloat16(fromBfloat16(bits))).toBe(bits);
    }
  });

  test("are the nearest there are, ties to even", () => {
    const nearest = (to: (x: number) => number, from: (bits: number) => number, x: number): void => {
      const bits = to(x);
      const [here, below, above] = [bits, bits - 1, bits + 1].map((b) => Math.abs(from(b & 0xffff) - x));
      expect(here).toBeLessThanOrEqual(Math.min(below ?? 0, above ?? 0));
      if (here === below || here === above) expect(bits % 2).toBe(0);
    };
    const positive = { min: Math.fround(1e-7), max: 60000, noNaN: true };
    fc.assert(
      fc.property(fc.float(positive), (x) => {
        nearest(toHalf, fromHalf, x);
        nearest(toBfloat16, fromBfloat16, x);
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect([65519, 65520, 1e9, -1e9, 2 ** -25, 2 ** -24].map(toHalf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00, 0, 1]);
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
    expect(fromBfloat16(toBfloat16(Number.NaN))).toBeNaN();
  });
});
