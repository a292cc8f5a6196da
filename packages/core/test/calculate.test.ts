import { describe, expect, test } from "vitest";
import { build, calculate, type Dense, type Expr, parse, variable } from "../src/graph.ts";
import { dense, type Sample } from "./dense.ts";

const [rows, cols] = [3, 4];
const random = (seed: number): Float64Array =>
  Float64Array.from({ length: rows * cols }, (_, i) => Math.sin(seed + 1.7 * i) + 0.1);
const [p, g] = [random(1), random(5)];
const symbols = { p: variable("p", "tensor"), g: variable("g", "tensor"), h: variable("h", "host") };
const formula = (text: string): Expr =>
  build(parse(text), text, (name) => (Object.hasOwn(symbols, name) ? symbols[name as "p"] : undefined));

const matrix = (data: Float64Array): Dense => ({ rows, cols, data });
const given: Readonly<Record<string, number | Dense>> = {
  p: matrix(p),
  g: matrix(g),
  h: 0.3,
  rows,
  cols,
  size: rows * cols,
};

test("the largest of a matrix, of its rows and of its columns is spread over their elements", () => {
  const [all, inRows, inColumns] = calculate(
    ["largest(p)", "rowMax(p)", "columnMax(p)"].map(formula),
    (name) => given[name],
  ) as [number, Dense, Dense];
  const at = (of: (i: number, j: number) => boolean): number =>
    Math.max(...p.filter((_, k) => of(Math.floor(k / cols), k % cols)));
  expect(all).toBe(Math.max(...p));
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      expect(inRows.data[i * cols + j]).toBe(at((r) => r === i));
      expect(inColumns.data[i * cols + j]).toBe(at((_, c) => c === j));
    }
});

test("what is not given, and shapes that do not fit, are named", () => {
  expect(() => calculate([formula("p + h")], () => undefined)).toThrow("`p` is not given");
  expect(() => calculate([formula("p + p'")], (name) => given[name])).toThrow("joins 3 × 4 and 4 × 3");
  expect(() => calculate([formula("p @ p")], (name) => given[name])).toThrow("multiplies 3 × 4 by 3 × 4");
});

describe("calculate agrees with the evaluator of the tests, which shares nothing with it", () => {
  test.each([
    "p - h * g / (sqrt(g^2) + 0.1)",
    "p * rowSum(g) + columnSum(p * p)",
    "p / norm(p) + mean(g) * h",
    "p > g ? p : g - h",
    "(p @ g') @ p",
    "sum(rowSum(p^2)) + total(columnMean(g))",
  ])("%s", (text) => {
    const e = formula(text);
    const sample: Sample = {
      rows,
      cols,
      values: {
        p: { rows, cols, data: [...p] },
        g: { rows, cols, data: [...g] },
        h: { rows: 1, cols: 1, data: [0.3] },
      },
    };
    const [wanted] = dense(e, [sample]);
    const [found] = calculate([e], (name) => given[name]);
    const numbers = typeof found === "number" ? [found] : [...found!.data];
    const size = typeof found === "number" ? { rows: 1, cols: 1 } : found!;
    for (const [k, x] of numbers.entries()) {
      const [i, j] = [Math.floor(k / size.cols), k % size.cols];
      const { data, rows: r, cols: c } = wanted!;
      expect(x).toBeCloseTo(data[(r === 1 ? 0 : i) * c + (c === 1 ? 0 : j)]!, 12);
    }
  });
});
