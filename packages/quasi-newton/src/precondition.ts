import { OptimizerError } from "@descent/core";
import { isCallback, shown } from "@descent/core/adapter";
import { type Asking, column, compute, numbers, type Vector } from "./ask.ts";

/**
 * How curved a problem is, roughly: the diagonal of the Hessian, or of something like it, one positive number per element; or
 * a function that multiplies `v` by an approximate inverse of the Hessian at `x`, symmetric and positive definite.
 */
export type Preconditioner = ArrayLike<number> | ((v: Float64Array, x: Float64Array) => ArrayLike<number>);

/** Throws unless `given` is a preconditioner, or none. */
export function checkPreconditioner(where: string, given: unknown): asserts given is Preconditioner | undefined {
  if (given === undefined || isCallback(given)) return;
  if (typeof given !== "object" || given === null || !("length" in given))
    throw new OptimizerError(
      `\`${where}\`: precondition must be the Hessian's diagonal, a list of positive numbers, or a function (v, x) => …; got ${shown(given)}.`,
    );
  for (const [i, value] of Array.from(given as ArrayLike<unknown>).entries())
    if (!(typeof value === "number" && value > 0 && value < Infinity))
      throw new OptimizerError(`\`${where}\`: precondition[${i}] must be a positive number; got ${shown(value)}.`);
}

/** `v` times the approximate inverse of the Hessian at `x`; `v` itself without a preconditioner. */
export function* preconditioned(
  where: string,
  given: Preconditioner | undefined,
  v: Vector,
  x: Vector,
): Asking<Vector> {
  if (given === undefined) return v;
  const point = yield* numbers(x);
  const direct = typeof given === "function" ? given(yield* numbers(v), point) : given;
  if (typeof direct !== "object" || direct === null || direct.length !== point.length)
    throw new OptimizerError(
      `\`${where}\`: precondition ${typeof given === "function" ? "must return" : "must have"} ${point.length} numbers, as many as the point has; got ${typeof direct === "object" && direct !== null ? direct.length : shown(direct)}.`,
    );
  const list = yield* column(direct);
  if (typeof given === "function") return list;
  return (yield* compute({ z: "v / D" }, { v, D: list })).z;
}
