import { OptimizerError, shown } from "./errors.ts";
import {
  checkExpr,
  constant,
  type Expr,
  type Extent,
  intern,
  isBoolean,
  isMatrixOp,
  isReduction,
  isUniform,
  type Over,
  type Place,
  postorder,
  variable,
  widest,
} from "./expr.ts";
import { isMatrixFunction, matrixFunctions } from "./matrix-functions.ts";
import { type Applied, arity, type Op, type Reduction, scalarOps } from "./operations.ts";

/*
 * The constructor of expressions puts every formula in one shape: factors known before the loop are gathered in front of
 * it (`lr * (m / (1 - beta1^t)) / d` becomes `(lr / (1 - beta1^t)) * (m / d)`), so that each backend multiplies once by a
 * number that the host computed in double precision, and all backends do the same arithmetic.
 */

const node = (op: Applied, args: readonly Expr[], place: Place): Expr =>
  intern({ op, args, place, value: undefined } as Expr); // `apply` counts the arguments

const isHost = (e: Expr): boolean => e.place === "host";
const number = (e: Expr): Expr => (isBoolean(e) ? node("select", [e, constant(1), constant(0)], e.place) : e);
const truth = (e: Expr): Expr => (isBoolean(e) ? e : apply("ne", e, constant(0)));

/** Builds a node. Every expression is made here, so what the constructor simplifies, no backend has to. */
export function apply(op: Applied, ...raw: Expr[]): Expr {
  if (typeof op !== "string" || !Object.hasOwn(arity, op))
    throw new OptimizerError(`There is no operation ${shown(op)}; there are ${Object.keys(arity).join(", ")}.`);
  for (const e of raw) checkExpr(e, `\`${op}\``);
  if (raw.length !== arity[op])
    throw new OptimizerError(`\`${op}\` takes ${arity[op]} expressions; got ${raw.length}.`);
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
  if (op === "swap") return node(op, args, "tensor");
  if (isMatrixFunction(op)) {
    const { matrices } = matrixFunctions[op];
    if (!args.every((a, i) => a.place === (i < matrices ? "tensor" : "host")))
      throw new SyntaxError(
        `\`${op}\` takes ${matrices} ${matrices === 1 ? "matrix" : "matrices"}${args.length > matrices ? " and a number that the parameter's shape gives, such as `rows`" : ""}`,
      );
    return node(op, args, "tensor");
  }
  const values = args.flatMap((a) => (a.op === "const" ? [a.value] : []));
  if (values.length === args.length) return constant(scalarOps[op](...values));
  return simplify(op, args) ?? lifted(op, args) ?? node(op, args, widest(args));
}

/** Factors the host knows come in front of a product, not into it: `2 * A @ A` is the square of `A`, and no matrix is made for `2 * A`. */
function product(a: Expr, b: Expr): Expr {
  const factor = (e: Expr): readonly [Expr, Expr] | undefined => {
    const found = split(e.op === "transpose" ? e.args[0] : e);
    if (!found || !isHost(found[0])) return undefined;
    return [found[0], e.op === "transpose" ? transposed(found[1]) : found[1]];
  };
  const left = factor(a);
  if (left) return apply("mul", left[0], product(left[1], b));
  const right = factor(b);
  return right ? apply("mul", right[0], product(a, right[1])) : node("matmul", [a, b], "tensor");
}

/* Transposes are moved to where they cost nothing: into products, and over formulas to the products that read those. */
const flips = new WeakMap<Expr, Expr>();
function transposed(e: Expr): Expr {
  if (e.op === "transpose") return e.args[0];
  // Operands first, so that none of these calls goes deep.
  const operands = (x: Expr): readonly Expr[] => (x.op === "transpose" || flips.has(x) ? [] : turned(x));
  for (const x of postorder([e], operands)) if (x.op !== "transpose" && !flips.has(x)) flips.set(x, flipped(x));
  return flips.get(e)!; // it is the last of its own postorder
}

/** The operands that must be transposed for the transpose of `e` to need none. */
const turned = (e: Expr): readonly Expr[] =>
  e.op === "matmul" ? e.args : ofProducts(e) ? e.args.filter((a) => !isUniform(a)) : [];

function flipped(e: Expr): Expr {
  if (e.op === "matmul") return apply("matmul", transposed(e.args[1]), transposed(e.args[0]));
  if (e.op === "eye") return e;
  if (!ofProducts(e) || e.op === "const" || e.op === "var" || e.op === "extent" || isReduction(e))
    return node("transpose", [e], "tensor");
  return apply(e.op, ...e.args.map((a) => (isUniform(a) ? a : transposed(a))));
}

