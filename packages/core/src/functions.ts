import { apply, extent, reduce } from "./construct.ts";
import type { Expr, Extent } from "./expr.ts";
import { type MatrixFunction, type Move, matrixFunctions, movesOf } from "./matrix-functions.ts";
import { arity, elementwise, type Form } from "./operations.ts";

const over = (x: Expr, what: Extent, sum: Expr): Expr => apply("div", sum, extent(what, x));

/** The functions an equation may call. */
export interface NamedFunction {
  /** How many arguments it takes. */
  readonly arity: number;
  /** The expression of a call with these arguments. */
  build(...x: Expr[]): Expr;
  readonly form: Form;
}

/** The reductions that equations may call. */
export const reductions = {
  sum: (x) => reduce("sum", "scalar", x),
  mean: (x) => over(x, "size", reduce("sum", "scalar", x)),
  norm: (x) => apply("sqrt", reduce("sumsq", "scalar", x)),
  // By the norm, which backends without double precision scale where its squares would overflow or vanish.
  rms: (x) => apply("div", apply("sqrt", reduce("sumsq", "scalar", x)), apply("sqrt", extent("size", x))),
  largest: (x) => reduce("largest", "scalar", x),
  total: (x) => reduce("sum", "model", x),
  totalNorm: (x) => apply("sqrt", reduce("sumsq", "model", x)),
  rowSum: (x) => reduce("sum", "row", x),
  rowMean: (x) => over(x, "cols", reduce("sum", "row", x)),
  rowMax: (x) => reduce("largest", "row", x),
  columnSum: (x) => reduce("sum", "column", x),
  columnMean: (x) => over(x, "rows", reduce("sum", "column", x)),
  columnMax: (x) => reduce("largest", "column", x),
} as const satisfies Readonly<Record<string, (x: Expr) => Expr>>;

/** Functions that are made of others. */
const composed = {
  clamp: { arity: 3, form: "word", build: (x, low, high) => apply("min", apply("max", x!, low!), high!) },
} as const satisfies Readonly<Record<string, NamedFunction>>;

/** The names of all that equations may call besides their rule's macros. */
export type FunctionName =
  | keyof typeof elementwise
  | keyof typeof reductions
  | keyof typeof composed
  | Exclude<MatrixFunction, Move>;

const fences = { text: ["‖", "‖"], latex: ["\\left\\lVert ", " \\right\\rVert"] } as const;
/** How reductions and functions of matrices are set, where that is not by their names. */
const forms: Readonly<Partial<Record<keyof typeof reductions | MatrixFunction, Form>>> = {
  norm: fences,
  totalNorm: { ...fences, below: "model" },
  eye: { text: ["I(", ")"], latex: ["I_{", "}"] },
};

/** Everything that equations may call besides their rule's macros, by name. */
export const functions: ReadonlyMap<string, NamedFunction> = new Map<string, NamedFunction>([
  ...keys(elementwise).map((op): [string, NamedFunction] => [
    op,
    { arity: elementwise[op].arity, form: elementwise[op].form, build: (...x: Expr[]) => apply(op, ...x) },
  ]),
  ...Object.entries(composed),
  ...keys(matrixFunctions).flatMap((op): [string, NamedFunction][] =>
    movesOf(op)
      ? []
      : [[op, { arity: arity[op], form: forms[op] ?? "word", build: (...x: Expr[]) => apply(op, ...x) }]],
  ),
  ...keys(reductions).map((name): [string, NamedFunction] => [
    name,
    { arity: 1, form: forms[name] ?? "word", build: (x) => reductions[name](x!) },
  ]),
]);

function keys<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[]; // a literal has the keys of its type, and no others
}
