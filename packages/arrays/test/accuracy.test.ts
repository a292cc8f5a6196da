import type { Macro } from "@descent/core/graph";
import {
  apply,
  constant,
  type Expr,
  hostFunction,
  isUniform,
  type Over,
  type Reduction,
  reduce,
} from "@descent/core/graph";
import { expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { type Case, fill, programOf, spec, step, uniform } from "./run.ts";

/* Expressions without jumps, so that rounding can be followed from the leaves to the root. */
type Op = "add" | "sub" | "mul" | "over" | "min" | "max" | "neg" | "abs" | "root" | "tanh" | "cos" | "exp" | "log";
type Tree =
  | { readonly leaf: "p" | "g" | "s" | "r" | "c" | "h" | number }
  | { readonly op: Op; readonly args: readonly Tree[] }
  | { readonly reduction: Reduction; readonly over: Over; readonly of: Tree };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom("p", "g", "s", "r", "c", "h").map((leaf) => ({ leaf })) },
    { weight: 1, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }).map((leaf) => ({ leaf })) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom<Op>("add", "sub", "mul", "over", "min", "max"), tie("tree"), tie("tree"))
        .map(([op, ...args]) => ({ op, args })),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom<Op>("neg", "abs", "root", "tanh", "cos", "exp", "log"), tie("tree"))
        .map(([op, ...args]) => ({ op, args })),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        reduction: fc.constantFrom<Reduction>("sum", "sumsq"),
        over: fc.constantFrom<Over>("scalar", "row", "column"),
        of: tie("tree"),
      }),
    },
  ),
}));

const symbols = ["p", "g", "s", "r", "c", "h"] as const;
function build(t: Tree, args: readonly Expr[]): Expr {
  if ("leaf" in t) return typeof t.leaf === "number" ? constant(t.leaf) : args[symbols.indexOf(t.leaf)]!;
  if ("reduction" in t) {
    const of = build(t.of, args);
    return reduce(t.reduction, t.over, isUniform(of) ? apply("add", of, args[1]!) : of);
  }
  const [a, b] = t.args.map((x) => build(x, args)) as [Expr, Expr];
  // Divisors, roots, logarithms and exponents are kept away from where rounding is amplified without bound.
  const away = (x: Expr): Expr => apply("add", apply("abs", x), constant(1));
  switch (t.op) {
    case "over":
      return apply("div", a, away(b));
    case "root":
      return apply("sqrt", away(a));
    case "log":
      return apply("log", away(a));
    case "exp":
      return apply("exp", apply("tanh", a));
    default:
      return b ? apply(t.op, a, b) : apply(t.op, a);
  }
}

/** A number with the most it can be wrong by after rounding every float32 operation once. */
interface Bounded {
  readonly value: number;
  readonly error: number;
}
const HALF_ULP = 2 ** -24;
const SMALLEST = 2 ** -149;
const rounded = (value: number, error: number): Bounded => ({
  value,
  error: error + HALF_ULP * (Math.abs(value) + error) + SMALLEST,
});

/**
 * The expression in float64 over every element, in no particular order and with every value spread over the tensor,
 * with a bound on what float32 arithmetic may make of it.
 */