const products = new WeakMap<Expr, boolean>();
/** Whether every matrix in a formula is a product, which is as easily made transposed, or the identity, which is its own. */
function ofProducts(e: Expr): boolean {
  const matrices = (x: Expr): readonly Expr[] =>
    products.has(x) || isMatrixOp(x) || isReduction(x) ? [] : x.args.filter((a) => !isUniform(a));
  for (const x of postorder([e], matrices)) {
    if (products.has(x)) continue;
    const parts = matrices(x);
    products.set(x, x.op === "matmul" || x.op === "eye" || (parts.length > 0 && parts.every((a) => products.get(a))));
  }
  return products.get(e)!; // it is the last of its own postorder
}

/** `f(a', b')` as `f(a, b)'`, where that leaves no other transpose behind. */
function lifted(op: Applied, args: readonly Expr[]): Expr | undefined {
  const matrices = args.filter((a) => !isUniform(a));
  if (!matrices.some((a) => a.op === "transpose") || !matrices.every((a) => a.op === "transpose" || ofProducts(a)))
    return undefined;
  return transposed(apply(op, ...args.map((a) => (isUniform(a) ? a : transposed(a)))));
}

const isConst = (e: Expr, value: number): boolean => e.op === "const" && e.value === value;
/** A product whose first factor is known before the loop, as this constructor arranges them. */
const split = (e: Expr): readonly [Expr, Expr] | undefined =>
  e.op === "mul" && isUniform(e.args[0]) && !isUniform(e.args[1]) ? e.args : undefined;

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

const over: readonly Over[] = ["model", "scalar", "row", "column"];

/**
 * A sum over a tensor, its rows, its columns or the whole model, accumulated in double precision where the backend can; or
 * the largest element of a tensor, its rows or its columns.
 */
export function reduce(op: Reduction, place: Over, of: Expr): Expr {
  const known = op === "sum" || op === "sumsq" || (op === "largest" && place !== "model");
  if (!known || !over.includes(place))
    throw new OptimizerError(
      `\`reduce\` takes "sum", "sumsq" or, except over the model, "largest", and one of ${over.join(", ")}; got ${shown(op)} and ${shown(place)}.`,
    );
  checkExpr(of, `\`${op}\``);
  const e = number(of);
  if (isUniform(e)) throw new SyntaxError("nothing to reduce: this is one number already");
  const whole = place === "scalar" || place === "model";
  return intern({ op, args: [whole && e.op === "transpose" ? e.args[0] : e], place, value: place });
}

/**
 * How many rows, columns or elements a value has: those of the parameter where it is made of `p` and `g` element by element.
 * State may have a size of its own, so what is made of it is counted by `trace`.
 */
export const extent = (what: Extent, of: Expr): Expr =>
  isOwn(of) ? variable(what, "host") : intern({ op: "extent", args: [of], place: "host", value: what });

const owned = new WeakMap<Expr, boolean>();
function isOwn(e: Expr): boolean {
  const parts = (x: Expr): readonly Expr[] => (owned.has(x) ? [] : x.args.filter((a) => !isUniform(a)));
  for (const x of postorder([e], parts))
    if (!owned.has(x))
      owned.set(
        x,
        x.op === "var"
          ? x.place !== "tensor" || x.value === "p" || x.value === "g"
          : !isMatrixOp(x) && parts(x).every((a) => owned.get(a)),
      );
  return owned.get(e)!; // it is the last of its own postorder
}

/**
 * Expressions rebuilt from their leaves: `leaf` gives what stands in place of a node, or nothing where it is built again
 * from what its arguments became.
 */
export function rebuild(roots: Iterable<Expr>, leaf: (e: Expr) => Expr | undefined): ReadonlyMap<Expr, Expr> {
  const made = new Map<Expr, Expr>();
  const given = (e: Expr): Expr | undefined => {
    let value = made.get(e);
    if (value === undefined && (value = leaf(e)) !== undefined) made.set(e, value);
    return value;
  };
  for (const e of postorder(roots, (x) => (given(x) ? [] : x.args))) {
    if (made.has(e)) continue;
    const args = e.args.map((a) => made.get(a)!); // children come first
    made.set(e, e.op === "const" || e.op === "var" ? e : again(e, args));
  }
  return made;
}

/** A node of the same operation on other arguments. */
function again(e: Exclude<Expr, { readonly op: "const" | "var" }>, args: readonly Expr[]): Expr {
  if (isReduction(e)) return reduce(e.op, e.value, args[0]!);
  if (e.op === "extent") return extent(e.value, args[0]!);
  return apply(e.op, ...args);
}
