import { OptimizerError } from "@descent/core";
import { flag, isCallback, knownOptions, positive, shown } from "@descent/core/adapter";
import { copyOf, sameLength, type Vector } from "./vector.ts";

/** A function with its gradient. */
export interface Smooth {
  /** The value at `x`. */
  value(x: Vector): number;
  /** The gradient at `x`, as many numbers as `x` has. */
  gradient(x: Vector): Vector;
}

/** Minimize `objective` where every one of `atMostZero` is at most 0 and every one of `zero` is 0. */
export interface Constrained {
  /** The quantity to minimise. */
  readonly objective: Smooth;
  /** c(x) ≤ 0. */
  readonly atMostZero?: readonly Smooth[] | undefined;
  /** c(x) = 0. */
  readonly zero?: readonly Smooth[] | undefined;
}

/** Options of `lagrangian`. */
export interface LagrangianOptions {
  /** How steeply a violation is punished, and the rate of the multipliers; above 0; default 10. */
  readonly penalty?: number | undefined;
  /** Whether the violation's square is part of the function: the augmented Lagrangian. Default true. */
  readonly augmented?: boolean | undefined;
}

/** A function without constraints whose minimum is the constrained one, once the multipliers are right. */
export interface Lagrangian extends Smooth {
  /** One per constraint, those of `atMostZero` first and never below 0: what one more unit of room would save. */
  readonly multipliers: Float64Array;
  /**
   * One step of gradient ascent on the multipliers, at the point that minimization has reached: α ← max(0, α + penalty · c).
   * Returns the largest violation.
   */
  update(x: Vector): number;
}

/**
 * Lagrange's function f + Σ αᵢcᵢ, augmented unless told otherwise by ½ penalty · violation², which makes it curve where f does
 * not (Hestenes 1969, Powell 1969). Minimize it with any optimizer, call `update(x)`, and repeat: the point meets the
 * constraints in the limit. Throws if a function is missing or gives anything but numbers.
 */
export function lagrangian(problem: Constrained, options: LagrangianOptions = {}): Lagrangian {
  const where = "lagrangian";
  const { objective, atMostZero = [], zero = [] } = knownOptions(where, problem, ["objective", "atMostZero", "zero"]);
  const { penalty = 10, augmented = true } = knownOptions(where, options, ["penalty", "augmented"]);
  flag(where, { augmented });
  positive(where, { penalty });
  checkSmooth(where, "objective", objective);
  if (!Array.isArray(atMostZero) || !Array.isArray(zero))
    throw new OptimizerError(`\`${where}\` takes its constraints in lists: { atMostZero: [{ value, gradient }] }.`);
  const constraints: readonly Smooth[] = [...atMostZero, ...zero];
  for (const constraint of constraints) checkSmooth(where, "a constraint", constraint);
  const multipliers = new Float64Array(constraints.length);
  const unequal = (k: number): boolean => k < atMostZero.length;

  /** The multiplier that the next update would give, which is also the slope of the augmented term. */
  const raised = (k: number, violation: number): number => {
    const next = multipliers[k]! + penalty * violation;
    return unequal(k) ? Math.max(0, next) : next;
  };
  const measure = (name: string, f: Smooth, x: Vector): number => {
    const value: unknown = f.value(x);
    if (typeof value !== "number")
      throw new OptimizerError(`\`${where}\`: the value of ${name} must be a number; got ${shown(value)}.`);
    return value;
  };
  const slopeOf = (name: string, f: Smooth, x: Vector): Float64Array => {
    const gradient = copyOf(where, f.gradient(x), `the gradient of ${name}`);
    sameLength(where, `the gradient of ${name}`, x, gradient);
    return gradient;
  };

  return {
    multipliers,
    value: (x) =>
      constraints.reduce(
        (sum, constraint, k) => {
          const c = measure(`constraint ${k}`, constraint, x);
          if (!augmented) return sum + multipliers[k]! * c;
          return sum + (raised(k, c) ** 2 - multipliers[k]! ** 2) / (2 * penalty);
        },
        measure("the objective", objective, x),
      ),
    gradient: (x) => {
      const total = slopeOf("the objective", objective, x);
      for (const [k, constraint] of constraints.entries()) {
        const slope = augmented ? raised(k, measure(`constraint ${k}`, constraint, x)) : multipliers[k]!;
        if (slope === 0) continue;
        const gradient = slopeOf(`constraint ${k}`, constraint, x);
        for (let i = 0; i < total.length; i++) total[i]! += slope * gradient[i]!;
      }
      return total;
    },
    update: (x) => {
      const violations = constraints.map((constraint, k) => measure(`constraint ${k}`, constraint, x));
      for (const [k, c] of violations.entries()) multipliers[k] = raised(k, c);
      return violations.reduce((most, c, k) => Math.max(most, unequal(k) ? c : Math.abs(c)), 0);
    },
  };
}

function checkSmooth(where: string, name: string, f: unknown): void {
  if (
    typeof f !== "object" ||
    f === null ||
    !("value" in f && isCallback(f.value) && "gradient" in f && isCallback(f.gradient))
  )
    throw new OptimizerError(
      `\`${where}\`: ${name} must have \`value\` and \`gradient\`, two functions of x; got ${shown(f)}.`,
    );
}
