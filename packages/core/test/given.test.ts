import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { Loop, named, refuseOverlap, refuseUnknown, type Stretch } from "../src/adapter.ts";
import { rule } from "../src/index.ts";
import { plain } from "./plain.ts";

const sgd = rule({ id: "sgd", title: "SGD", paper: "", hyper: { lr: 0.5 }, state: {}, update: { p: "p - lr * g" } });
const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect((error as Error).name).toBe("OptimizerError");
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
};

describe("parameters and gradients by name", () => {
  test("come as a record, a Map or other pairs, whatever the names", () => {
    const names = ["w", "__proto__", "constructor", "toString"];
    const pairs = names.map((name, i) => [name, i] as const);
    for (const given of [Object.fromEntries(pairs), new Map(pairs), pairs, new Map(pairs).entries()])
      expect(named("The parameters", given)).toEqual(pairs);
    expect(named("The gradients", {})).toEqual([]);
    expect(named("The gradients", Object.create(null) as Record<string, number>)).toEqual([]);
  });

  class Model {
    get w(): Float32Array {
      return new Float32Array(1);
    }
  }
  const wrong: readonly (readonly [what: string, given: unknown, says: string])[] = [
    ["nothing", undefined, "got undefined"],
    ["a text", "w", 'got "w"'],
    ["a list of arrays", [new Float32Array(2)], "got a list of 1, which is not made of [name, value]"],
    ["a Float32Array", new Float32Array(2), "which is not made of [name, value]"],
    ["a Map with other keys", new Map([[1, 2]]), "got a Map, which is not made of [name, value]"],
    ["a Set", new Set(["w"]), "got a Set"],
    ["an instance whose names are getters", new Model(), "got a Model without properties of its own"],
    ["a promise", Promise.resolve({}), "got a Promise without properties of its own"],
    ["a function", () => ({}), "got a function"],
    ["two of one name", [["w", 1], ["w", 2]], "there are two values named `w`"], // biome-ignore format: one row
  ];
  test.each(wrong)("do not come as %s", (_, given, says) => {
    expect(message(() => named("The parameters", given as Record<string, number>))).toContain(says);
    const loop = new Loop(plain, sgd());
    loop.add([{ name: "w", shape: [1] }]);
    if (!Array.isArray(given)) expect(() => loop.update(given as Record<string, never>)).toThrow();
    expect(loop.step).toBe(0);
  });

  test("a gradient of an unknown name is refused with the names there are", () => {
    expect(message(() => refuseUnknown({ v: 1 }, new Map([["w", 1]])))).toBe(
      "There is a gradient for `v`, which is not a parameter here; there are `w`. Did you mean `w`?",
    );
    expect(message(() => refuseUnknown({ v: 1 }, new Map()))).toContain("there are none.");
  });
});

describe("parameters that share memory", () => {
  const memory = new ArrayBuffer(1);
  const at = (name: string, from: number, bytes: number, where: object = memory): Stretch => ({
    name,
    memory: where,
    at: from,
    bytes,
  });

  test("are refused where bytes are common, and only there", () => {
    expect(message(() => refuseOverlap([at("a", 0, 8), at("b", 4, 8)]))).toContain("`a`, `b` share memory");
    refuseOverlap([at("a", 0, 8), at("b", 8, 8), at("c", 4, 0), at("d", 4, 8, new ArrayBuffer(1))]);
  });

  test("and are the same numbers, are told how weights are tied", () => {
    expect(message(() => refuseOverlap([at("embedding", 16, 8), at("head", 16, 8)]))).toBe(
      "`embedding`, `head` are the same numbers. Tied weights are one parameter: give them once, under one name, and as its gradient the sum of the gradients of all their uses. On arrays and WebGPU, { tied: [[…]] } does that.",
    );
  });

  test("are found as pairs of stretches are, one by one", () => {
    const stretch = fc.record({ from: fc.nat(40), bytes: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 12 }), (all) => {
        const places = all.map(({ from, bytes }, i) => at(`p${i}`, from, bytes));
        const overlaps = places.some((a, i) =>
          places.some((b, j) => i < j && a.bytes > 0 && b.bytes > 0 && a.at < b.at + b.bytes && b.at < a.at + a.bytes),
        );
        if (overlaps) expect(() => refuseOverlap(places)).toThrow(/share memory|same numbers/);
        else refuseOverlap(places);
      }),
      { seed: 1 },
    );
  });
});
