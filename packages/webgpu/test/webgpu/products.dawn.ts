import { configured, type Matrix } from "@descent/core/adapter";
import { apply, constant, type Expr, reduce } from "@descent/core/graph";
import { expect, test } from "vitest";
import { optimizer } from "../../src/index.ts";
import { bufferOf, numbers } from "../target.ts";
import { device as make, watched } from "./device.ts";

const device = await make();
const random = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed + 7 * i));

/** Matrices in float64, multiplied as one learns it. */
interface Numbers extends Matrix {
  readonly x: ArrayLike<number>;
}
const transpose = ({ rows, cols, x }: Numbers): Numbers => ({
  rows: cols,
  cols: rows,
  x: Float64Array.from({ length: rows * cols }, (_, i) => x[(i % rows) * cols + Math.floor(i / rows)]!),
});
const times = (a: Numbers, b: Numbers): Numbers => ({
  rows: a.rows,
  cols: b.cols,
  x: Float64Array.from({ length: a.rows * b.cols }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < a.cols; k++) sum += a.x[Math.floor(i / b.cols) * a.cols + k]! * b.x[k * b.cols + (i % b.cols)]!;
    return sum;
  }),
});
const sum = (...terms: readonly (readonly [number, Numbers])[]): Numbers => ({
  ...terms[0]![1],
  x: Float64Array.from(terms[0]![1].x, (_, i) => terms.reduce((s, [c, { x }]) => s + c * x[i]!, 0)),
});
const norm = ({ x }: Numbers): number => Math.sqrt(Array.from(x).reduce((s, v) => s + v * v, 0));

const [a, b, c] = [3.4445, -4.775, 2.0315] as const;

/** Five steps of the quintic Newton–Schulz iteration, as a formula and in float64. */
function formula({ rows, cols }: Matrix, given: Expr): Expr {
  const t = (x: Expr): Expr => apply("transpose", x);
  const mm = (x: Expr, y: Expr): Expr => apply("matmul", x, y);
  const wide = rows > cols ? t(given) : given;
  let x = apply("div", wide, apply("add", apply("sqrt", reduce("sumsq", "scalar", wide)), constant(1e-7)));
  for (let k = 0; k < 5; k++) {
    const s = mm(x, t(x));
    const poly = apply("add", apply("mul", constant(b), s), apply("mul", constant(c), mm(s, s)));
    x = apply("add", apply("mul", constant(a), x), mm(poly, x));
  }
  return rows > cols ? t(x) : x;
}
function newtonSchulz(given: Numbers): Numbers {
  const wide = given.rows > given.cols ? transpose(given) : given;
  let x = sum([1 / (norm(wide) + 1e-7), wide]);
  for (let k = 0; k < 5; k++) {
    const s = times(x, transpose(x));
    x = sum([a, x], [1, times(sum([b, s], [c, times(s, s)]), x)]);
  }
  return given.rows > given.cols ? transpose(x) : x;
}

const probe = { id: "probe", title: "Probe", paper: "", hyper: { lr: 0.5 }, state: {} };
const orthogonal = configured(
  { ...probe, update: { p: "p - lr * orthogonalize(g)" }, macros: { orthogonalize: formula } },
  {},
);

test("Newton–Schulz iterations on matrices of all shapes at once, in one submission", async () => {
  const { device: on, counts } = watched(device);
  const shapes = { wide: [20, 33], tall: [70, 10], square: [65, 65], row: [1, 9], column: [9, 1] } as const;
  const entries = Object.entries(shapes);
  const g = Object.fromEntries(entries.map(([n, [rows, cols]], i) => [n, random(rows * cols, i + 1)]));
  const parameters = Object.fromEntries(
    entries.map(([n, shape]) => [n, { buffer: bufferOf(on, new Float32Array(g[n]!.length)), shape }]),
  );
  const opt = optimizer(on, parameters, orthogonal);
  opt.update(Object.fromEntries(entries.map(([n]) => [n, bufferOf(on, g[n]!)])));
  expect(counts.submissions).toBe(1);
  for (const [n, [rows, cols]] of entries) {
    const found = await numbers(on, parameters[n]!.buffer, 0, rows * cols);
    const { x } = newtonSchulz({ rows, cols, x: g[n]! });
    // Fifteen products of float32; the iteration pulls errors towards what it converges to.
    for (const [i, value] of found.entries()) expect(Math.abs(value + 0.5 * x[i]!), `${n}[${i}]`).toBeLessThan(1e-5);
  }
});

test.each([
  // The value, given m, a matrix of 3 × 5.
  ["g @ g' @ g", (m: Numbers) => times(times(m, transpose(m)), m)],
  ["norm(g' @ g) * g", (m: Numbers) => sum([norm(times(transpose(m), m)), m])],
  ["(g' @ g @ g')'", (m: Numbers) => times(times(m, transpose(m)), m)],
  [
    "((g + g) @ (g' + g' @ g @ g'))  @ g",
    (m: Numbers) => {
      const cubed = times(times(m, transpose(m)), m);
      return times(times(sum([2, m]), transpose(sum([1, m], [1, cubed]))), m);
    },
  ],
  [
    "rowSum((g @ g') @ g) * g",
    (m: Numbers) => {
      const { x } = times(times(m, transpose(m)), m);
      return {
        ...m,
        x: Array.from(
          m.x,
          (v, i) => v * Array.from({ length: 5 }, (_, k) => x[Math.floor(i / 5) * 5 + k]!).reduce((s, y) => s + y, 0),
        ),
      };
    },
  ],
])("%s", async (text, wanted) => {
  const rule = configured({ ...probe, update: { p: `p - lr * (${text})` } }, {});
  const g = random(15, 3).map((x) => x / 2);
  const buffer = bufferOf(device, new Float32Array(15));
  const opt = optimizer(device, { w: { buffer, shape: [3, 5] } }, rule);
  opt.update({ w: bufferOf(device, g) });
  const found = await numbers(device, buffer, 0, 15);
  const { x } = wanted({ rows: 3, cols: 5, x: g });
  // A few sums of at most fifteen products, each of them rounded.
  for (const [i, value] of found.entries()) expect(Math.abs(value + 0.5 * x[i]!)).toBeLessThan(1e-5);
});

test("products of matrices without elements are zero", async () => {
  const state = { s: { place: "scalar", init: 5 } } as const;
  const rule = configured({ ...probe, state, update: { s: "norm(g' @ g)", p: "p - lr * s * g" } }, {});
  const opt = optimizer(device, { w: { buffer: bufferOf(device, new Float32Array(0)), shape: [0, 5] } }, rule);
  opt.update({ w: bufferOf(device, new Float32Array(0)) });
  expect([...(await opt.state()).tensors["s/w"]!.data]).toEqual([0]);
});

test("matrices too large for one binding are an error that says what to ask for", () => {
  const { device: small } = watched(device, { maxStorageBufferBindingSize: 65536 });
  const rule = configured({ ...probe, update: { p: "p - lr * (g @ g' @ g)" } }, {});
  const make = () => bufferOf(small, new Float32Array(12800));
  const opt = optimizer(small, { w: { buffer: make(), shape: [128, 100] } }, rule);
  expect(() => opt.update({ w: make() })).toThrow(/maxStorageBufferBindingSize: \d+/);
  expect(opt.step).toBe(0);
});
