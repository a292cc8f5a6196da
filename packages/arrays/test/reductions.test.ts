import { type Configured, clipByGlobalNorm, partition } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { describe, expect, test } from "vitest";
import { type Engine, optimizer } from "../src/index.ts";
import { fill, probe, programOf, spec, step, uniform } from "./run.ts";

const engines: readonly Engine[] = ["wasm", "interpreter"];

/** The order of sums as it is promised, written down once more: chunks, four lanes, pairs of lanes. */
function promised(x: ArrayLike<number>, squared = false): number {
  let total = 0;
  for (let start = 0; start < x.length; start += 16384) {
    const lanes = [0, 0, 0, 0] as [number, number, number, number];
    for (let i = start; i < Math.min(x.length, start + 16384); i++)
      lanes[(i & 3) as 0 | 1 | 2 | 3] += squared ? x[i]! * x[i]! : x[i]!;
    total += lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
  }
  return total;
}
const naive = (x: Float32Array): number => x.reduce((a, b) => a + b, 0);

describe.each(engines)("sums (%s)", (engine) => {
  test.each([1, 5, 16383, 16384, 16385, 50_001])("of %i numbers have the promised order, to the last bit", (n) => {
    const parameter = { name: "w", shape: [n] };
    // The difference to the promise, magnified: any other order shows.
    const program = programOf(
      spec(
        { a: "(sum(g) - c) * 2^60", b: "(sum(p^2) - d) * 2^60", p: "p + g" },
        { a: { place: "scalar", init: 0 }, b: { place: "scalar", init: 0 } },
        { c: 0, d: 0 },
      ),
      parameter,
    );
    const next = uniform(n);
    const data = fill(program, parameter, () => next() * 10 ** (6 * next()));
    const squares = data.p!.map((x) => x * x);
    const env = { c: promised(data.g!), d: promised(squares), size: n };
    const [after] = step([{ program, parameter, data, env }], engine);
    expect(after!.a![0]).toBe(0);
    expect(after!.b![0]).toBe(0);
    if (n > 16384) expect(naive(data.g!)).not.toBe(promised(data.g!));
  });

  test("over a matrix do not depend on its rows, even where rows are summed too", () => {
    const parameter = { name: "w", shape: [3, 5001] };
    const program = programOf(
      spec({ a: "(sum(g) - c) * 2^60", p: "p + rowSum(g)" }, { a: { place: "scalar", init: 0 } }, { c: 0 }),
      parameter,
    );
    const next = uniform(8);
    const data = fill(program, parameter, () => next() * 10 ** (6 * next()));
    const rows = [0, 1, 2].map((row) => promised(data.g!.subarray(row * 5001, (row + 1) * 5001)));
    const c = promised(data.g!);
    expect(rows[0]! + rows[1]! + rows[2]!).not.toBe(c);
    expect(step([{ program, parameter, data, env: { c } }], engine)[0]!.a![0]).toBe(0);
  });

  test("square in float64, so that the norm of huge numbers is finite", () => {
    const w = new Float32Array(5);
    const opt = optimizer({ w }, probe({ p: "p - g / norm(g)" }), { engine });
    opt.update({ w: new Float32Array(5).fill(1e30) });
    for (const x of w) expect(x).toBe(-Math.fround(1 / Math.sqrt(5)));
  });

  test("over the model include every parameter stepped, whatever its group or rule, in the order of names", () => {
    const next = uniform(4);
    const make = (n: number): Float32Array => Float32Array.from({ length: n }, () => next() * 10 ** (9 * next())); // sums of fewer digits are exact
    const gradients: Record<string, Float32Array> = { z: make(70), a: make(1), m: make(20_000), skipped: make(3) };
    for (const k of "fqdxbycwe") gradients[k] = make(10);
    const { skipped: _, ...given } = gradients;
    const names = Object.keys(given);
    const add = (order: readonly string[]): number => order.reduce((sum, name) => sum + promised(gradients[name]!), 0);
    const c = add([...names].sort());
    for (const order of [names, [...names].reverse()]) expect(add(order)).not.toBe(c); // order matters here
    const one = (extra: string): Configured =>
      configured(
        spec({ s: "(total(g) - c) * 2^60", p: `p - g${extra}` }, { s: { place: "scalar", init: 1 } }, { c: 0 }),
        {
          c,
        },
      );
    const run = (all: readonly string[]): Record<string, number> => {
      const parameters = Object.fromEntries(all.map((n) => [n, new Float32Array(gradients[n]!.length)]));
      const rules = partition({ one: one(""), other: one(" * 2") }, { one: "m" });
      const opt = optimizer(parameters, rules, { engine });
      opt.update(given);
      return Object.fromEntries(Object.entries(opt.state().tensors).map(([key, { data }]) => [key, data[0]!]));
    };
    const wanted = Object.fromEntries(names.map((name) => [`s/${name}`, 0]));
    expect(run(Object.keys(gradients))).toEqual(wanted);
    expect(run(Object.keys(gradients).reverse())).toEqual(wanted);
  });

  test("by row and by column add in float64, rows in order", () => {
    const [rows, cols] = [7, 33_000];
    const parameter = { name: "w", shape: [rows, cols] };
    const program = programOf(
      spec(
        { r: "rowSum(g)", c: "columnSum(g^2)", p: "p + r + c" },
        { r: { place: "row", init: 0 }, c: { place: "column", init: 0 } },
      ),
      parameter,
    );
    const next = uniform(9);
    const data = fill(program, parameter, () => next() * 10 ** (4 * next()));
    const [after] = step([{ program, parameter, data, env: {} }], engine);
    for (let row = 0; row < rows; row++)
      expect(after!.r![row]).toBe(Math.fround(promised(data.g!.subarray(row * cols, (row + 1) * cols))));
    for (let col = 0; col < cols; col += 97) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += Math.fround(data.g![row * cols + col]! ** 2);
      expect(after!.c![col]).toBe(Math.fround(sum));
    }
  });

  test("of one number per row count it for every element of the row", () => {
    const parameter = { name: "w", shape: [3, 5] };
    const program = programOf(
      spec(
        { s: "sum(r)", u: "mean(r)", p: "p + r" },
        { r: { place: "row", init: 0 }, s: { place: "scalar", init: 0 }, u: { place: "scalar", init: 0 } },
      ),
      parameter,
    );
    const data = fill(program, parameter, (_, i) => i + 1);
    const [after] = step([{ program, parameter, data, env: { size: 15 } }], engine);
    expect(after!.s![0]).toBe(5 * (1 + 2 + 3));
    expect(after!.u![0]).toBe(2);
  });
});

