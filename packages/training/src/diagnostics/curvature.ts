import { OptimizerError } from "@descent/core";
import {
  isCallback,
  isFloat32Array,
  isRecord,
  knownOptions,
  philox,
  positive,
  takes,
  whole,
} from "@descent/core/adapter";
import type { Weights } from "../model.ts";

/** The gradient of the loss on fixed data at given weights. */
export type GradientOf = (weights: Weights) => Weights | Promise<Weights>;

/** The Hessian times a vector. */
export type Products = (vector: Weights) => Weights | Promise<Weights>;

/** Options of `curvature`. */
export interface CurvatureOptions {
  /** Vectors of random signs for the trace and the diagonal; default 10. */
  readonly samples?: number | undefined;
  /** Products of the power iteration at most; default 50. */
  readonly iterations?: number | undefined;
  /** It ends where the eigenvalue changes by less than this part of it; default 1e-3. */
  readonly tolerance?: number | undefined;
  /** The seed of the random signs; default 0. */
  readonly seed?: number | undefined;
}

/** The curvature of the loss. */
export interface Curvature {
  /** The trace of the Hessian by Hutchinson's estimate, and its standard error over the samples. */
  readonly trace: number;
  /** The standard error of the trace over the samples. */
  readonly traceError: number;
  /** Hutchinson's estimate of the diagonal, by parameter. */
  readonly diagonal: Weights;
  /** The eigenvalue that is largest by size; gradient descent is stable below the rate 2 over it. */
  readonly largest: number;
  /** Its eigenvector, of length 1. */
  readonly direction: Weights;
  /** Products of the power iteration, and whether it came within the tolerance. */
  readonly iterations: number;
  /** Whether the power iteration came within the tolerance. */
  readonly converged: boolean;
}

/**
 * Products with the Hessian by central differences of gradients, for models that only give gradients: two gradients per product. In
 * single precision about three digits are right. `step`, 1e-2 by default, is the length of the difference over the norm of the weights.
 */
export function hessianProducts(weights: Weights, gradient: GradientOf, step = 1e-2): Products {
  checkWeights("hessianProducts", weights);
  takes("hessianProducts", "a function that returns gradients", gradient, isCallback(gradient));
  positive("hessianProducts", { step });
  const at = copied(weights);
  const size = Math.max(Math.sqrt(product(at, at)), 1e-3);
  return async (vector) => {
    const length = Math.sqrt(product(vector, vector));
    if (!(length > 0)) return scaled(vector, 0);
    const by = (step * size) / length;
    const up = copied(await gradient(plus(at, vector, by)));
    const down = await gradient(plus(at, vector, -by));
    return scaled(plus(up, down, -1), 1 / (2 * by));
  };
}

/**
 * Trace, diagonal and largest eigenvalue of the Hessian from products with vectors: Hutchinson's estimate with random signs, and power
 * iteration. `products` is exact where the model can differentiate twice, or `hessianProducts` of its gradients.
 *
 * Throws an OptimizerError for wrong options, and for products that are not finite.
 */
export async function curvature(
  weights: Weights,
  products: Products,
  options: CurvatureOptions = {},
): Promise<Curvature> {
  const where = "curvature";
  checkWeights(where, weights);
  takes(where, "a function that multiplies by the Hessian", products, isCallback(products));
  const {
    samples = 10,
    iterations = 50,
    tolerance = 1e-3,
    seed = 0,
  } = knownOptions(where, options, ["samples", "iterations", "tolerance", "seed"]);
  whole(where, { samples, iterations, seed });
  positive(where, { tolerance });
  if (samples < 1 || iterations < 1)
    throw new OptimizerError("`curvature`: `samples` and `iterations` must be 1 or above.");
  const multiply = async (vector: Weights): Promise<Weights> => {
    const found = copied(await products(vector));
    if (!Number.isFinite(product(found, found)))
      throw new OptimizerError(
        "`curvature`: a product with the Hessian is not finite. Look at the weights and the batch.",
      );
    return found;
  };
  const traces: number[] = [];
  let diagonal = scaled(weights, 0);
  for (let i = 0; i < samples; i++) {
    const signs = signsLike(weights, seed, i);
    const found = await multiply(signs);
    traces.push(product(signs, found));
    diagonal = plus(diagonal, times(signs, found), 1 / samples);
  }
  const trace = traces.reduce((sum, x) => sum + x, 0) / samples;
  const spread = traces.reduce((sum, x) => sum + (x - trace) ** 2, 0);
  const power = await powerIteration(multiply, unit(signsLike(weights, seed, samples)), iterations, tolerance);
  return {
    trace,
    traceError: samples > 1 ? Math.sqrt(spread / (samples - 1) / samples) : Number.NaN,
    diagonal,
    ...power,
  };
}

async function powerIteration(
  multiply: Products,
  start: Weights,
  most: number,
  tolerance: number,
): Promise<Pick<Curvature, "largest" | "direction" | "iterations" | "converged">> {
  let direction = start;
  let largest = 0;
  for (let iterations = 1; ; iterations++) {
    const found = await multiply(direction);
    const before = largest;
    largest = product(direction, found); // Rayleigh's quotient
    const converged = iterations > 1 && Math.abs(largest - before) <= tolerance * Math.abs(largest);
    const length = Math.sqrt(product(found, found));
    if (converged || iterations >= most || length === 0)
      return { largest, direction, iterations, converged: converged || length === 0 };
    direction = scaled(found, 1 / length);
  }
}

function checkWeights(where: string, weights: Weights): void {
  takes(where, "weights by name", weights, isRecord(weights) && Object.values(weights).every(isFloat32Array));
}

/* Vectors of weights by name; sums in float64. */

const mapped = (weights: Weights, to: (x: number, name: string, i: number) => number): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, data]) => [name, Float32Array.from(data, (x, i) => to(x, name, i))]),
  );
const copied = (weights: Weights): Weights => mapped(weights, (x) => x);
const scaled = (weights: Weights, by: number): Weights => mapped(weights, (x) => x * by);
const plus = (a: Weights, b: Weights, by: number): Weights => mapped(a, (x, name, i) => x + by * of(b, name)[i]!);
const times = (a: Weights, b: Weights): Weights => mapped(a, (x, name, i) => x * of(b, name)[i]!);
const unit = (a: Weights): Weights => scaled(a, 1 / Math.sqrt(product(a, a)));

function product(a: Weights, b: Weights): number {
  let sum = 0;
  for (const [name, x] of Object.entries(a)) {
    const y = of(b, name);
    for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  }
  return sum;
}

function of(weights: Weights, name: string): Float32Array {
  const found = Object.hasOwn(weights, name) ? weights[name] : undefined;
  if (found === undefined)
    throw new OptimizerError(`\`curvature\`: there is no gradient of \`${name}\`. Give all weights one.`);
  return found;
}

/** Signs by seed, number and place alone. */
function signsLike(weights: Weights, seed: number, draw: number): Weights {
  let place = 0;
  return mapped(weights, () => {
    const at = place++;
    const words = philox([at >>> 7, draw, 0x4855, 0], [seed % 2 ** 32, Math.floor(seed / 2 ** 32)]);
    return (words[(at >>> 5) % 4]! >>> (at % 32)) & 1 ? 1 : -1;
  });
}
