import { OptimizerError } from "@descent/core";
import { isCallback, shown } from "@descent/core/adapter";
import { type Asking, ask, compute, type Point, type Vector } from "../ask.ts";

/** A point along a direction. */
export interface Trial {
  /** How many directions away from where the search began. */
  readonly step: number;
  /** The point, with its value and gradient. */
  readonly at: Point;
  /** The derivative of the value by `step`. */
  readonly slope: number;
}

/**
 * A line search: from a point along a direction of descent, whose slope there is `slope`, trying the step `first` first.
 * Undefined where it finds no better point.
 */
export type LineSearch = (at: Point, direction: Vector, slope: number, first: number) => Asking<Trial | undefined>;

/** Evaluates the point that is `step` directions away. */
export function* along({ x }: Point, direction: Vector, step: number): Asking<Trial> {
  const { y } = yield* compute({ y: "x + step * d" }, { x, d: direction, step });
  const at = yield* ask(y);
  const { slope } = yield* compute({ slope: "total(g * d)" }, { g: at.gradient, d: direction });
  return { step, at, slope };
}

/** Whether a trial can be compared with others. */
export const isFiniteTrial = ({ at, slope }: Trial): boolean =>
  Number.isFinite(at.value) && Number.isFinite(at.gradientNorm) && Number.isFinite(slope);

/** Throws unless `search` is a line search. */
export function checkSearch(where: string, search: unknown): asserts search is LineSearch {
  if (!isCallback(search) || ["armijo", "wolfe", "weakWolfe", "hagerZhang"].includes(search.name))
    throw new OptimizerError(`\`${where}\`: search must be a line search, such as wolfe(); got ${shown(search)}.`);
}