/** Adafactor's second moment: one number per row and per column instead of one per element (test rule, no clipping). */
const factored = spec(
  {
    r: "beta * r + (1 - beta) * rowMean(g^2 + eps)",
    c: "beta * c + (1 - beta) * columnMean(g^2 + eps)",
    u: "g / sqrt(r * c / mean(r))",
    d: "max(1, rms(u))",
    n: "norm(p)",
    p: "p - lr * u / d",
  },
  { r: { place: "row", init: 0 }, c: { place: "column", init: 0 }, n: { place: "scalar", init: 0 } },
  { lr: 0.01, beta: 0.9, eps: 1e-30 },
);

describe("a factored second moment", () => {
  const reference = (shape: readonly [number, number], start: Float32Array, gradients: readonly Float32Array[]) => {
    const [rows, cols] = shape;
    const [r, c, p] = [new Float64Array(rows), new Float64Array(cols), Float64Array.from(start)];
    for (const g of gradients) {
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let j = 0; j < cols; j++) sum += g[i * cols + j]! ** 2 + 1e-30;
        r[i] = 0.9 * r[i]! + (0.1 * sum) / cols;
      }
      for (let j = 0; j < cols; j++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += g[i * cols + j]! ** 2 + 1e-30;
        c[j] = 0.9 * c[j]! + (0.1 * sum) / rows;
      }
      const mean = r.reduce((a, b) => a + b, 0) / rows;
      const u = p.map((_, k) => g[k]! / Math.sqrt((r[Math.floor(k / cols)]! * c[k % cols]!) / mean));
      const d = Math.max(1, Math.sqrt(u.reduce((a, x) => a + x * x, 0) / u.length));
      for (const [k, x] of u.entries()) p[k]! -= (0.01 * x) / d;
    }
    return p;
  };
  test.each([
    [5, 7],
    [1, 40],
    [40, 1],
    [3, 20_000],
    [20_000, 3],
  ])("of a %i × %i matrix follows the formula in float64, in both engines to the same bits", (rows, cols) => {
    const next = uniform(rows);
    const start = Float32Array.from({ length: rows * cols }, next);
    const gradients = Array.from({ length: 5 }, () => Float32Array.from({ length: rows * cols }, next));
    const [one, other] = engines.map((engine) => {
      const w = start.slice();
      const opt = optimizer({ w: { data: w, shape: [rows, cols] } }, configured(factored, {}), { engine });
      for (const g of gradients) opt.update({ w: g });
      return { w, state: opt.state() };
    });
    expect(one).toEqual(other);
    const wanted = reference([rows, cols], start, gradients);
    let [wrong, moved] = [0, 0];
    for (const [i, x] of wanted.entries()) {
      wrong += (one!.w[i]! - x) ** 2;
      moved += (x - start[i]!) ** 2;
    }
    // Five steps of 0.01 on numbers near 1 round to 2⁻²⁵ each: 6e-8 · √5 / 0.05 of the way.
    expect(Math.sqrt(wrong / moved)).toBeLessThan(5e-6);
  });
});

