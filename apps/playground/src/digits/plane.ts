import { stream } from "@descent/initializers";
import { parameters, type Weights } from "./net.ts";

/* Planes through the weights of a net. A point is a vector of all weights, in the order of the parameters. */

/** All weights as one vector. */
export function flat(weights: Weights): Float64Array {
  const out = new Float64Array(parameters.reduce((sum, { name }) => sum + weights[name]!.length, 0)); // one for each
  let at = 0;
  for (const { name } of parameters) {
    out.set(weights[name]!, at);
    at += weights[name]!.length;
  }
  return out;
}

/** A vector as weights. */
export function shaped(vector: Float64Array): Weights {
  let at = 0;
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return [name, Float32Array.from(vector.subarray(at, (at += count)))];
    }),
  );
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!; // as many
  return sum;
};

/**
 * A random direction, filter by filter as long as the weights (Li and others 2018, arXiv 1712.09913, § 4): a filter is what leads to one output of a layer. Biases
 * stay as they are, as in the paper's figures.
 */
export function filterNormalized(weights: Weights, seed: number, name: string): Float64Array {
  const direction = Object.fromEntries(
    parameters.map((one) => {
      const own = weights[one.name]!; // one for each
      const draw = stream(seed, `${name} ${one.name}`);
      const out = new Float32Array(own.length);
      if (one.role === "bias") return [one.name, out];
      const filters = one.shape.at(-1)!; // kernels end in outputs
      for (let i = 0; i < own.length; i++) out[i] = draw.normal(i);
      for (let f = 0; f < filters; f++) {
        let [length, wanted] = [0, 0];
        for (let i = f; i < own.length; i += filters) {
          length += out[i]! ** 2; // within
          wanted += own[i]! ** 2;
        }
        const factor = Math.sqrt(wanted / length);
        for (let i = f; i < own.length; i += filters) out[i]! *= factor;
      }
      return [one.name, out];
    }),
  );
  return flat(direction);
}

/** The directions in which points lie farthest apart: the first two, of length 1, and the part of the variance in each. */
export interface Principal {
  readonly directions: readonly [Float64Array, Float64Array];
  readonly explained: readonly [number, number];
}

/** Principal components of a few points of many dimensions, by the eigenvectors of their products with one another. Throws for fewer than three points. */
export function principal(points: readonly Float64Array[]): Principal {
  const n = points.length;
  const size = points[0]?.length ?? 0;
  if (n < 3) throw new Error("A plane through the way needs three of its places. Train for more steps.");
  const mean = new Float64Array(size);
  for (const point of points) for (let i = 0; i < size; i++) mean[i]! += point[i]! / n; // within
  const centred = points.map((point) => point.map((v, i) => v - mean[i]!));
  const products = centred.map((a) => centred.map((b) => dot(a, b)));
  const { values, vectors } = eigen(products);
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const direction = (k: number): Float64Array => {
    const out = new Float64Array(size);
    centred.forEach((point, row) => {
      const share = vectors[row]![order[k]!]!; // square
      for (let i = 0; i < size; i++) out[i]! += share * point[i]!;
    });
    const length = Math.sqrt(dot(out, out));
    return length > 0 ? out.map((v) => v / length) : out;
  };
  const explained = (k: number): number => (total > 0 ? Math.max(0, values[order[k]!]!) / total : 0);
  return { directions: [direction(0), direction(1)], explained: [explained(0), explained(1)] };
}

/** Eigenvalues of a symmetric matrix, and eigenvectors as columns, by Jacobi's rotations. */
export function eigen(given: readonly (readonly number[])[]): {
  readonly values: number[];
  readonly vectors: number[][];
} {
  const n = given.length;
  const a = given.map((row) => [...row]);
  const v = a.map((_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const size = Math.sqrt(a.flat().reduce((sum, x) => sum + x * x, 0));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p]![q]! ** 2; // square
    if (Math.sqrt(off) <= 1e-14 * size) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p]![q]!;
        if (apq === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (const row of [...a, ...v]) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!];
        for (let k = 0; k < n; k++) [a[p]![k], a[q]![k]] = [c * a[p]![k]! - s * a[q]![k]!, s * a[p]![k]! + c * a[q]![k]!]; // biome-ignore format: one rotation
      }
  }
  return { values: a.map((row, i) => row[i]!), vectors: v };
}

/** Where a point lies over a plane through an origin: its coordinates by least squares, and its distance from the plane. */
export function projected(
  point: Float64Array,
  origin: Float64Array,
  [d, e]: readonly [Float64Array, Float64Array],
): { readonly x: number; readonly y: number; readonly distance: number } {
  // biome-ignore format: one line
  const from = point.map((v, i) => v - origin[i]!);
  const [dd, ee, de, fd, fe] = [dot(d, d), dot(e, e), dot(d, e), dot(from, d), dot(from, e)];
  const det = dd * ee - de * de;
  if (!(det > 0)) return { x: 0, y: 0, distance: Math.sqrt(dot(from, from)) };
  const [x, y] = [(fd * ee - fe * de) / det, (fe * dd - fd * de) / det];
  return { x, y, distance: Math.sqrt(Math.max(0, from.reduce((sum, v, i) => sum + (v - x * d[i]! - y * e[i]!) ** 2, 0))) }; // biome-ignore format: one result
}

/** The point of a plane at coordinates. */
export const onPlane = (
  origin: Float64Array,
  [d, e]: readonly [Float64Array, Float64Array],
  x: number,
  y: number,
): Float64Array =>
  // biome-ignore format: one line
  origin.map((v, i) => v + x * d[i]! + y * e[i]!);

/** A walk from the first of some points with as many steps of the same lengths, each in a random direction: what a way looks like that leads nowhere. */
export function randomWalk(points: readonly Float64Array[], seed: number): Float64Array[] {
  const walk = [points[0]!]; // a way has a start
  for (let i = 1; i < points.length; i++) {
    const length = Math.sqrt(points[i]!.reduce((sum, v, k) => sum + (v - points[i - 1]![k]!) ** 2, 0));
    const draw = stream(seed, `step ${i} of a random walk`);
    const direction = points[i]!.map((_, k) => draw.normal(k));
    const factor = length / Math.sqrt(dot(direction, direction));
    walk.push(walk[i - 1]!.map((v, k) => v + factor * direction[k]!));
  }
  return walk;
}
