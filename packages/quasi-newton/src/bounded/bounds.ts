import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";
import { type Asking, column, compute, numbers, type Point, type Vector } from "../ask.ts";

/** Where a number may lie. */
export interface Bounds {
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Bounds as options. */
export interface BoundOptions {
  /** The lower bound, one for all or one per number (default −∞). */
  readonly min?: number | ArrayLike<number> | undefined;
  /** The upper bound, one for all or one per number (default ∞). */
  readonly max?: number | ArrayLike<number> | undefined;
}

function bound(where: string, name: "min" | "max", given: unknown, n: number): Float64Array {
  if (typeof given === "number" && !Number.isNaN(given)) return new Float64Array(n).fill(given);
  if (typeof given !== "object" || given === null || !("length" in given))
    throw new OptimizerError(`\`${where}\`: ${name} must be a number or a list of numbers; got ${shown(given)}.`);
  const list = Float64Array.from(given as ArrayLike<number>);
  if (list.length !== n)
    throw new OptimizerError(`\`${where}\`: ${name} has ${list.length} bounds for ${n} numbers. Give one for each.`);
  const wrong = list.findIndex((x) => Number.isNaN(x));
  if (wrong >= 0) throw new OptimizerError(`\`${where}\`: ${name}[${wrong}] must be a number; got NaN.`);
  return list;
}

function boundsOf(where: string, min: unknown, max: unknown, n: number): Bounds {
  const bounds = { min: bound(where, "min", min, n), max: bound(where, "max", max, n) };
  for (const [i, low] of bounds.min.entries())
    if (!(low <= bounds.max[i]! && low < Infinity && bounds.max[i]! > -Infinity))
      throw new OptimizerError(
        `\`${where}\`: min must be at most max; got ${low} and ${bounds.max[i]} for number ${i}.`,
      );
  return bounds;
}

/** The bounds of a method, whose number of elements is known once a point is. */
export interface Box {
  at(x: Vector): Asking<{ readonly min: Vector; readonly max: Vector; readonly bounds: Bounds }>;
  /** The nearest point within. */
  inside(x: Vector): Asking<Vector>;
  /** A point as a run sees it: its gradient is how far −g leads before it meets a bound. */
  view(at: Point): Asking<Point>;
}

/** Reads the bounds of the method called `where`. */
export function boxOf(where: string, { min = -Infinity, max = Infinity }: BoundOptions): Box {
  if (typeof min === "number" && typeof max === "number") boundsOf(where, min, max, 1);
  function* at(x: Vector): ReturnType<Box["at"]> {
    const bounds = boundsOf(where, min, max, (yield* numbers(x)).length);
    return { min: yield* column(bounds.min), max: yield* column(bounds.max), bounds };
  }
  return {
    at,
    *inside(x) {
      const { min, max } = yield* at(x);
      return (yield* compute({ y: "min(max(x, low), high)" }, { x, low: min, high: max })).y;
    },
    *view({ x, value, gradient: g }) {
      const { min, max } = yield* at(x);
      return {
        x,
        value,
        ...(yield* compute(
          { gradient: "x - min(max(x - g, low), high)", gradientNorm: "largest(abs(gradient))" },
          { x, g, low: min, high: max },
        )),
      };
    },
  };
}
