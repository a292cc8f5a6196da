import { OptimizerError, shown } from "./errors.ts";

/**
 * The expression graph that every update rule becomes. Nodes are interned, so equal formulas are one node, and the
 * constructor puts every formula in one shape: factors known before the loop are gathered in front of it
 * (`lr * (m / (1 - beta1^t)) / d` becomes `(lr / (1 - beta1^t)) * (m / d)`), so that each backend multiplies once by a
 * number the host computed in double precision, and all backends do the same arithmetic.
 */
export type Unary = "neg" | "sqrt" | "abs" | "sign" | "exp" | "log" | "tanh" | "cos" | "floor" | "not";
/** Operators on two numbers. */
export type Arithmetic = "add" | "sub" | "mul" | "div" | "pow" | "min" | "max";
/** Comparisons of two numbers, true or false. */
export type Comparison = "lt" | "le" | "gt" | "ge" | "eq" | "ne";
/** Operators on two truth values. */
export type Logic = "and" | "or";
/**
 * `sum` of the elements or of their squares (`sumsq`), taken in double precision; `value` says over what. A value with one
 * number per row or column counts once for every element it is spread over, so its mean is that of its numbers.
 */
export type Reduction = "sum" | "sumsq";
/** Every operation of the expression graph. */
export type Op =
  | Unary
  | Arithmetic
  | Comparison
  | Logic
  | Reduction
  | "select"
  | "matmul"
  | "transpose"
  | "const"
  | "var";

/**
 * Where a value lives: `host` once per step in double precision; `model` one number over all parameters; `scalar` one
 * number per tensor; `row` and `column` one per row or column of a matrix; `tensor` one per element.
 */
export type Place = "host" | "model" | "scalar" | "row" | "column" | "tensor";
/** What a reduction runs over, and so where its result lives. */
export type Over = "model" | "scalar" | "row" | "column";

/** One node of the expression graph: frozen, interned, shared by every formula that contains it. */
export interface Expr {
  readonly op: Op;
  readonly args: readonly Expr[];
  readonly place: Place;
  /** The number of a `const`, the name of a `var`, the `Over` of a reduction. */
  readonly value: number | string | undefined;
}

