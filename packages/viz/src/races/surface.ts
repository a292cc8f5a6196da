import { OptimizerError } from "@descent/core";
import { isRecord, takes } from "@descent/core/adapter";
import { build, derivative, type Expr, hostFunction, notation, parse, variable } from "@descent/core/graph";
import { pairsOf } from "./many.ts";
import { termsOf } from "./terms.ts";

/** A function of x and y with its exact gradient and the diagonal of its Hessian, all from one formula. */
export interface Surface {
  /** The formula, in the notation of rules. */
  readonly text: string;
  /** In double precision. */
  value(x: number, y: number): number;
  /** The derivatives by x and by y. */
  gradient(x: number, y: number): readonly [number, number];
  /**
   * The gradients at many points at once, several times as fast: `points` holds x and y by turns, `into`, as long, is given the derivatives by x and by y
   * by turns. A surface made otherwise than by `surface` may leave it out.
   */
  gradients?(points: Float32Array, into: Float32Array): void;
  /** The second derivatives by x and by y. */
  curvature(x: number, y: number): readonly [number, number];
  /** The parts of the formula’s sum, as a loss has one for each sample: mini-batches take some of them. Without a sum the surface itself. */
  readonly terms?: readonly Surface[];
}

/** A surface of a formula, which has all that surfaces may have. */
export type FormulaSurface = Required<Surface>;

const [X, Y] = [variable("x", "host"), variable("y", "host")] as const;
/** Longer than any surface somebody wrote, and short enough that its second derivatives are made at once. */
const LONGEST = 4000;

/**
 * A surface from its formula in the notation of rules: `surface("(1 - x)^2 + 100 * (y - x^2)^2")`. Throws a SyntaxError with a caret for what is not
 * a formula of x and y, and an OptimizerError for one that is longer than 4,000 characters or has no derivative.
 */
export function surface(text: string): FormulaSurface {
  takes("surface", 'a formula of x and y, such as "x^2 + y^2"', text, typeof text === "string");
  if (text.length > LONGEST)
    throw new OptimizerError(`\`surface\`: the formula has ${text.length} characters; the limit is ${LONGEST}.`);
  const scope: Readonly<Record<string, Expr>> = { x: X, y: Y };
  const f = build(parse(text), text, (name) => (Object.hasOwn(scope, name) ? scope[name] : undefined), ["x", "y"]);
  return surfaceOf(f, text);
}

/** The same of an expression; what is not asked for is not worked out. */
function surfaceOf(f: Expr, text: string): FormulaSurface {
  const slopes = [derivative(f, X), derivative(f, Y)] as const;
  const of = (...roots: readonly Expr[]): ((x: number, y: number) => number[]) => {
    const compute = hostFunction(roots);
    return (x, y) => compute({ x, y });
  };
  const [value, gradient] = [of(f), of(...slopes)];
  let gradients: ReturnType<typeof pairsOf> | undefined; // races ask for one at a time
  let curvature: ((x: number, y: number) => number[]) | undefined; // few rules ask for it
  let terms: readonly Surface[] | undefined; // races with mini-batches ask for them
  const whole: FormulaSurface = {
    text,
    value: (x, y) => value(x, y)[0]!, // one root
    gradient: (x, y) => gradient(x, y) as [number, number], // two roots
    gradients: (points, into) => {
      const float = (given: unknown): given is Float32Array => given instanceof Float32Array;
      takes("gradients", "x and y by turns in a Float32Array", points, float(points) && points.length % 2 === 0);
      takes("gradients", "a Float32Array as long as the points", into, float(into) && into.length === points.length);
      gradients ??= pairsOf(slopes, X, Y);
      gradients(points, into);
    },
    curvature: (x, y) => {
      curvature ??= of(derivative(slopes[0], X), derivative(slopes[1], Y));
      return curvature(x, y) as [number, number]; // two roots
    },
    get terms() {
      if (!terms) {
        const all = termsOf(f);
        terms = all.length < 2 ? [whole] : all.map((term) => surfaceOf(term, notation(term)));
      }
      return terms;
    },
  };
  return whole;
}

/** The heights of a surface on a grid, row by row from the least y: what `contourChart` draws. */
export function fieldOf(
  of: Surface,
  x: readonly [number, number],
  y: readonly [number, number],
  columns = 96,
  rows = 96,
): { values: Float64Array; columns: number; rows: number; x: readonly [number, number]; y: readonly [number, number] } {
  takes("fieldOf", "a surface from surface(…)", of, isRecord(of) && typeof of.value === "function");
  for (const side of [x, y])
    takes(
      "fieldOf",
      "ranges of two finite numbers",
      side,
      Array.isArray(side) && side.length === 2 && side.every(Number.isFinite),
    );
  for (const count of [columns, rows])
    takes("fieldOf", "2 to 2,048 columns and rows", count, Number.isInteger(count) && count >= 2 && count <= 2048);
  const values = new Float64Array(columns * rows);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      values[r * columns + c] = of.value(
        x[0] + (c / (columns - 1)) * (x[1] - x[0]),
        y[0] + (r / (rows - 1)) * (y[1] - y[0]),
      );
  return { values, columns, rows, x, y };
}
