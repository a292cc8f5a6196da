import { rule } from "@descent/core";
import { describe, expect, test } from "vitest";
import { optimizer } from "../src/index.ts";

/*
 * Inverse fourth roots of ill-conditioned matrices, through a step on arrays, beside an iteration in float64 that needs no
 * eigenvalues: Denman and Beavers' for square roots (1976), twice, and an inverse by elimination.
 */

type Matrix = readonly (readonly number[])[];
const size = 12;
const at = <T>(f: (i: number, j: number) => T): T[][] =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => f(i, j)));
const times = (a: Matrix, b: Matrix): Matrix => at((i, j) => a[i]!.reduce((sum, x, k) => sum + x * b[k]![j]!, 0));

/** Gauss and Jordan, with pivots. */
function inverse(a: Matrix): Matrix {
  const rows = a.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < size; k++) {
    const pivot = rows.findIndex(
      (row, i) => i >= k && rows.slice(k).every((other) => Math.abs(other[k]!) <= Math.abs(row[k]!)),
    );
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const by = rows[k]!.map((x) => x / rows[k]![k]!);
    for (let i = 0; i < size; i++) {
      const factor = rows[i]![k]!;
      rows[i] = i === k ? by : rows[i]!.map((x, j) => x - factor * by[j]!);
    }
  }
  return rows.map((row) => row.slice(size));
}
function squareRoot(a: Matrix): Matrix {
  let [y, z] = [a, at((i, j) => (i === j ? 1 : 0)) as Matrix];
  for (let k = 0; k < 40; k++) {
    const [iy, iz] = [inverse(y), inverse(z)];
    [y, z] = [at((i, j) => (y[i]![j]! + iz[i]![j]!) / 2), at((i, j) => (z[i]![j]! + iy[i]![j]!) / 2)];
  }
  return y;
}

/** A symmetric matrix of this condition in float32: reflections of a diagonal whose logarithms are evenly spread. */
function conditioned(condition: number): Matrix {
  let a: Matrix = at((i, j) => (i === j ? condition ** -(i / (size - 1)) : 0));
  for (const seed of [1, 2, 3]) {
    const v = Array.from({ length: size }, (_, i) => Math.sin(seed + 2.3 * i * seed));
    const length = v.reduce((sum, x) => sum + x * x, 0);
    const h = at((i, j) => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / length);
    a = times(times(h, a), h);
  }
  return at((i, j) => Math.fround((a[i]![j]! + a[j]![i]!) / 2));
}

const root = rule({
  id: "test/root",
  title: "Root",
  paper: "",
  hyper: { lr: 1 },
  state: {},
  update: { p: "0 * p + lr * inverseRoot(g, 4)" },
});

describe.each(["wasm", "interpreter"] as const)("%s", (engine) => {
  // The published figures of coupled Newton in float32; computed in float64, only the result is rounded.
  test.each([
    [1e2, 4e-7],
    [1e4, 1e-5],
    [1e6, 4e-4],
  ])("an inverse fourth root at condition %d is within %d, and within 2e-7", (condition, published) => {
    const a = conditioned(condition);
    const w = { data: new Float32Array(size * size), shape: [size, size] };
    optimizer({ w }, root(), { engine }).update({ w: Float32Array.from(a.flat()) });
    const wanted = inverse(squareRoot(squareRoot(a))).flat();
    const norm = Math.hypot(...wanted);
    const error = Math.hypot(...wanted.map((x, i) => x - w.data[i]!)) / norm;
    expect(error).toBeLessThan(Math.min(published, 2e-7));
  });
});
