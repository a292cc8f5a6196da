import { OptimizerError } from "@descent/core";
import { knownOptions, notNegative, whole } from "@descent/core/adapter";
import { singular } from "../linear/singular.ts";
import { copyOf, matrixShape, norm, type Vector } from "../vector.ts";

/*
 * prox(x) is the point that balances being near to x against a penalty: argmin over z of ½‖z − x‖² + penalty(z). After a
 * gradient step of rate lr the strength is lr times the penalty's. Every function leaves `x` as it is.
 */

/** Options of a proximal step. */
export interface ProxOptions {
  /** The weight of the penalty, 0 or above. */
  readonly strength: number;
}

function strengthOf(where: string, options: ProxOptions): number {
  const { strength } = knownOptions(where, options, ["strength"]);
  notNegative(where, { strength });
  return strength;
}

const soft = (v: number, by: number): number => Math.sign(v) * Math.max(Math.abs(v) - by, 0);

/** The proximal step of strength · Σ|z|: the soft threshold, which makes small numbers exactly 0 (the lasso). */
export function proxL1(x: Vector, options: ProxOptions): Float64Array {
  const strength = strengthOf("proxL1", options);
  return copyOf("proxL1", x).map((v) => soft(v, strength));
}

/** The proximal step of strength · ½ Σz²: every number shrinks by the same factor (ridge). */
export function proxRidge(x: Vector, options: ProxOptions): Float64Array {
  const strength = strengthOf("proxRidge", options);
  return copyOf("proxRidge", x).map((v) => v / (1 + strength));
}

/** Options of `proxElasticNet`. */
export interface ElasticNetOptions {
  /** The weight of Σ|z|, 0 or above. */
  readonly l1: number;
  /** The weight of ½ Σz², 0 or above. */
  readonly l2: number;
}

/** The proximal step of l1 · Σ|z| + l2 · ½ Σz²: the soft threshold, then the shrinking (Zou & Hastie 2005). */
export function proxElasticNet(x: Vector, options: ElasticNetOptions): Float64Array {
  const where = "proxElasticNet";
  const { l1, l2 } = knownOptions(where, options, ["l1", "l2"]);
  notNegative(where, { l1, l2 });
  return copyOf(where, x).map((v) => soft(v, l1) / (1 + l2));
}

/**
 * The proximal step of strength · (how many numbers are not 0): the hard threshold at √(2 · strength), which leaves large ones as
 * they are.
 */
export function proxL0(x: Vector, options: ProxOptions): Float64Array {
  const strength = strengthOf("proxL0", options);
  return copyOf("proxL0", x).map((v) => (v * v > 2 * strength ? v : 0));
}

/** The proximal step of strength · Σz over z ≥ 0: the soft threshold of what is positive, and 0 for the rest. */
export function proxNonNegative(x: Vector, options: ProxOptions = { strength: 0 }): Float64Array {
  const strength = strengthOf("proxNonNegative", options);
  return copyOf("proxNonNegative", x).map((v) => Math.max(v - strength, 0));
}

/** Options of `proxGroup`. */
export interface GroupOptions extends ProxOptions {
  /** How many consecutive numbers make a group; default all of them. */
  readonly size?: number | undefined;
}

/**
 * The proximal step of strength · Σ‖group‖: whole groups become 0 together, units or channels say (the group lasso, Yuan & Lin
 * 2006).
 * Throws if `size` does not divide the length of `x`.
 */
export function proxGroup(x: Vector, options: GroupOptions): Float64Array {
  const where = "proxGroup";
  const { size, ...rest } = knownOptions(where, options, ["strength", "size"]);
  const strength = strengthOf(where, rest);
  const point = copyOf(where, x);
  const length = size ?? Math.max(point.length, 1);
  whole(where, { size: length });
  if (length === 0 || point.length % length !== 0)
    throw new OptimizerError(`\`${where}\`: groups of ${length} do not divide the ${point.length} numbers of \`x\`.`);
  for (let start = 0; start < point.length; start += length) {
    const group = point.subarray(start, start + length);
    const size = norm(group);
    const by = size > strength ? 1 - strength / size : 0;
    for (let i = 0; i < length; i++) group[i]! *= by;
  }
  return point;
}

/** Options of `proxNuclear`. */
export interface NuclearOptions extends ProxOptions {
  /** [rows, cols] of the matrix whose numbers `x` lists row by row. */
  readonly shape: readonly [number, number];
}

/** The proximal step of strength · Σ singular values: their soft threshold, which lowers the rank (Cai, Candès & Shen 2010). */
export function proxNuclear(x: Vector, options: NuclearOptions): Float64Array {
  const where = "proxNuclear";
  const { shape, ...rest } = knownOptions(where, options, ["strength", "shape"]);
  const strength = strengthOf(where, rest);
  const point = copyOf(where, x);
  const { rows, cols } = matrixShape(where, point, shape);
  const { values, left, right } = singular(point, { rows, cols });
  const result = new Float64Array(point.length);
  for (const [k, value] of values.entries()) {
    const kept = value - strength;
    if (kept > 0)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < cols; j++) result[i * cols + j]! += kept * left[k]![i]! * right[k]![j]!;
  }
  return result;
}
