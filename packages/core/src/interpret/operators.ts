import type { Expr } from "../expr.ts";
import type { Job } from "../loop/backend.ts";
import type { Shape } from "../parameter.ts";

/**
 * A framework's operations on its values, which broadcast as NumPy's do: [rows, cols] against [rows, 1], [1, cols] and
 * []. A framework whose comparisons give booleans uses those as conditions; otherwise conditions are 1 and 0.
 */
export interface Operators<V> {
  /** One number of rank 0. Numbers of the host are float64, and round to float32 where they meet elements. */
  constant(value: number): V;
  /** The operation `e.op` on `args`, element by element unless it makes a matrix, as `matmul`, `transpose` and `qr` do. */
  apply(e: Expr, args: readonly V[]): V;
  /**
   * The sum of `x` (`e.op` is `sum`) or of its squares (`sumsq`), or its largest element (`largest`): over all elements, to
   * rank 0; where `e.value` is `row`, over each row, to [rows, 1]; where it is `column`, over each column, to [1, cols].
   */
  reduce(e: Expr, x: V): V;
  /** `x`, repeated to fill the shape. */
  broadcast(x: V, shape: Shape): V;
  /** The same elements in another shape. */
  reshape(x: V, shape: Shape): V;
  /** A condition that the host knows, 1 or 0, as the conditions of this framework are; it stays a number without this. */
  truth?(x: V): V;
  /** The Euclidean norm of all elements of all of these, to rank 0, where squares could overflow; a root of a sum without this. */
  norm?(xs: readonly V[]): V;
  /** `e` in one go, where the framework can compute more than one operation at once; undefined leaves it to `apply`. */
  fuse?(e: Expr, site: Site<V>): V | undefined;
  /**
   * Calls `task` and frees every value made meanwhile except those it returns. The new values of each job, and each sum over
   * the model, are made within one scope of their own; without this, values that jobs share are made once.
   */
  scope?<X extends V | Record<string, V>>(task: () => X): X;
}

/** A program, and the parameter it steps: the parts of a `Job` that are the same at every step. */
export type Part = Pick<Job<unknown>, "program" | "parameter">;

/** Where `fuse` makes a value. */
export interface Site<V> {
  readonly part: Part;
  /** Its number among the jobs. */
  readonly job: number;
  /** The shape in which the operators see the value. */
  readonly shape: Shape;
  /** The value of another expression. */
  at(e: Expr): V;
}

/** The inputs of a program, as values of a framework. */
export interface Given<V> {
  /** `p`, `g` and the device slots, by name, each in the shape it is kept in. */
  readonly tensors: Readonly<Record<string, V>>;
  /** One value of rank 0 per `program.scalars`. */
  readonly scalars: readonly V[];
}
