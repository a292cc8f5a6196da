import { expect, test } from "vitest";
import { computeWhole, type Dense, isMatrixFunction, scalarOps } from "../src/graph.ts";
import { turned } from "../src/linear-algebra/dense.ts";
import * as eigenvectors from "../src/linear-algebra/eigen.ts";
import { plainLoops } from "../src/linear-algebra/inner-loops.ts";
import * as orthogonal from "../src/linear-algebra/qr.ts";
import { solve } from "../src/linear-algebra/solve.ts";
import * as spectral from "../src/linear-algebra/spectral.ts";

const loops = plainLoops();
const qr = (a: Dense): Dense => orthogonal.qr(a, loops);
const eigen = (a: Dense): eigenvectors.Eigen => eigenvectors.eigen(a, loops);
const times = (a: Dense, b: Dense): Dense => spectral.times(a, b, loops);
const leftSingular = (a: Dense, count: number): Dense => spectral.leftSingular(a, count, loops);
const inverseRoot = (a: Dense, degree: number): Dense => spectral.inverseRoot(a, degree, loops);

/** Numbers between -1 and 1 that are the same everywhere. */
function matrix(rows: number, cols: number, seed: number): Dense {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, next) };
}
const given = (rows: number, cols: number, ...data: number[]): Dense => ({ rows, cols, data: Float64Array.from(data) });
const eye = (n: number): Dense => computeWhole("eye", [], [n]);
const apart = (a: Dense, b: Dense): number => {
  expect([a.rows, a.cols]).toEqual([b.rows, b.cols]);
  return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i]!)), 0);
};
/** Rounding of float64, a few times over. */
const TINY = 1e-12;

const sizes = [[5, 5], [8, 3], [3, 8], [1, 1], [1, 4], [4, 1], [40, 33]] as const; // biome-ignore format: one list
test.each(sizes)("Q of a %i × %i matrix is orthonormal, and Q' A is triangular with a positive diagonal", (m, n) => {
  const a = matrix(m, n, m + n);
  const q = qr(a);
  const r = times(turned(q), a);
  expect(apart(times(turned(q), q), eye(Math.min(m, n)))).toBeLessThan(TINY);
  expect(apart(times(q, r), a)).toBeLessThan(TINY);
  for (let i = 0; i < r.rows; i++) {
    expect(r.data[i * n + i]).toBeGreaterThan(0);
    for (let j = 0; j < i; j++) expect(Math.abs(r.data[i * n + j]!)).toBeLessThan(TINY);
  }
});

test.each(sizes)("the eigenvectors of A A', %i × %i, make it diagonal, by ascending eigenvalue", (m, n) => {
  const a = matrix(m, n, m * n);
  const s = times(a, turned(a));
  const { values, vectors } = eigen(s);
  const d = times(times(vectors, s), turned(vectors));
  expect(apart(times(vectors, turned(vectors)), eye(m))).toBeLessThan(TINY);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) expect(Math.abs(d.data[i * m + j]! - (i === j ? values[i]! : 0))).toBeLessThan(1e-11);
  expect(values).toEqual(values.slice().sort());
});

test("eigenvalues are those of numpy.linalg.eigvalsh", () => {
  // numpy 2.4.6: eigvalsh([[2, -1, 0, .5], [-1, 3, 1, 0], [0, 1, -1, 2], [.5, 0, 2, 4]])
  const { values } = eigen(given(4, 4, 2, -1, 0, 0.5, -1, 3, 1, 0, 0, 1, -1, 2, 0.5, 0, 2, 4));
  const wanted = [-1.884771143142597, 1.3219450283017602, 3.762229302076949, 4.800596812763886];
  for (const [i, x] of values.entries()) expect(x).toBeCloseTo(wanted[i]!, 12);
});

test("equal eigenvalues and zeros give orthonormal vectors too", () => {
  expect([...eigen(eye(4)).values]).toEqual([1, 1, 1, 1]);
  expect([...eigen(given(2, 2, 0, 0, 0, 0)).values]).toEqual([0, 0]);
  expect(apart(qr(given(3, 2, 0, 0, 0, 0, 0, 0)), given(3, 2, 1, 0, 0, 1, 0, 0))).toBe(0);
});

test.each(sizes)("the left singular vectors of a %i × %i matrix span its columns, largest first", (m, n) => {
  const a = matrix(m, n, 7 * m + n);
  const all = Math.min(m, n);
  const u = leftSingular(a, all);
  expect(apart(times(turned(u), u), eye(all))).toBeLessThan(TINY);
  expect(apart(times(times(u, turned(u)), a), a)).toBeLessThan(1e-10);
  const within = times(turned(u), a);
  const lengths = Array.from({ length: all }, (_, i) => Math.hypot(...within.data.subarray(i * n, (i + 1) * n)));
  expect(lengths).toEqual(lengths.toSorted((x, y) => y - x));
});

test.each([1, 2, 4, 6])("the inverse root of degree %i, taken that often, inverts", (degree) => {
  const a = matrix(9, 12, 3);
  const s = times(a, turned(a));
  let product = s;
  for (let i = 0; i < degree; i++) product = times(inverseRoot(s, degree), product);
  expect(apart(product, eye(9))).toBeLessThan(1e-9); // the condition of s is some 1e3
});

test("an inverse root leaves directions out in which a matrix is not positive", () => {
  expect(apart(inverseRoot(given(2, 2, 16, 0, 0, 0), 4), given(2, 2, 0.5, 0, 0, 0))).toBeLessThan(TINY);
  expect(apart(inverseRoot(given(2, 2, 16, 0, 0, -1), 4), given(2, 2, 0.5, 0, 0, 0))).toBeLessThan(TINY);
});

test("equations are solved, with pivots where zeros are in the way", () => {
  const a = given(3, 3, 0, 2, 1, 1, 0, 3, 4, -1, 0);
  const b = matrix(3, 2, 5);
  expect(apart(times(a, solve(a, b)), b)).toBeLessThan(TINY);
  expect(solve(given(2, 2, 1, 1, 1, 1), given(2, 1, 1, 2)).data.every(Number.isFinite)).toBe(false);
});

test("what is not finite stays so, and ends", () => {
  const bad = given(2, 2, 1, Number.NaN, 0, 1);
  for (const op of ["qr", "eigh"] as const)
    expect([...computeWhole(op, [bad], []).data]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect(isMatrixFunction("qr") && !isMatrixFunction("toString")).toBe(true);
});

test.each([
  // scipy 1.17: scipy.special.erf
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497148],
  [2.9, 0.9999589021219005],
  [3.1, 0.9999883513426328],
  [5, 0.9999999999984626],
  [7, 1],
])("erf(%f) is SciPy's, odd and free of overflow", (x, wanted) => {
  expect(Math.abs(scalarOps.erf(x) / wanted - 1)).toBeLessThan(1e-14);
  expect(scalarOps.erf(-x)).toBe(-scalarOps.erf(x));
  expect(scalarOps.erf(Number.NaN)).toBeNaN();
  expect(scalarOps.erf(Number.NEGATIVE_INFINITY)).toBe(-1);
});
