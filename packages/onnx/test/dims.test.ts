import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import {
  add,
  bind,
  broadcast,
  canonical,
  ceilDiv,
  compare,
  type Dim,
  exact,
  floorDiv,
  max,
  min,
  mul,
  same,
  sub,
  symbols,
  truncDiv,
} from "../src/graph/dims.ts";

describe("sizes by name", () => {
  test("have one text per value", () => {
    expect(mul("seq", "batch")).toBe("batch * seq");
    expect(add(mul(2, "batch"), "batch")).toBe("3 * batch");
    expect(sub(add("batch", 1), 1)).toBe("batch");
    expect(canonical("past_sequence_length + 1")).toBe("past_sequence_length + 1");
    expect(sub(canonical("1 + past"), "past")).toBe(1);
  });

  test("divide where that is sure", () => {
    expect(exact("12 * batch", 4)).toBe("3 * batch");
    expect(exact("batch", 4)).toBeUndefined();
    expect(exact(mul("batch", add("seq", 1)), add("seq", 1))).toBe("batch");
    expect(floorDiv(add(mul(4, "h"), 7), 4)).toBe("h + 1");
    expect(floorDiv(floorDiv("h", 2), 2)).toBe("floor(h / 4)");
    expect(truncDiv("h", 2)).toBe("floor(h / 2)");
    expect(add(truncDiv(sub("h", "w"), 2), sub(1, truncDiv(sub("h", "w"), 2)))).toBe(1);
    expect(bind(truncDiv(sub("h", "w"), 2), { h: 1, w: 4 })).toBe(-1);
    expect(ceilDiv("h", 2)).toBe("floor((h + 1) / 2)");
  });

  test("compare only where it does not depend on the names", () => {
    expect(same("batch", "batch")).toBe(true);
    expect(same("batch", -1)).toBe(false);
    expect(same("batch", 3)).toBeUndefined();
    expect(compare(add("batch", 1), 0)).toBe(1);
    expect(compare(sub("a", "b"), -5)).toBeUndefined();
    expect(max(0, "batch")).toBe("batch");
    expect(min("batch", add("batch", 2))).toBe("batch");
    expect(max("a", "b")).toBe("max(a, b)");
  });

  test("keep names that look like formulas or hold spaces", () => {
    for (const name of ["batch-size", "batch size", "a*b", "N/2", "", "12a", "it(s"]) {
      expect(canonical(name)).toBe(name);
      expect(bind(mul(2, add(name, 1)), { [name]: 4 })).toBe(10);
      expect(symbols(mul("x", name)).sort()).toEqual([name, "x"].sort());
    }
    expect(broadcast("batch", 5)).toBe(5);
    expect(broadcast(4, 5)).toBeUndefined();
  });

  test("any expression re-reads as itself, and binding commutes with computing", () => {
    const names = fc.constantFrom("a", "b", "batch size");
    const tree = fc.letrec<{ e: (s: Readonly<Record<string, Dim>>) => Dim }>((tie) => ({
      e: fc.oneof(
        { depthSize: "small" },
        names.map((n) => (s: Readonly<Record<string, Dim>>) => s[n] ?? n),
        fc.integer({ min: -4, max: 9 }).map((n) => () => n),
        fc.tuple(fc.constantFrom(add, sub, mul, max, min), tie("e"), tie("e")).map(
          ([f, a, b]) =>
            (s: Readonly<Record<string, Dim>>) =>
              f(a(s), b(s)),
        ),
        fc.tuple(fc.constantFrom(floorDiv, ceilDiv, truncDiv), tie("e"), fc.integer({ min: 1, max: 5 })).map(
          ([f, a, b]) =>
            (s: Readonly<Record<string, Dim>>) =>
              f(a(s), b),
        ),
      ),
    })).e;
    const sizes = fc.record({ a: fc.nat(20), b: fc.nat(20), "batch size": fc.nat(20) });
    fc.assert(
      fc.property(tree, sizes, (build, s) => {
        const dim = build({});
        if (typeof dim === "string") expect(canonical(dim)).toBe(dim);
        expect(bind(dim, s) === build(s) || Object.is(bind(dim, s), -0)).toBe(true);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
