import { OptimizerError } from "@descent/core";
import { finite, knownOptions, notNegative } from "@descent/core/adapter";
import { copyOf, dot, norm, sameLength, type Vector } from "../vector.ts";

/* Nearest points of convex sets that have a formula. Every function leaves `x` as it is. */

/** The nearest point without negative numbers. */
export const projectNonNegative = (x: Vector): Float64Array =>
  copyOf("projectNonNegative", x).map((v) => Math.max(v, 0));

/** Options of `projectBox`. */
export interface BoxOptions {
  /** The lower bound, one for all or one per number; default −∞. */
  readonly min?: number | Vector | undefined;
  /** The upper bound, one for all or one per number; default ∞. */
  readonly max?: number | Vector | undefined;
}

/** The nearest point between bounds. Throws if a lower bound is above its upper bound. */
export function projectBox(x: Vector, options: BoxOptions): Float64Array {
  const where = "projectBox";
  const { min = -Infinity, max = Infinity } = knownOptions(where, options, ["min", "max"]);
  const point = copyOf(where, x);
  const bound = (name: string, given: number | Vector): ((i: number) => number) => {
    if (typeof given === "number") {
      if (Number.isNaN(given)) throw new OptimizerError(`\`${where}\`: \`${name}\` is NaN. Give a number.`);
      return () => given;
    }
    const list = copyOf(where, given, name);
    sameLength(where, name, point, list);
    return (i) => list[i]!;
  };
  const [low, high] = [bound("min", min), bound("max", max)];
  return point.map((v, i) => {
    if (low(i) > high(i))
      throw new OptimizerError(`\`${where}\`: \`min\` is above \`max\` at ${i}: ${low(i)} and ${high(i)}.`);
    return Math.min(Math.max(v, low(i)), high(i));
  });
}

/** Options of a ball or a sphere. */
export interface RadiusOptions {
  /** 0 or above; default 1. */
  readonly radius?: number | undefined;
}

function radiusOf(where: string, options: RadiusOptions): number {
  const { radius = 1 } = knownOptions(where, options, ["radius"]);
  notNegative(where, { radius });
  return radius;
}

/** The nearest point of length at most `radius`: what clipping by norm does to a gradient. */
export function projectL2Ball(x: Vector, options: RadiusOptions = {}): Float64Array {
  const radius = radiusOf("projectL2Ball", options);
  const point = copyOf("projectL2Ball", x);
  const length = norm(point);
  return length <= radius ? point : point.map((v) => v * (radius / length));
}

/** The nearest point of length exactly `radius`; zero, from which all are equally near, goes along the first axis. */
export function projectSphere(x: Vector, options: RadiusOptions = {}): Float64Array {
  const radius = radiusOf("projectSphere", options);
  const point = copyOf("projectSphere", x);
  const length = norm(point);
  if (length > 0) return point.map((v) => v * (radius / length));
  if (point.length > 0) point[0] = radius;
  return point;
}

/** The nearest point whose numbers are at most `radius` in size. */
export function projectLInfBall(x: Vector, options: RadiusOptions = {}): Float64Array {
  const radius = radiusOf("projectLInfBall", options);
  return copyOf("projectLInfBall", x).map((v) => Math.min(Math.max(v, -radius), radius));
}

/** Options of `projectSimplex`. */
export interface SimplexOptions {
  /** The sum of the numbers, above 0; default 1. */
  readonly sum?: number | undefined;
}

/**
 * The nearest point without negative numbers that add up to `sum`: probabilities (Duchi et al., ICML 2008). n log n.
 * Throws if `x` is empty, or `sum` not above 0.
 */
export function projectSimplex(x: Vector, options: SimplexOptions = {}): Float64Array {
  const where = "projectSimplex";
  const { sum = 1 } = knownOptions(where, options, ["sum"]);
  const point = copyOf(where, x);
  finite(where, { sum });
  if (sum <= 0) throw new OptimizerError(`\`${where}\`: \`sum\` must be above 0; got ${sum}.`);
  if (point.length === 0) throw new OptimizerError(`\`${where}\`: an empty \`x\` adds up to 0, not to ${sum}.`);
  const excess = threshold(point, sum);
  return point.map((v) => Math.max(v - excess, 0));
}

/** The number that, taken off all numbers above it, leaves `sum`. */
function threshold(point: Float64Array, sum: number): number {
  const falling = point.toSorted((a, b) => b - a);
  let total = 0;
  let excess = 0;
  for (const [i, v] of falling.entries()) {
    total += v;
    const next = (total - sum) / (i + 1);
    if (v <= next) break;
    excess = next;
  }
  return excess;
}

/** The nearest point whose numbers' sizes add up to at most `radius`: sparse, as the lasso's are. */
export function projectL1Ball(x: Vector, options: RadiusOptions = {}): Float64Array {
  const radius = radiusOf("projectL1Ball", options);
  const point = copyOf("projectL1Ball", x);
  const sizes = point.map(Math.abs);
  if (sizes.reduce((a, b) => a + b, 0) <= radius) return point;
  if (radius === 0) return point.fill(0);
  const excess = threshold(sizes, radius);
  return point.map((v) => Math.sign(v) * Math.max(Math.abs(v) - excess, 0));
}

/** Options of `projectHalfSpace` and `projectHyperplane`. */
export interface PlaneOptions {
  /** The direction across the plane, not all zeros. */
  readonly normal: Vector;
  /** The value of normal · x on the plane; default 0. */
  readonly offset?: number | undefined;
}

/** The nearest point with normal · x ≤ offset. Throws if the normal is zero or of another length. */
export function projectHalfSpace(x: Vector, options: PlaneOptions): Float64Array {
  return onto("projectHalfSpace", x, options, (excess) => Math.max(excess, 0));
}

/** The nearest point with normal · x = offset. Throws if the normal is zero or of another length. */
export function projectHyperplane(x: Vector, options: PlaneOptions): Float64Array {
  return onto("projectHyperplane", x, options, (excess) => excess);
}

function onto(where: string, x: Vector, options: PlaneOptions, take: (excess: number) => number): Float64Array {
  const { normal, offset = 0 } = knownOptions(where, options, ["normal", "offset"]);
  finite(where, { offset });
  const point = copyOf(where, x);
  const across = copyOf(where, normal, "normal");
  sameLength(where, "normal", point, across);
  const square = dot(across, across);
  if (square === 0) throw new OptimizerError(`\`${where}\`: \`normal\` is zero and has no direction.`);
  const by = take(dot(across, point) - offset) / square;
  return point.map((v, i) => v - by * across[i]!);
}
