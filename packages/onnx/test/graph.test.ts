import { describe, expect, test } from "vitest";
import { exportModel, Graph, importModel, OnnxError } from "../src/index.ts";

const graph = (): Graph => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 2] });
  return g;
};
const data = (g: Graph, name: string): readonly unknown[] => Array.from(g.initializers.get(name)!.data as never);

describe("a graph made by hand", () => {
  test("is exported only if every value is made once, and there is an output", () => {
    const twice = graph();
    twice.op("Relu", ["x"], {}, ["y"]);
    twice.op("Neg", ["x"], {}, ["y"]);
    twice.output("y");
    expect(() => exportModel(twice)).toThrow("The graph `graph` makes `y` twice, the second time by Neg.");
    const over = graph();
    over.op("Relu", ["x"], {}, ["x"]);
    over.output("x");
    expect(() => exportModel(over)).toThrow("The graph `graph` makes `x` twice");
    expect(() => exportModel(graph())).toThrow("The graph has no output. Name one before it is exported");
  });

  test.each([
    ["int64", 0.5, "-9223372036854775808 to 9223372036854775807; got 0.5"],
    ["int32", 2 ** 40, "-2147483648 to 2147483647; got 1099511627776"],
    ["uint8", 300, "0 to 255; got 300"],
    ["int8", -129, "-128 to 127; got -129"],
    ["bool", 5, "0 to 1; got 5"],
    ["int32", Number.NaN, "got NaN"],
  ] as const)("has no constant of %s that would be rounded or wrapped around: %d", (elem, x, says) => {
    expect(() => graph().constant([x], elem)).toThrow(OnnxError);
    expect(() => graph().constant(x, elem)).toThrow(says);
  });

  test("has constants of 16-bit floats by their numbers, or by their bits in an array of 16-bit numbers", () => {
    const g = graph();
    expect(data(g, g.constant([1, 0.5], "float16"))).toEqual([0x3c00, 0x3800]);
    expect(data(g, g.constant(-2, "bfloat16"))).toEqual([0xc000]);
    expect(g.initializers.get(g.constant(1, "float16"))!.dims).toEqual([]);
    expect(data(g, g.constant(Uint16Array.of(0x3c00), "float16"))).toEqual([0x3c00]);
  });

  test("takes attributes and shapes by name in plain objects alone: a Map would be read as empty", () => {
    expect(() => graph().op("Softmax", ["x"], new Map([["axis", 0]]) as never)).toThrow("must be an object");
    const g = graph();
    g.op("Relu", ["x"], {}, ["y"]);
    g.output("y");
    expect(() => importModel(exportModel(g), { shapes: new Map([["x", [4, 2]]]) as never })).toThrow(OnnxError);
  });
});
