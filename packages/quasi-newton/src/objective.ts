import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, shown } from "@descent/core/adapter";
import type { Dense } from "@descent/core/graph";
import type { Point, Request, Vector } from "./ask.ts";
import { calculate, column, read, solved, vector } from "./host.ts";

/** A value and its gradient, one number per element of the point. */
export interface Evaluation {
  /** The quantity to minimise. */
  readonly value: number;
  /** Its derivatives, in the order of the point's elements. */
  readonly gradient: ArrayLike<number>;
}

/** Residuals of a least-squares problem and their Jacobian, row after row. */
export interface Residuals {
  /** As many as there are data, often more than the point has elements. */
  readonly residuals: ArrayLike<number>;
  /** One row per residual, one column per element of the point. */
  readonly jacobian: ArrayLike<number>;
}

/** The function to minimize: at least its value and gradient, or the residuals whose half sum of squares it is. */
export type Objective =
  | {
      /** The value and gradient at `x`, which it may keep. */
      evaluate(x: Float64Array): Evaluation;
      /** Second derivatives, row after row; without it they are differences of gradients. */
      hessian?(x: Float64Array): ArrayLike<number>;
      /** The Hessian at `x` times `v`; without it, a difference of gradients. */
      product?(x: Float64Array, v: Float64Array): ArrayLike<number>;
    }
  | {
      /** The residuals at `x`, and their derivatives. */
      residuals(x: Float64Array): Residuals;
    };

type Later<A> = A | PromiseLike<A>;
/** An objective that answers later, such as one that runs on a device. */
export type AsyncObjective =
  | {
      /** The value and gradient at `x`, which it may keep. */
      evaluate(x: Float64Array): Later<Evaluation>;
      /** Second derivatives, row after row; without it they are differences of gradients. */
      hessian?(x: Float64Array): Later<ArrayLike<number>>;
      /** The Hessian at `x` times `v`; without it, a difference of gradients. */
      product?(x: Float64Array, v: Float64Array): Later<ArrayLike<number>>;
    }
  | {
      /** The residuals at `x`, and their derivatives. */
      residuals(x: Float64Array): Later<Residuals>;
    };

/** The value and gradient of an objective that has nothing more, at once or later. */
export type AsyncFunction = (x: Float64Array) => Later<Evaluation>;

const isLater = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/** `next(value)`, at once where the value is there. */
function then<A, B>(value: Later<A>, next: (value: A) => Later<B>): Later<B> {
  return isLater(value) ? value.then(next) : next(value);
}

/** Answers requests in double precision on the host, and counts the calls of the objective. */
export class Evaluator {
  readonly #objective: AsyncObjective;
  readonly #n: number;
  /** Values and gradients computed, including those for differences. */
  evaluations = 0;
  /** Hessians and products with one that the objective computed. */
  products = 0;
  readonly #residuals = new WeakMap<Vector, { readonly residuals: Vector; readonly jacobian: Vector }>();

  constructor(objective: AsyncObjective | AsyncFunction, n: number) {
    if (typeof objective === "function" && isCallback(objective)) this.#objective = { evaluate: objective };
    else if (isRecord(objective) && ["evaluate", "residuals"].some((name) => isCallback(Reflect.get(objective, name))))
      this.#objective = objective;
    else
      throw new OptimizerError(
        `\`minimize\` takes a function (x) => ({ value, gradient }), or an object { evaluate } or { residuals }; got ${shown(objective)}.`,
      );
    this.#n = n;
  }

