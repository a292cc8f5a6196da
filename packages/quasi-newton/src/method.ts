import type { Asking, Point, Vector } from "./ask.ts";

/** The memory of a method between iterations: data, so that it can be saved. */
export type Memory = Readonly<Record<string, number | Vector | readonly number[] | readonly Vector[]>>;

/** An iteration's outcome: the next point, with what to remember, or the reason why there is none. */
export type Outcome<M extends Memory> =
  | {
      readonly at: Point;
      readonly memory: M;
      /** The step taken: a multiple of the direction, or the radius of a trust region. */
      readonly step: number;
    }
  | { readonly stalled: string };

/** A method: its memory at the first point, and one iteration. */
export interface Method<M extends Memory = Memory> {
  /** Names the method in saved state. */
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  /** The start as the method sees it, such as the nearest point within bounds; nothing is evaluated before. */
  from?(x: Vector): Asking<Vector>;
  /** The memory at the first point. */
  start(at: Point): Asking<M>;
  /** The first point as the method sees it, with terms of its own in value and gradient; later ones are as `iterate` gives them. */
  view?(at: Point): Asking<Point>;
  /** One iteration: the next point with what to remember, or why there is none. */
  iterate(at: Point, memory: M): Asking<Outcome<M>>;
}