function evaluate(root: Expr, rows: number, cols: number, { data, env }: Case): Bounded[] {
  const memo = new Map<Expr, Bounded[]>();
  const indices = Array.from({ length: rows * cols }, (_, i) => i);
  const sameSum = (e: Expr, i: number, j: number): boolean =>
    e.value === "scalar" || (e.value === "row" ? Math.floor(i / cols) === Math.floor(j / cols) : i % cols === j % cols);
  const at = (e: Expr): Bounded[] => {
    let known = memo.get(e);
    if (!known) memo.set(e, (known = compute(e)));
    return known;
  };
  const compute = (e: Expr): Bounded[] => {
    if (e.place === "host") {
      const [value] = hostFunction([e])(env) as [number];
      return indices.map(() => rounded(value, 0));
    }
    if (e.op === "var") {
      const x = data[e.value as string]!;
      const index = {
        tensor: (i: number) => i,
        row: (i: number) => Math.floor(i / cols),
        column: (i: number) => i % cols,
      };
      const of = e.place in index ? index[e.place as keyof typeof index] : () => 0;
      return indices.map((i) => ({ value: x[of(i)]!, error: 0 }));
    }
    const args = e.args.map(at);
    if (e.op === "sum" || e.op === "sumsq")
      return indices.map((i) => {
        let value = 0;
        let error = 0;
        for (const j of indices)
          if (sameSum(e, i, j)) {
            const x = args[0]![j]!;
            value += e.op === "sum" ? x.value : x.value * x.value;
            error += e.op === "sum" ? x.error : (2 * Math.abs(x.value) + x.error) * x.error;
          }
        return rounded(value, error + 1e-12 * Math.abs(value)); // float64 sums of a few hundred numbers
      });
    return indices.map((i) => {
      const [a, b] = args.map((x) => x[i]!) as [Bounded, Bounded];
      const [x, y] = [a.value, b?.value];
      const sum = a.error + (b?.error ?? 0);
      switch (e.op) {
        case "add":
          return rounded(x + y, sum);
        case "sub":
          return rounded(x - y, sum);
        case "mul":
          return rounded(x * y, Math.abs(x) * b.error + Math.abs(y) * a.error + a.error * b.error);
        case "div":
          // Divisors are at least 1 − error; their error is far below one half.
          return rounded(x / y, (a.error + (Math.abs(x / y) + a.error) * b.error) / (Math.abs(y) - b.error));
        case "min":
          return { value: Math.min(x, y), error: Math.max(a.error, b.error) };
        case "max":
          return { value: Math.max(x, y), error: Math.max(a.error, b.error) };
        case "neg":
          return { value: -x, error: a.error };
        case "abs":
          return { value: Math.abs(x), error: a.error };
        case "sqrt": // of at least 1 − error
          return rounded(Math.sqrt(x), a.error);
        case "log": // likewise: its slope is at most 1 / (1 − error) ≤ 2
          return rounded(Math.log(x), 2 * a.error);
        case "tanh":
          return rounded(Math.tanh(x), a.error);
        case "cos":
          return rounded(Math.cos(x), a.error);
        case "exp":
          return rounded(Math.exp(x), 2 * Math.exp(1) * a.error); // of tanh, so at most 1 plus rounding
        default:
          throw new TypeError(`\`${e.op}\` is not among these expressions`);
      }
    });
  };
  return at(root);
}

/** Divisors and logarithms above assume errors below one half; beyond 1e-2 the comparison would say little anyway. */
const MEANINGFUL = 1e-2;

const places = { p: "tensor", s: "scalar", r: "row", c: "column" } as const;
type Name = keyof typeof places;
const names = Object.keys(places) as Name[];