  /** Puts the answer into a request; promises where the objective does. */
  serve(request: Request): Later<void> {
    switch (request.kind) {
      case "evaluate":
        return then(this.#evaluate(request.at), (point) => {
          request.answer = point;
        });
      case "compute":
        request.answer = calculate(request.equations, request.given);
        return;
      case "identity": {
        const { rows: n } = read(request.like);
        request.answer = vector({
          rows: n,
          cols: n,
          data: Float64Array.from({ length: n * n }, (_, k) => +(k % (n + 1) === 0)),
        });
        return;
      }
      case "solve": {
        const solution = solved(read(request.matrix), read(request.right));
        request.answer = { solution: solution && vector(solution) };
        return;
      }
      case "numbers":
        request.answer = read(request.of).data.slice();
        return;
      case "column":
        request.answer = column(Float64Array.from(request.numbers));
        return;
      case "residuals":
        return then(this.#residualsAt(request.at), (found) => {
          request.answer = found;
        });
      case "product":
        return then(this.#product(request.at, request.along), (found) => {
          request.answer = found;
        });
      case "hessian":
        return then(this.#hessian(request.at), (found) => {
          request.answer = found;
        });
    }
  }

  #evaluate(at: Vector): Later<Point> {
    const objective = this.#objective;
    if ("residuals" in objective)
      return then(this.#residualsAt(at), ({ residuals, jacobian }) => {
        const { gradient } = calculate({ gradient: "jacobian' @ residuals" }, { jacobian, residuals });
        return pointOf(at, 0.5 * squares(read(residuals)), read(gradient as Vector).data); // a product is a vector
      });
    this.evaluations++;
    return then(objective.evaluate(read(at).data.slice()), (evaluation) => {
      const { value, gradient } = evaluation ?? {};
      if (typeof value !== "number")
        throw new OptimizerError(
          `The objective must return { value, gradient } with a number as its value; got ${shown(evaluation)}.`,
        );
      return pointOf(at, value, this.#numbers("gradient", gradient, this.#n));
    });
  }

  #residualsAt(at: Vector): Later<{ readonly residuals: Vector; readonly jacobian: Vector }> {
    const known = this.#residuals.get(at);
    if (known) return known;
    const objective = this.#objective;
    if (!("residuals" in objective))
      throw new OptimizerError(
        "This method is for least squares, and the objective has no residuals. Give it { residuals: (x) => ({ residuals, jacobian }) }.",
      );
    this.evaluations++;
    return then(objective.residuals(read(at).data.slice()), (found) => {
      const { residuals, jacobian } = found ?? {};
      const m = residuals?.length ?? 0;
      const made = {
        residuals: column(this.#numbers("residuals", residuals, m)),
        jacobian: vector({ rows: m, cols: this.#n, data: this.#numbers("jacobian", jacobian, m * this.#n) }),
      };
      this.#residuals.set(at, made);
      return made;
    });
  }

  #product(at: Point, along: Vector): Later<Vector> {
    const objective = this.#objective;
    const [x, v] = [read(at.x).data, read(along).data];
    if ("product" in objective && objective.product) {
      this.products++;
      return then(objective.product(x.slice(), v.slice()), (found) => column(this.#numbers("product", found, this.#n)));
    }
    const length = Math.sqrt(squares(read(along)));
    if (length === 0) return column(new Float64Array(this.#n));
    return this.#difference(at, v, (SPACING * (1 + Math.sqrt(squares(read(at.x))))) / length);
  }

  /** The change of the gradient along `v`, per unit of `by`. */
  #difference(at: Point, v: ArrayLike<number>, by: number): Later<Vector> {
    const [x, g] = [read(at.x).data, read(at.gradient).data];
    return then(this.#evaluate(column(x.map((xi, i) => xi + by * v[i]!))), ({ gradient }) =>
      column(read(gradient).data.map((gi, i) => (gi - g[i]!) / by)),
    );
  }

  #hessian(at: Point): Later<Vector> {
    const n = this.#n;
    const objective = this.#objective;
    const x = read(at.x).data;
    if ("hessian" in objective && objective.hessian) {
      this.products++;
      return then(objective.hessian(x.slice()), (found) =>
        vector({ rows: n, cols: n, data: this.#numbers("hessian", found, n * n) }),
      );
    }
    const data = new Float64Array(n * n);
    const from = (i: number): Later<Vector> => {
      if (i === n)
        return vector({ rows: n, cols: n, data: data.map((h, k) => (h + data[(k % n) * n + Math.floor(k / n)]!) / 2) });
      const unit = x.map((_, j) => +(i === j));
      return then(this.#difference(at, unit, SPACING * (1 + Math.abs(x[i]!))), (row) => {
        data.set(read(row).data, i * n);
        return from(i + 1);
      });
    };
    return from(0);
  }

  #numbers(what: string, given: ArrayLike<number> | undefined, length: number): Float64Array {
    if (typeof given !== "object" || given === null || given.length !== length)
      throw new OptimizerError(
        `The objective's \`${what}\` must have ${length} numbers; got ${typeof given === "object" && given !== null && "length" in given ? given.length : shown(given)}.`,
      );
    return Float64Array.from(given);
  }
}

/** The square root of a rounding error balances rounding and curvature in a one-sided difference. */
const SPACING = Math.sqrt(Number.EPSILON);

const squares = ({ data }: Dense): number => data.reduce((sum, x) => sum + x * x, 0);

function pointOf(x: Vector, value: number, gradient: Float64Array): Point {
  let gradientNorm = 0;
  for (const g of gradient) gradientNorm = Math.max(gradientNorm, Math.abs(g)); // NaN stays NaN
  return { x, value, gradient: column(gradient), gradientNorm };
}

/** Whether a point has a value and a gradient to go on with. */
export const isUsable = ({ value, gradientNorm }: Point): boolean =>
  Number.isFinite(value) && Number.isFinite(gradientNorm);