/** Throws unless `value` is an expression, whichever copy of this package made it; `where` names the call. */
export function checkExpr(value: unknown, where: string): asserts value is Expr {
  if (typeof value === "object" && value !== null && "op" in value && "args" in value && Array.isArray(value.args))
    return;
  throw new OptimizerError(
    `${where} takes expressions, such as variable("x", "tensor"), and was given ${shown(value)}.`,
  );
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

function intern(op: Op, args: readonly Expr[], place: Place, value?: number | string): Expr {
  const spelt = Object.is(value, -0) ? "-0" : value;
  const key = `${op}|${place}|${typeof value}${spelt}|${args.map(id).join()}`;
  let node = table.get(key);
  if (!node) table.set(key, (node = Object.freeze({ op, args: Object.freeze(args), place, value })));
  return node;
}

/** A number of an equation. */
export const constant = (value: number): Expr => intern("const", [], "host", value);
/** A symbol, and where its value lives. */
export const variable = (name: string, place: Place): Expr => intern("var", [], place, name);

/** Symbols about a parameter or step that every equation may use; all of them host values. */
export const facts = ["t", "rows", "cols", "size", "decays"] as const;
const SIZE = variable("size", "host");
const ROWS = variable("rows", "host");
const COLS = variable("cols", "host");

const rank: Record<Place, number> = { host: 0, model: 1, scalar: 2, row: 3, column: 3, tensor: 4 };
/** One number while a kernel runs over the elements. */
export const isUniform = (e: Expr): boolean => rank[e.place] < 3;
const isHost = (e: Expr): boolean => e.place === "host";

function widest(args: readonly Expr[]): Place {
  let place: Place = "host";
  for (const a of args) {
    if (rank[a.place] > rank[place]) place = a.place;
    else if (rank[a.place] === rank[place] && a.place !== place) place = "tensor"; // a row against a column
  }
  return place;
}

const logical = new Set<Op>(["lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"]);
/** Whether an expression is true or false rather than a number. */
export const isBoolean = (e: Expr): boolean => logical.has(e.op);
const number = (e: Expr): Expr => (isBoolean(e) ? intern("select", [e, constant(1), constant(0)], e.place) : e);
const truth = (e: Expr): Expr => (isBoolean(e) ? e : apply("ne", e, constant(0)));

/** One operation on host numbers, in double precision. */
export const scalarOps: Readonly<
  Record<Unary | Arithmetic | Comparison | Logic | "select", (...x: number[]) => number>
> = {
  neg: (a) => -a!,
  sqrt: (a) => Math.sqrt(a!),
  abs: (a) => Math.abs(a!),
  sign: (a) => Math.sign(a!),
  exp: (a) => Math.exp(a!),
  log: (a) => Math.log(a!),
  tanh: (a) => Math.tanh(a!),
  cos: (a) => Math.cos(a!),
  floor: (a) => Math.floor(a!),
  not: (a) => +!a,
  add: (a, b) => a! + b!,
  sub: (a, b) => a! - b!,
  mul: (a, b) => a! * b!,
  div: (a, b) => a! / b!,
  pow: (a, b) => a! ** b!,
  min: (a, b) => Math.min(a!, b!),
  max: (a, b) => Math.max(a!, b!),
  lt: (a, b) => +(a! < b!),
  le: (a, b) => +(a! <= b!),
  gt: (a, b) => +(a! > b!),
  ge: (a, b) => +(a! >= b!),
  eq: (a, b) => +(a === b),
  ne: (a, b) => +(a !== b),
  and: (a, b) => +(a && b ? 1 : 0),
  or: (a, b) => +(a || b ? 1 : 0),
  select: (c, a, b) => (c ? a! : b!),
};

/** Builds a node. Every expression is made here, so what the constructor simplifies, no backend has to. */
export function apply(op: Exclude<Op, "const" | "var" | Reduction>, ...raw: Expr[]): Expr {
  const args =
    op === "and" || op === "or" || op === "not"
      ? raw.map(truth)
      : op === "select"
        ? [truth(raw[0]!), number(raw[1]!), number(raw[2]!)]
        : raw.map(number);
  if (op === "matmul" || op === "transpose") {
    if (!args.every((a) => a.place === "tensor")) throw new SyntaxError(`\`${op}\` needs a matrix`);
    return op === "matmul" ? product(args[0]!, args[1]!) : transposed(args[0]!);
  }
  if (args.every((a) => a.op === "const")) return constant(scalarOps[op](...args.map((a) => a.value as number))); // const nodes hold numbers
  return simplify(op, args) ?? lifted(op, args) ?? intern(op, args, widest(args));
}

/** Factors the host knows come in front of a product, not into it: `2 * A @ A` is the square of `A`, and no matrix is made for `2 * A`. */
function product(a: Expr, b: Expr): Expr {
  const factor = (e: Expr): readonly [Expr, Expr] | undefined => {
    const found = split(e.op === "transpose" ? e.args[0]! : e);
    if (!found || !isHost(found[0])) return undefined;
    return [found[0], e.op === "transpose" ? transposed(found[1]) : found[1]];
  };
  const left = factor(a);
  if (left) return apply("mul", left[0], product(left[1], b));
  const right = factor(b);
  return right ? apply("mul", right[0], product(a, right[1])) : intern("matmul", [a, b], "tensor");
}

/* Transposes are moved to where they cost nothing: into products, and over formulas to the products that read those. */
const flips = new WeakMap<Expr, Expr>();
function transposed(e: Expr): Expr {
  if (e.op === "transpose") return e.args[0]!;
  let known = flips.get(e);
  if (!known) {
    if (e.op === "matmul") known = apply("matmul", transposed(e.args[1]!), transposed(e.args[0]!));
    else if (ofProducts(e))
      known = apply(e.op as Unary, ...e.args.map((a) => (isUniform(a) ? a : transposed(a)))); // no variable, no reduction
    else known = intern("transpose", [e], "tensor");
    flips.set(e, known);
  }
  return known;
}

const products = new WeakMap<Expr, boolean>();
/** Whether every matrix in a formula is a product, which is as easily made transposed. */
function ofProducts(e: Expr): boolean {
  let known = products.get(e);
  if (known === undefined) {
    const matrices = e.args.filter((a) => !isUniform(a));
    const elementwise = e.op !== "transpose" && !isReduction(e);
    known = e.op === "matmul" || (elementwise && matrices.length > 0 && matrices.every(ofProducts));
    products.set(e, known);
  }
  return known;
}

/** `f(a', b')` as `f(a, b)'`, where that leaves no other transpose behind. */
function lifted(
  op: Exclude<Op, "const" | "var" | "matmul" | "transpose" | Reduction>,
  args: readonly Expr[],
): Expr | undefined {
  const matrices = args.filter((a) => !isUniform(a));
  if (!matrices.some((a) => a.op === "transpose") || !matrices.every((a) => a.op === "transpose" || ofProducts(a)))
    return undefined;
  return transposed(apply(op, ...args.map((a) => (isUniform(a) ? a : transposed(a)))));
}

const isConst = (e: Expr, value: number): boolean => e.op === "const" && e.value === value;
/** A product whose first factor is known before the loop, as this constructor arranges them. */
const split = (e: Expr): readonly [Expr, Expr] | undefined =>
  e.op === "mul" && isUniform(e.args[0]!) && !isUniform(e.args[1]!) ? [e.args[0]!, e.args[1]!] : undefined;

function simplify(op: Op, args: readonly Expr[]): Expr | undefined {
  const [a, b] = args as readonly [Expr, Expr]; // b is read for binary operators only
  switch (op) {
    case "neg":
      return a.op === "neg" ? a.args[0] : undefined;
    case "pow":
      if (isHost(a)) return undefined;
      if (isConst(b, 1)) return a;
      if (isConst(b, 2)) return apply("mul", a, a);
      if (isConst(b, 3)) return apply("mul", apply("mul", a, a), a);
      if (isConst(b, 0.5)) return apply("sqrt", a);
      if (isConst(b, -1)) return apply("div", constant(1), a);
      if (isConst(b, -0.5)) return apply("div", constant(1), apply("sqrt", a));
      return undefined;
    case "mul": {
      if (isConst(a, 1)) return b;
      if (isConst(b, 1)) return a;
      if (isUniform(b) && !isUniform(a)) return apply("mul", b, a);
      if (isUniform(a)) {
        const inner = split(b);
        return inner && apply("mul", apply("mul", a, inner[0]), inner[1]);
      }
      const left = split(a);
      if (left) return apply("mul", left[0], apply("mul", left[1], b));
      const right = split(b);
      return right && apply("mul", right[0], apply("mul", a, right[1]));
    }
    case "div": {
      if (isConst(b, 1)) return a;
      if (isHost(a) && isHost(b)) return undefined;
      if (isHost(b)) return apply("mul", apply("div", constant(1), b), a);
      if (isUniform(b)) return undefined;
      const above = split(a);
      if (above) return apply("mul", above[0], apply("div", above[1], b));
      const below = split(b);
      if (below && isHost(below[0]))
        return apply("mul", apply("div", constant(1), below[0]), apply("div", a, below[1]));
      return undefined;
    }
    case "select":
      return args[1] === args[2] ? args[1] : undefined;
    default:
      return undefined;
  }
}

/** A sum over a tensor, its rows, its columns or the whole model, accumulated in double precision where the backend can. */
export function reduce(op: Reduction, over: Over, of: Expr): Expr {
  const e = number(of);
  if (isUniform(e)) throw new SyntaxError(`\`${op}\` of what is one number already`);
  const whole = over === "scalar" || over === "model";
  return intern(op, [whole && e.op === "transpose" ? e.args[0]! : e], over, over);
}

/** The reductions that equations may call. */
export const reductions: Readonly<Record<string, (x: Expr) => Expr>> = {
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
};

/** Every name an equation may call besides its rule's macros. */
export const functions: Readonly<Record<string, { readonly arity: number; build(...x: Expr[]): Expr }>> = {
  ...Object.fromEntries(
    (["sqrt", "abs", "sign", "exp", "log", "tanh", "cos", "floor"] as const).map((op) => [
      op,
      { arity: 1, build: (x: Expr) => apply(op, x) },
    ]),
  ),
  min: { arity: 2, build: (a, b) => apply("min", a!, b!) },
  max: { arity: 2, build: (a, b) => apply("max", a!, b!) },
  clamp: { arity: 3, build: (x, low, high) => apply("min", apply("max", x!, low!), high!) },
  ...Object.fromEntries(
    Object.entries(reductions).map(([name, build]) => [name, { arity: 1, build: (x: Expr) => build(x) }]),
  ),
};

/** Children-first order of everything `roots` depend on. */
export function topological(roots: Iterable<Expr>): Expr[] {
  const seen = new Set<Expr>();
  const order: Expr[] = [];
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    e.args.forEach(visit);
    order.push(e);
  };
  for (const root of roots) visit(root);
  return order;
}

/** Whether an expression is a sum over a tensor, its rows or columns, or the model. */
export const isReduction = (e: Expr): boolean => e.op === "sum" || e.op === "sumsq";
