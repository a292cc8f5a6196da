import { apply, reduce } from "./construct.ts";
import { OptimizerError } from "./errors.ts";
import {
  type Expr,
  type ExprOf,
  isMatrixOp,
  isReduction,
  isUniform,
  type Over,
  type Place,
  postorder,
  variable,
} from "./expr.ts";
import type { MatrixOp } from "./operations.ts";
import type { Parameter } from "./parameter.ts";
import type { RuleSpec } from "./spec.ts";

/* A rule with a layout writes rows for outputs, say, wherever a framework keeps them: parameters stay where they lie. */

/** A parameter with its rows where a rule's layout puts them, or with its columns there (`turned`). */
export interface Arranged {
  readonly parameter: Parameter;
  readonly turned: boolean;
}

/** Throws if a rule cannot be run on a parameter of this shape or with these axes. */
export function arranged({ title, layout, needs }: RuleSpec, parameter: Parameter): Arranged {
  const { name, shape, axes } = parameter;
  const rank = shape.length;
  if (needs === "matrix" && rank < 2)
    throw new OptimizerError(
      `${title} needs a matrix, and \`${name}\` has shape [${shape.join(", ")}]. Give it another rule: partition(…).`,
    );
  if (!layout || !axes || rank < 2) return { parameter, turned: false };
  const out = new Set(axes.out);
  const leading = shape.every((_, d) => out.has(d) === d < out.size);
  const trailing = shape.every((_, d) => out.has(d) === d >= rank - out.size);
  if ((axes.batch ?? []).length > 0 || (!leading && !trailing))
    throw new OptimizerError(
      `${title} sees outputs against inputs, and in \`${name}\` of shape [${shape.join(", ")}] the outputs (dimensions ${axes.out.join(", ")}) lie between others. Give it another rule: partition(…).`,
    );
  const split = leading ? out.size : rank - out.size;
  return {
    parameter: split === 1 ? parameter : { ...parameter, split },
    turned: (layout[0] === "out") !== leading,
  };
}

const OTHER: Readonly<Record<Over, Over>> = { model: "model", scalar: "scalar", row: "column", column: "row" };

/** The place of a slot whose rows lie as columns. */
export const turnedPlace = (place: Place): Place => (place === "row" ? "column" : place === "column" ? "row" : place);

/**
 * Expressions whose values are the transposes of these: for a parameter that lies the other way round. Products change
 * their order, sums by row become sums by column, and nothing is moved. State that is `sized` lies as it was written.
 */
export function mirrored(roots: Iterable<Expr>, sized: (name: string) => boolean): ReadonlyMap<Expr, Expr> {
  const made = new Map<Expr, Expr>();
  for (const e of postorder(roots, (x) => (x.place === "host" ? [] : x.args)))
    made.set(
      e,
      e.place === "host"
        ? e
        : mirror(
            e,
            e.args.map((a) => made.get(a)!),
            sized,
          ),
    ); // operands come first
  return made;
}

function mirror(e: Expr, args: readonly Expr[], sized: (name: string) => boolean): Expr {
  if (e.op === "const" || e.op === "extent") return e;
  if (e.op === "var")
    return sized(e.value) ? apply("transpose", e) : isUniform(e) ? e : variable(e.value, turnedPlace(e.place));
  if (isReduction(e)) return reduce(e.op, OTHER[e.value], args[0]!);
  if (isMatrixOp(e)) return mirroredMatrix(e, args);
  return apply(e.op, ...args);
}

function mirroredMatrix(e: ExprOf<MatrixOp>, args: readonly Expr[]): Expr {
  if (e.op === "matmul") return apply("matmul", args[1]!, args[0]!);
  if (e.op === "transpose") return apply("transpose", args[0]!);
  // The same of a matrix and of its transpose, which is symmetric.
  if (e.op === "eye" || e.op === "inverseRoot") return apply(e.op, ...args);
  const straight = args.map((a) => (a.place === "host" ? a : apply("transpose", a)));
  return apply("transpose", apply(e.op, ...straight));
}
