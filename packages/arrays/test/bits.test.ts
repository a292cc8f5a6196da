import * as adagrads from "@descent/adagrad";
import * as adams from "@descent/adam";
import { type Configured, clipByGlobalNorm, clipByNorm, clipByValue, withL2 } from "@descent/core";
import { apply, type Macro } from "@descent/core/graph";
import * as sgds from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { runs } from "../../../tests/long.ts";
import fc from "../../../tests/properties.ts";
import { optimizer } from "../src/index.ts";
import { binary, caseOf, number32, ruleOf, trees, unary } from "./random.ts";
import { type Case, expectSame, type Layout, spec, specials, step, uniform } from "./run.ts";

const layouts: readonly Layout[] = ["outside", "inside"];

function expectEnginesAgree(cases: readonly Case[]): void {
  const wanted = step(cases, "interpreter");
  for (const layout of layouts) expectSame(step(cases, "wasm", layout), wanted);
  expectSame(step(cases, "interpreter", "inside"), wanted);
}

// Every random rule compiles some thirty kernels.
describe("the kernels and the interpreter give the same bits", () => {
  test("for random rules of every operation, place and reduction, on special and ordinary numbers", () => {
    const shape = fc.oneof(
      fc.nat({ max: 70 }).map((n) => [n]),
      fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 21 })),
      fc.constant([]),
    );
    const numbers = fc.array(number32, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(trees, trees, shape, shape, numbers, number32, (a, b, one, other, xs, h) => {
        const [first, second] = [ruleOf(a), ruleOf(b)];
        const of = (name: string, i: number): number => xs[(i * 7 + name.charCodeAt(0)) % xs.length]!;
        expectEnginesAgree([
          caseOf(first, { name: "one", shape: one }, h, of),
          caseOf(first, { name: "two", shape: other }, h, of),
          caseOf(second, { name: "other", shape: other }, 2, of),
        ]);
      }),
      { numRuns: runs() },
    );
  });

  test("for random rules at sizes around those of blocks and chunks", () => {
    const length = fc.constantFrom(511, 512, 513, 8191, 8192, 8193, 16383, 16384, 16385, 32771);
    const shape = fc.oneof(
      length.map((n) => [n]),
      fc.tuple(fc.constantFrom(2, 3), length),
      fc.tuple(length, fc.constantFrom(2, 3)),
    );
    fc.assert(
      fc.property(trees, shape, fc.nat(), fc.boolean(), (t, s, seed, odd) => {
        const next = uniform(seed);
        const of = (): number =>
          odd && next() > 0.9 ? specials[Math.floor((next() + 1) * 0.5 * specials.length)]! : 3 * next();
        expectEnginesAgree([caseOf(ruleOf(t), { name: "w", shape: s }, 0.7, of)]);
      }),
      { numRuns: runs(10) },
    );
  });

  test.each([
    [2, 40_000],
    [40_000, 2],
    [3, 16_385],
  ])("for values read and stored by row and by column of a %i × %i matrix", (rows, cols) => {
    const state = { r: { place: "row", init: 0 }, c: { place: "column", init: 0 }, m: 0 } as const;
    const update = { m: "m * c + r", c: "c * 0.5 + columnSum(p)", r: "r - rowSum(g^2)", p: "p * r - c" };
    const next = uniform(5);
    expectEnginesAgree([caseOf(spec(update, state), { name: "w", shape: [rows, cols] }, 0, next)]);
  });

  test("for formulas too long to be unrolled", () => {
    const macros: Record<string, Macro> = {
      long: (_, p, g) => {
        let e = p!;
        for (let i = 0; i < 150; i++) e = apply(i % 3 ? "add" : "sub", apply("mul", e, g!), p!);
        return e;
      },
    };
    for (const n of [1, 3, 4, 5, 8, 31])
      expectEnginesAgree([
        caseOf(
          spec({ s: "sum(long(p, g))", p: "long(p, g)" }, { s: { place: "scalar", init: 0 } }, { h: 0 }, macros),
          { name: "w", shape: [n] },
          0,
          uniform(n),
        ),
      ]);
  });

  test("for every operation on every pair of special numbers", () => {
    const n = specials.length;
    const parameter = { name: "w", shape: [n * n] };
    const of = (name: string, i: number): number => specials[name === "p" ? i % n : Math.floor(i / n)]!;
    const wrong: string[] = [];
    for (const op of [...unary, ...binary]) {
      const macros: Record<string, Macro> = {
        f: (_, ...args) => apply(op, ...args.slice(0, (unary as readonly string[]).includes(op) ? 1 : 2)),
      };
      try {
        expectEnginesAgree([caseOf(spec({ p: "f(p, g)" }, {}, { h: 0 }, macros), parameter, 0, of)]);
      } catch (error) {
        wrong.push(`${op}: ${String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("for functions that JavaScript computes, on a hundred thousand random bit patterns", () => {
    const n = 100_000;
    const bits = new Uint32Array(2 * n);
    const next = uniform(3);
    for (let i = 0; i < bits.length; i++) bits[i] = (next() * 2 ** 31) ^ (next() * 2 ** 15);
    const floats = new Float32Array(bits.buffer);
    for (const formula of ["exp(g)", "log(g)", "tanh(g)", "cos(g)", "p^g", "abs(p)^0.3", "floor(p)"])
      expectEnginesAgree([
        caseOf(spec({ p: formula }), { name: "w", shape: [n] }, 0, (name, i) => floats[name === "p" ? i : n + i]!),
      ]);
  });

  const families: Readonly<Record<string, () => Configured>> = { ...sgds, ...adagrads, ...adams };
  const changed: Readonly<Record<string, Configured>> = {
    "global-norm clipped AdamW": clipByGlobalNorm(adams.adamw(), 0.5),
    "norm clipped momentum": clipByNorm(sgds.momentum(), 0.5),
    "value clipped RMSProp with L2": clipByValue(withL2(adagrads.rmsprop(), 0.01), 0.5),
  };
  const rules = { ...Object.fromEntries(Object.entries(families).map(([name, make]) => [name, make()])), ...changed };
  test.each(Object.entries(rules))("for %s over 20 steps of several tensors", (_, configured) => {
    const sizes = { a: 1, b: 7, c: 512, d: 2051, e: 16387 };
    const results = (["wasm", "interpreter"] as const).map((engine) => {
      const next = uniform(1);
      const make = (n: number): Float32Array => Float32Array.from({ length: n }, next);
      const parameters = Object.fromEntries(Object.entries(sizes).map(([name, n]) => [name, make(n)]));
      const matrices = configured.kind === "rule" && configured.rule.needs === "matrix";
      const shaped = Object.entries(parameters).map(([name, data]) => [name, { shape: [1, data.length], data }]);
      const opt = optimizer(matrices ? Object.fromEntries(shaped) : parameters, configured, { engine });
      for (let k = 0; k < 20; k++)
        opt.update(Object.fromEntries(Object.entries(sizes).map(([name, n]) => [name, make(n)])));
      const { tensors } = opt.state();
      return [parameters, Object.fromEntries(Object.entries(tensors).map(([key, { data }]) => [key, data]))];
    });
    expectSame(results[0]!, results[1]!);
    expect(Object.values(results[0]![0]!).every((x) => x.every(Number.isFinite))).toBe(true);
  });
});
