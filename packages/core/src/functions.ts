import { apply, reduce } from "./construct.ts";
import { type Expr, variable } from "./expr.ts";
import { elementwise, type Form } from "./operations.ts";

export const SIZE = variable("size", "host");
export const ROWS = variable("rows", "host");
export const COLS = variable("cols", "host");

/** The functions an equation may call. */
export interface NamedFunction {
  readonly arity: number;
  build(...x: Expr[]): Expr;
  readonly form: Form;
}

/** The reductions that equations may call. */
export const reductions = {
  sum: (x) => reduce("sum", "scalar", x),
  mean: (x) => apply("div", reduce("sum", "scalar", x), SIZE),
  norm: (x) => apply("sqrt", reduce("sumsq", "scalar", x)),
  rms: (x) => apply("sqrt", apply("div", reduce("sumsq", "scalar", x), SIZE)),
  total: (x) => reduce("sum", "model", x),
  totalNorm: (x) => apply("sqrt", reduce("sumsq", "model", x)),
  rowSum: (x) => reduce("sum", "row", x),
  rowMean: (x) => apply("div", reduce("sum", "row", x), COLS),
  columnSum: (x) => reduce("sum", "column", x),
  columnMean: (x) => apply("div", reduce("sum", "column", x), ROWS),
} as const satisfies Readonly<Record<string, (x: Expr) => Expr>>;

/** Functions that are made of others. */
const composed = {
  clamp: { arity: 3, form: "word", build: (x, low, high) => apply("min", apply("max", x!, low!), high!) },
} as const satisfies Readonly<Record<string, NamedFunction>>;

/** The names of all that equations may call besides their rule's macros. */
export type FunctionName = keyof typeof elementwise | keyof typeof reductions | keyof typeof composed;

const fences = { text: ["‖", "‖"], latex: ["\\left\\lVert ", " \\right\\rVert"] } as const;
const forms: Readonly<Partial<Record<keyof typeof reductions, Form>>> = {
  norm: fences,
  totalNorm: { ...fences, below: "model" },
};

/** Everything that equations may call besides their rule's macros, by name. */
export const functions: ReadonlyMap<string, NamedFunction> = new Map<string, NamedFunction>([
  ...keys(elementwise).map((op): [string, NamedFunction] => [
    op,
    { arity: elementwise[op].arity, form: elementwise[op].form, build: (...x: Expr[]) => apply(op, ...x) },
  ]),
  ...Object.entries(composed),
  ...keys(reductions).map((name): [string, NamedFunction] => [
    name,
    { arity: 1, form: forms[name] ?? "word", build: (x) => reductions[name](x!) },
  ]),
]);

function keys<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[]; // a literal has the keys of its type, and no others
}
