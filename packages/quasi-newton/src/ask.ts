import type { Checked, FunctionName } from "@descent/core/graph";

/*
 * A method that cannot know beforehand how many evaluations it needs is a generator: it yields requests, and whoever runs
 * it answers them, at once or later. So one body serves both functions that return and functions that promise.
 */

/** A point, direction or matrix, held by whoever runs the method: methods pass it on and never look inside. */
export interface Vector {
  readonly kind: "vector";
}

/** A point and what is known about it. */
export interface Point {
  /** The point itself. */
  readonly x: Vector;
  /** The objective there. */
  readonly value: number;
  /** Of the same length as `x`. */
  readonly gradient: Vector;
  /** The largest absolute element of the gradient, which `gradientTolerance` limits. */
  readonly gradientNorm: number;
}

/** The inputs of equations, by name. */
export type Given = Readonly<Record<string, Vector | number>>;

/** The requests of methods. The `answer` is put into the request. */
export type Request =
  | { readonly kind: "evaluate"; readonly at: Vector; answer?: Point }
  | {
      readonly kind: "compute";
      readonly equations: Readonly<Record<string, string>>;
      readonly given: Given;
      answer?: Readonly<Record<string, Vector | number>>;
    }
  | { readonly kind: "hessian"; readonly at: Point; answer?: Vector }
  | { readonly kind: "product"; readonly at: Point; readonly along: Vector; answer?: Vector }
  | {
      readonly kind: "residuals";
      readonly at: Vector;
      answer?: { readonly residuals: Vector; readonly jacobian: Vector };
    }
  | { readonly kind: "identity"; readonly like: Vector; answer?: Vector }
  | {
      readonly kind: "solve";
      readonly matrix: Vector;
      readonly right: Vector;
      answer?: { readonly solution: Vector | undefined };
    }
  | { readonly kind: "numbers"; readonly of: Vector; answer?: Float64Array }
  | { readonly kind: "column"; readonly numbers: ArrayLike<number>; answer?: Vector };

/** A piece of a method: it asks on the way to its result. */
export type Asking<R> = Generator<Request, R, undefined>;

function answered<A>(answer: A | undefined): A {
  if (answer === undefined) throw new TypeError("a request was not answered");
  return answer;
}

/** The value and gradient at a point. */
export function* ask(at: Vector): Asking<Point> {
  const request: Request & { kind: "evaluate" } = { kind: "evaluate", at };
  yield request;
  return answered(request.answer);
}

/** Equations that begin with a reduction give numbers, and all others vectors. */
export type Computed<E> = {
  readonly [K in keyof E]: E[K] extends `${"total" | "totalNorm" | "largest"}(${string}` ? number : Vector;
};

/**
 * Values of equations, run top to bottom: `compute({ ys: "total(y * s)" }, { y, s })`. Points and directions are columns, `@`
 * and `'` multiply and transpose. A result is a number if its equation begins with `total(`, `totalNorm(` or `largest(`.
 */
export function* compute<const E extends Readonly<Record<string, string>>, const G extends Given>(
  equations: E & Checked<E, (keyof G & string) | FunctionName>,
  given: G,
): Asking<Computed<E>> {
  const request: Request & { kind: "compute" } = { kind: "compute", equations, given };
  yield request;
  return answered(request.answer) as Computed<E>; // who answers checks which are numbers
}

/** The identity matrix with a row per element of a point. */
export function* identity(like: Vector): Asking<Vector> {
  const request: Request & { kind: "identity" } = { kind: "identity", like };
  yield request;
  return answered(request.answer);
}

/** The matrix of second derivatives. */
export function* hessian(at: Point): Asking<Vector> {
  const request: Request & { kind: "hessian" } = { kind: "hessian", at };
  yield request;
  return answered(request.answer);
}

/** The product of the Hessian and a direction. */
export function* product(at: Point, along: Vector): Asking<Vector> {
  const request: Request & { kind: "product" } = { kind: "product", at, along };
  yield request;
  return answered(request.answer);
}

/** The residuals, a column, and their Jacobian, one row each. */
export function* residuals(at: Vector): Asking<{ readonly residuals: Vector; readonly jacobian: Vector }> {
  const request: Request & { kind: "residuals" } = { kind: "residuals", at };
  yield request;
  return answered(request.answer);
}

/** The solution of a small symmetric positive definite system; undefined where the matrix is not positive definite. */
export function* solve(matrix: Vector, right: Vector): Asking<Vector | undefined> {
  const request: Request & { kind: "solve" } = { kind: "solve", matrix, right };
  yield request;
  return answered(request.answer).solution;
}

/** A copy of the numbers behind a handle, row after row: for steps that no equation says, such as sorting. */
export function* numbers(of: Vector): Asking<Float64Array> {
  const request: Request & { kind: "numbers" } = { kind: "numbers", of };
  yield request;
  return answered(request.answer);
}

/** A point or direction with these numbers. */
export function* column(numbers: ArrayLike<number>): Asking<Vector> {
  const request: Request & { kind: "column" } = { kind: "column", numbers };
  yield request;
  return answered(request.answer);
}