test("every value is as close to the exact one as the rounding of its operations allows", () => {
  let checked = 0;
  let skipped = 0;
  const trees = fc.record({ p: tree, s: tree, r: tree, c: tree });
  fc.assert(
    fc.property(trees, fc.constantFrom([1, 7], [3, 5], [4, 16], [21, 2]), fc.nat(), (t, [rows, cols], seed) => {
      const macros: Record<string, Macro> = {};
      for (const name of names)
        macros[`${name}New`] = (_, ...args) => {
          const e = apply("add", build(t[name], args), apply("mul", args[symbols.indexOf(name)]!, constant(0.5)));
          const fits = isUniform(e) || e.place === places[name] || name === "p";
          return fits ? e : reduce("sum", places[name] as Over, e); // slots are not by element
        };
      // All from old values, which are read before any is replaced.
      const next = names.map((name) => [`${name}Next`, `${name}New(p, g, s, r, c, h)`]);
      const update = Object.fromEntries([...next, ...names.map((name) => [name, `${name}Next`])]);
      const parameter = { name: "w", shape: [rows!, cols!] };
      const program = programOf(
        spec(
          update,
          { s: { place: "scalar", init: 0 }, r: { place: "row", init: 0 }, c: { place: "column", init: 0 } },
          { h: 0 },
          macros,
        ),
        parameter,
      );
      const data = fill(program, parameter, uniform(seed));
      const env = { h: 0.3, rows: rows!, cols: cols!, size: rows! * cols! };
      const example: Case = { program, parameter, data, env };
      const after = (["wasm", "interpreter"] as const).map((engine) => step([example], engine)[0]!);
      const element = { tensor: 1, scalar: 0, row: cols!, column: 1 };
      for (const name of names) {
        const wanted = evaluate(program.outputs[name]!, rows!, cols!, example);
        for (const result of after)
          for (const [i, x] of result[name]!.entries()) {
            const { value, error } = wanted[i * element[places[name]]]!;
            if (!(error <= MEANINGFUL * Math.max(1, Math.abs(value)))) {
              skipped++;
              continue;
            }
            checked++;
            expect(Math.abs(x - value)).toBeLessThanOrEqual(error * (1 + 1e-9)); // the bound itself is computed in float64
          }
      }
    }),
    { numRuns: 100 },
  );
  expect(skipped).toBeLessThan(checked / 4);
});

test.each(["wasm", "interpreter"] as const)("the smallest rules of every place do what they say (%s)", (engine) => {
  const state = {
    s: { place: "scalar", init: 0 },
    r: { place: "row", init: 0 },
    c: { place: "column", init: 0 },
  } as const;
  const after = (update: Record<string, string>, shape = [2, 3]) => {
    const parameter = { name: "w", shape };
    const program = programOf(spec(update, state), parameter);
    const data = fill(program, parameter, (name, i) => i + { p: 0, g: 10, s: 20, r: 30, c: 40 }[name]!);
    const result = step([{ program, parameter, data, env: {} }], engine)[0]!;
    return Object.fromEntries(Object.entries(result).map(([name, x]) => [name, [...x]]));
  };
  const before = { p: [0, 1, 2, 3, 4, 5], g: [10, 11, 12, 13, 14, 15], s: [20], r: [30, 31], c: [40, 41, 42] };
  const { g: _, ...kept } = before; // what does not read the gradient is not given it
  expect(after({ p: "g" })).toEqual({ ...before, p: before.g });
  expect(after({ p: "p + s" })).toEqual({ ...kept, p: [20, 21, 22, 23, 24, 25] });
  expect(after({ p: "p + r" })).toEqual({ ...kept, p: [30, 31, 32, 34, 35, 36] });
  expect(after({ p: "p + c" })).toEqual({ ...kept, p: [40, 42, 44, 43, 45, 47] });
  expect(after({ p: "r * c" })).toEqual({ ...kept, p: [1200, 1230, 1260, 1240, 1271, 1302] });
  expect(after({ p: "g", s: "s + 1" })).toEqual({ ...before, p: before.g, s: [21] });
  expect(after({ p: "g", r: "s" })).toEqual({ ...before, p: before.g, r: [20, 20] });
  expect(after({ p: "g", c: "2" })).toEqual({ ...before, p: before.g, c: [2, 2, 2] });
  expect(after({ p: "r" })).toEqual({ ...kept, p: [30, 30, 30, 31, 31, 31] });
  expect(after({ p: "1" })).toEqual({ ...kept, p: [1, 1, 1, 1, 1, 1] });
  // Without columns there are still rows, and the other way round.
  expect(after({ p: "g", r: "2 * r + rowSum(g)", s: "s + sum(g)" }, [2, 0])).toMatchObject({
    r: [60, 62],
    s: [20],
    p: [],
  });
  expect(after({ p: "g", c: "2 * c + columnSum(g)" }, [0, 3])).toMatchObject({ c: [80, 82, 84], p: [] });
  expect(after({ p: "g", s: "s + 1" }, [0])).toMatchObject({ s: [21], p: [] });
});
