import { type Asking, compute, type Point, type Vector } from "./ask.ts";

/** The step between two points, the change of the gradient, and their products. */
export interface Pair {
  readonly s: Vector;
  readonly y: Vector;
  readonly ys: number;
  readonly yy: number;
}

/** The curvature between two points; undefined where it is not positive, which no positive definite model can have. */
export function* pair(
  from: Pick<Point, "x" | "gradient">,
  to: Pick<Point, "x" | "gradient">,
): Asking<Pair | undefined> {
  const { s, y, ys, yy, length } = yield* compute(
    { s: "b - a", y: "h - g", ys: "total(y * s)", yy: "total(y * y)", length: "totalNorm(s)" },
    { a: from.x, b: to.x, g: from.gradient, h: to.gradient },
  );
  return ys > Number.EPSILON * length * Math.sqrt(yy) ? { s, y, ys, yy } : undefined;
}

/** The length of the first step: the gradient says nothing about scale, so it is no longer than 1. */
export function* firstStep({ gradient }: Point): Asking<number> {
  const { length } = yield* compute({ length: "totalNorm(g)" }, { g: gradient });
  return Math.min(1, 1 / length);
}