/** LAMB without bias corrections: two norms per tensor, then a step (test rule). */
const lamb = configured(
  spec(
    {
      m: "0.9 * m + 0.1 * g",
      v: "0.99 * v + 0.01 * g^2",
      u: "m / (sqrt(v) + 1e-6) + decay * p",
      trust: "norm(p) > 0 && norm(u) > 0 ? norm(p) / norm(u) : 1",
      p: "p - lr * trust * u",
    },
    { m: 0, v: 0 },
    { lr: 0.01, decay: 0.01 },
  ),
  {},
);

test.each(engines)("a trust ratio is of each tensor's own norms, and clipping of the model's (%s)", (engine) => {
  const next = uniform(2);
  const shapes = { a: 3, b: 2000, zero: 4 };
  const p = Object.fromEntries(
    Object.entries(shapes).map(([k, n]) => [k, Float32Array.from({ length: n }, k === "zero" ? () => 0 : next)]),
  );
  const opt = optimizer(p, clipByGlobalNorm(lamb, 1), { engine });
  const q = Object.fromEntries(Object.entries(p).map(([k, x]) => [k, Float64Array.from(x)]));
  const start = structuredClone(q);
  const m = Object.fromEntries(Object.entries(shapes).map(([k, n]) => [k, new Float64Array(n)]));
  const v = structuredClone(m);
  const norm = (x: Float64Array): number => Math.sqrt(x.reduce((s, y) => s + y * y, 0));
  for (let k = 0; k < 10; k++) {
    const g = Object.fromEntries(
      Object.entries(shapes).map(([name, n]) => [name, Float32Array.from({ length: n }, next)]),
    );
    opt.update(g);
    const total = Math.sqrt(Object.values(g).reduce((s, x) => s + norm(Float64Array.from(x)) ** 2, 0));
    for (const name of Object.keys(shapes)) {
      const u = q[name]!.map((x, i) => {
        const gi = g[name]![i]! * Math.min(1, 1 / total);
        m[name]![i] = 0.9 * m[name]![i]! + 0.1 * gi;
        v[name]![i] = 0.99 * v[name]![i]! + 0.01 * gi * gi;
        return m[name]![i]! / (Math.sqrt(v[name]![i]!) + 1e-6) + 0.01 * x;
      });
      const trust = norm(q[name]!) > 0 && norm(u) > 0 ? norm(q[name]!) / norm(u) : 1;
      q[name] = q[name]!.map((x, i) => x - 0.01 * trust * u[i]!);
    }
  }
  for (const name of Object.keys(shapes)) {
    const wrong = norm(q[name]!.map((x, i) => x - p[name]![i]!));
    const moved = norm(q[name]!.map((x, i) => x - start[name]![i]!));
    // Ten float32 roundings of parameters near 1, against a way of about a tenth.
    expect(wrong / moved).toBeLessThan(3e-6);
  }
});

