import { OptimizerError, shown, takes } from "./errors.ts";
import { isMatrixFunction, type MatrixFunction } from "./matrix-functions.ts";
import type { Arithmetic, Comparison, Logic, MatrixOp, Op, Reduction, Unary } from "./operations.ts";

/**
 * Where a value lives: `host` once per step in double precision; `model` one number over all parameters; `scalar` one
 * number per tensor; `row` and `column` one per row or column of a matrix; `tensor` one per element.
 */
export type Place = "host" | "model" | "scalar" | "row" | "column" | "tensor";
/** The extent of a reduction, and so the place of its result. */
export type Over = "model" | "scalar" | "row" | "column";

/** The numbers of rows, of columns, and of elements. */
export type Extent = "rows" | "cols" | "size";

interface Node<O extends Op, A extends readonly Expr[], V = undefined, P extends Place = Place> {
  readonly op: O;
  readonly args: A;
  readonly place: P;
  readonly value: V;
}

/**
 * The expression graph that every update rule becomes. Nodes are interned, so equal formulas are one node: `apply` and
 * `reduce` make them. `value` is the number of a `const`, the name of a `var`, what a reduction runs over, and what an
 * `extent` counts of its argument.
 */
export type Expr =
  | Node<"const", readonly Expr[], number>
  | Node<"var", readonly Expr[], string>
  | Node<Reduction, readonly [Expr], Over, Over>
  | Node<"extent", readonly [Expr], Extent, "host">
  | Node<MatrixFunction, readonly Expr[]>
  | Node<Unary, readonly [Expr]>
  | Node<Arithmetic | Comparison | Logic, readonly [Expr, Expr]>
  | Node<"transpose", readonly [Expr]>
  | Node<"swap", readonly [Expr, ...(readonly Expr[])]>
  | Node<"matmul", readonly [Expr, Expr]>
  | Node<"select", readonly [Expr, Expr, Expr]>;
/** The expressions of one kind. */
export type ExprOf<O extends Op> = Extract<Expr, { readonly op: O }>;

/** Throws unless `value` is an expression, whichever copy of this package made it; `where` names the call. */
export function checkExpr(value: unknown, where: string): asserts value is Expr {
  if (typeof value === "object" && value !== null && "op" in value && "args" in value && Array.isArray(value.args))
    return;
  throw new OptimizerError(`${where} takes expressions, such as variable("x", "tensor"); got ${shown(value)}.`);
}

const table = new Map<string, Expr>();
// Identity by object, not by a counter stored in the node: nodes made by a second copy of this package stay distinct.
const ids = new WeakMap<Expr, number>();
let count = 0;
const id = (e: Expr): number => {
  let known = ids.get(e);
  if (known === undefined) ids.set(e, (known = count++));
  return known;
};

/** The one node with these parts. */
export function intern(parts: Expr): Expr {
  const { op, args, place, value } = parts;
  const spelt = Object.is(value, -0) ? "-0" : value;
  const key = `${op}|${place}|${typeof value}${spelt}|${args.map(id).join()}`;
  let node = table.get(key);
  if (!node) {
    Object.freeze(args);
    table.set(key, (node = Object.freeze(parts)));
  }
  return node;
}

/** A number. */
export const constant = (value: number): Expr => {
  if (typeof value !== "number") throw new OptimizerError(`\`constant\` takes a number; got ${shown(value)}.`);
  return intern({ op: "const", args: [], place: "host", value });
};

const rank: Readonly<Record<Place, number>> = { host: 0, model: 1, scalar: 2, row: 3, column: 3, tensor: 4 };

/** A symbol. */
export const variable = (name: string, place: Place): Expr => {
  if (typeof name !== "string" || typeof place !== "string" || !Object.hasOwn(rank, place))
    throw new OptimizerError(
      `\`variable\` takes a name and one of ${Object.keys(rank).join(", ")}; got ${shown(name)} and ${shown(place)}.`,
    );
  return intern({ op: "var", args: [], place, value: name });
};

/**
 * Symbols about a step, a parameter and the model that every equation may use; all of them host values. `count` is how many
 * numbers all parameters of the optimizer have that are not frozen.
 */
export const facts = ["t", "rows", "cols", "size", "ndim", "decays", "count"] as const;

/** One number while a kernel runs over the elements. */
export function isUniform(e: Expr): boolean {
  checkExpr(e, "`isUniform`");
  return rank[e.place] < 3;
}

/** The place of a value that is made of values of these places, element by element: of a row and a column it is the tensor. */
export function widest(args: readonly { readonly place: Place }[]): Place {
  let place: Place = "host";
  for (const a of args) {
    if (rank[a.place] > rank[place]) place = a.place;
    else if (rank[a.place] === rank[place] && a.place !== place) place = "tensor"; // a row against a column
  }
  return place;
}

const logical: ReadonlySet<Op> = new Set<Op>(["lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"]);
/** Whether a value is true or false, which counts as 1 or 0 where a number is wanted. */
export function isBoolean(e: Expr): boolean {
  checkExpr(e, "`isBoolean`");
  return logical.has(e.op);
}

const reductions: ReadonlySet<Op> = new Set<Op>(["sum", "sumsq", "largest"] satisfies Reduction[]);
/** Whether a value is one of many others: their sum, or the largest. */
export function isReduction(e: Expr): e is ExprOf<Reduction> {
  checkExpr(e, "`isReduction`");
  return reductions.has(e.op);
}

/** Whether a value is a matrix that no loop over elements can make: a product, a transpose, a swap, a function of whole matrices. */
export function isMatrixOp(e: Expr): e is ExprOf<MatrixOp> {
  checkExpr(e, "`isMatrixOp`");
  return e.op === "matmul" || e.op === "transpose" || e.op === "swap" || isMatrixFunction(e.op);
}

/** Children-first order of what `roots` depend on, each once, by the children that `children` gives. Deep formulas take no deep stack. */
export function postorder(roots: Iterable<Expr>, children: (e: Expr) => readonly Expr[]): Expr[] {
  const isList = typeof roots === "object" && typeof roots?.[Symbol.iterator] === "function";
  takes("a walk through expressions", "a list of them", roots, isList);
  const all = [...roots]; // an iterator gives its values once
  for (const root of all) checkExpr(root, "A walk through expressions");
  const seen = new Set<Expr>();
  const order: Expr[] = [];
  const open: { readonly e: Expr; readonly children: readonly Expr[]; next: number }[] = [];
  const enter = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    open.push({ e, children: children(e), next: 0 });
  };
  for (const root of all) {
    enter(root);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const child = top.children[top.next++];
      if (child !== undefined) enter(child);
      else {
        order.push(top.e);
        open.pop();
      }
    }
  }
  return order;
}

/** Children-first order of everything `roots` depend on. */
export const topological = (roots: Iterable<Expr>): Expr[] => postorder(roots, (e) => e.args);