test.each([
  ["a trust ratio", lamb],
  ["a slot's old value is read later", { old: "m", m: "0.9 * m + g", p: "p - 0.1 * norm(m) * old" }],
  ["two slots are the same number", { m: "m + g", n: "m", p: "p - 0.1 * norm(m) * (m + n)" }],
  ["a sum over the model", { m: "0.9 * m + g", n: "n + m", p: "p - 0.1 * total(m^2) * m - n" }],
  ["a later sum", { m: "0.9 * m + g", n: "n + m * norm(m)", p: "p - 0.1 * norm(n) * m" }],
] as const)("a slot that is stored on the way to a sum has the bits that it has at the end: %s", (_, one) => {
  const rule = "rule" in one ? one : configured(spec(one, { m: 0.5, n: 0.25 }), {});
  const run = (engine: Engine, state: { readonly m: "float32" } | undefined) => {
    const next = uniform(3);
    const make = (): Record<string, Float32Array> => ({
      a: Float32Array.from({ length: 20_001 }, next),
      b: Float32Array.from({ length: 6 }, next),
    });
    const p = make();
    const opt = optimizer(p, rule, { engine, state });
    for (let k = 0; k < 3; k++) opt.update(make());
    return { p, state: opt.state().tensors };
  };
  // With codecs, slots are stored at the end.
  const wanted = run("interpreter", { m: "float32" });
  expect(wanted.p.a![0]).not.toBeNaN();
  expect(run("wasm", { m: "float32" })).toEqual(wanted);
  for (const engine of engines) expect(run(engine, undefined)).toEqual(wanted);
});

test("one minus a power keeps its digits where the base is a slot of one number", () => {
  const parameter = { name: "w", shape: [1] };
  const state = { s: { place: "scalar", init: 1 }, u: { place: "scalar", init: 0 } } as const;
  const program = programOf(spec({ u: "(1 - s^t - c) * 2^60", p: "p + g" }, state, { c: 0 }), parameter);
  const base = Math.fround(1 - 1e-6);
  const exact = -Math.expm1(7 * Math.log(base));
  expect(1 - base ** 7).not.toBe(exact);
  const data = { p: new Float32Array(1), g: new Float32Array(1), s: Float32Array.of(base), u: new Float32Array(1) };
  for (const engine of engines)
    expect(step([{ program, parameter, data, env: { t: 7, c: exact } }], engine)[0]!.u![0]).toBe(0);
});

test("uniform values are computed in float64 and rounded where elements read them", () => {
  const parameter = { name: "w", shape: [3] };
  const program = programOf(spec({ p: "p + (sum(g) / 3 - x) * 2^40" }, {}, { x: 0 }), parameter);
  const data = { p: new Float32Array(3), g: Float32Array.of(0.1, 0.2, 0.3) };
  const exact = (data.g[0]! + data.g[1]! + data.g[2]!) * (1 / 3);
  const env = { x: exact - 2 ** -50 };
  for (const engine of engines)
    for (const x of step([{ program, parameter, data, env }], engine)[0]!.p!)
      expect(x).toBe(Math.fround((exact - env.x) * 2 ** 40));
});
