import { apply, extent, reduce } from "./construct.ts";
import { OptimizerError } from "./errors.ts";
import {
  checkExpr,
  constant,
  type Expr,
  type ExprOf,
  isReduction,
  isUniform,
  type Over,
  type Place,
  topological,
} from "./expr.ts";
import { type Op, type ScalarOp, scalarOps } from "./operations.ts";

/*
 * One table says what each operation does to a small change of each operand. Read downwards, operands first, it is the
 * derivative of any value by one number; read upwards it is the gradient of one number by all elements of a tensor.
 */

const [ZERO, ONE, TWO] = [constant(0), constant(1), constant(2)] as const;
const isConstant = (e: Expr, value: number): boolean => e.op === "const" && e.value === value;
const isZero = (e: Expr): boolean => isConstant(e, 0);
const isOne = (e: Expr): boolean => isConstant(e, 1);

/* Sums and products of derivatives, in which a zero means "does not depend", so 0 · ∞ is 0. */

/** The number in front of a product, and the rest. */
function coefficient(e: Expr): readonly [number, Expr] {
  if (e.op === "const") return [e.value, ONE];
  if (e.op !== "mul" && e.op !== "div") return [1, e];
  const [k, rest] = coefficient(e.args[0]);
  if (k === 1) return [1, e];
  return [k, e.op === "div" ? over(rest, e.args[1]) : isOne(rest) ? e.args[1] : apply("mul", rest, e.args[1])];
}

function scaled(k: number, e: Expr): Expr {
  if (k === 1) return e;
  if (k === -1) return minus(e);
  return e.op === "const" ? constant(k * e.value) : apply("mul", constant(k), e);
}

function plus(a: Expr, b: Expr): Expr {
  if (isZero(a)) return b;
  if (isZero(b)) return a;
  if (a.op === "select" && b.op === "select" && a.args[0] === b.args[0])
    return where(a.args[0], plus(a.args[1], b.args[1]), plus(a.args[2], b.args[2]));
  if (b.op === "neg") return apply("sub", a, b.args[0]);
  if (a.op === "neg") return apply("sub", b, a.args[0]);
  const [[j, x], [k, y]] = [coefficient(a), coefficient(b)];
  return x === y ? scaled(j + k, x) : apply("add", a, b);
}

function times(a: Expr, b: Expr): Expr {
  if (isZero(a) || isZero(b)) return ZERO;
  if (isOne(a)) return b;
  if (isOne(b)) return a;
  if (isConstant(a, -1)) return minus(b);
  if (isConstant(b, -1)) return minus(a);
  if (a.op === "neg") return minus(times(a.args[0], b));
  if (b.op === "neg") return minus(times(a, b.args[0]));
  const [[j, x], [k, y]] = [coefficient(a), coefficient(b)];
  if (j !== 1 && k !== 1) return scaled(j * k, times(x, y));
  return y.op === "div" && isOne(y.args[0]) && k === 1 ? over(a, y.args[1]) : apply("mul", a, b);
}

const minus = (a: Expr): Expr => (isZero(a) ? ZERO : apply("neg", a));

function over(a: Expr, b: Expr): Expr {
  if (isZero(a) || isOne(b)) return a;
  if (a === b) return ONE;
  if (a.op === "neg") return minus(over(a.args[0], b));
  const [k, y] = coefficient(b);
  return k === 1 ? apply("div", a, b) : over(times(constant(1 / k), a), y);
}

const where = (condition: Expr, a: Expr, b: Expr): Expr => apply("select", condition, a, b);

/** The change of `e`, an operation on `x`, for a change `d` of one operand; nothing where `e` does not follow its operand. */
type Change = ((d: Expr, x: readonly Expr[], e: Expr) => Expr) | undefined;

const still: readonly Change[] = [undefined, undefined];
const squares = (x: Expr, y: Expr): Expr => apply("add", apply("mul", x, x), apply("mul", y, y));

/**
 * By operation and operand. Where a function has a kink, the derivative of one of its sides: of the first operand where
 * `min` and `max` tie, 0 for |0|.
 */
const changes: Readonly<Record<ScalarOp, readonly Change[]>> = {
  neg: [(d) => minus(d)],
  add: [(d) => d, (d) => d],
  sub: [(d) => d, (d) => minus(d)],
  mul: [(d, [, b]) => times(d, b!), (d, [a]) => times(d, a!)],
  div: [(d, [, b]) => over(d, b!), (d, [, b], e) => minus(over(times(d, e), b!))],
  pow: [
    (d, [a, b]) => times(d, times(b!, apply("pow", a!, apply("sub", b!, ONE)))),
    (d, [a], e) => {
      const slope = times(d, times(e, apply("log", a!)));
      return a!.op === "const" && a!.value !== 0 ? slope : where(apply("eq", a!, ZERO), ZERO, slope); // 0^b stays 0
    },
  ],
  sqrt: [(d, _, e) => over(d, times(TWO, e))],
  abs: [(d, [a]) => times(d, apply("sign", a!))],
  exp: [(d, _, e) => times(d, e)],
  log: [(d, [a]) => over(d, a!)],
  tanh: [(d, _, e) => times(d, apply("sub", ONE, apply("mul", e, e)))],
  cos: [(d, [a]) => minus(times(d, apply("sin", a!)))],
  sin: [(d, [a]) => times(d, apply("cos", a!))],
  erf: [(d, [a]) => times(d, times(constant(2 / Math.sqrt(Math.PI)), apply("exp", minus(apply("mul", a!, a!)))))],
  atan2: [
    (d, [y, x]) => times(d, over(x!, squares(x!, y!))),
    (d, [y, x]) => minus(times(d, over(y!, squares(x!, y!)))),
  ],
  mod: [(d) => d, (d, [a, b], e) => minus(times(d, over(apply("sub", a!, e), b!)))], // by whole multiples of b
  min: [(d, [a, b]) => where(apply("le", a!, b!), d, ZERO), (d, [a, b]) => where(apply("le", a!, b!), ZERO, d)],
  max: [(d, [a, b]) => where(apply("ge", a!, b!), d, ZERO), (d, [a, b]) => where(apply("ge", a!, b!), ZERO, d)],
  select: [undefined, (d, [c]) => where(c!, d, ZERO), (d, [c]) => where(c!, ZERO, d)],
  sign: still,
  floor: still,
  not: still,
  lt: still,
  gt: still,
  le: still,
  ge: still,
  eq: still,
  ne: still,
  and: still,
  or: still,
};

const isScalarOp = (op: Op): op is ScalarOp => Object.hasOwn(scalarOps, op);

/**
 * The derivative of `y` by the symbol `x`, as another expression. By one number (an option, `t`): of any value, element
 * by element. Of one number, such as a penalty, by a tensor, row or column: its gradient, in the shape of `x`. Of a tensor
 * by a tensor: element by element, where each depends on its own only.
 *
 * A result that is the same for all elements is one number. At kinks it is the derivative of one side; `sign`, `floor` and
 * comparisons have 0. Throws an OptimizerError for what is a matrix of derivatives, such as `g / norm(g)` by `g`.
 */
export function derivative(y: Expr, x: Expr): Expr {
  for (const e of [y, x]) checkExpr(e, "`derivative`");
  if (x.op !== "var")
    throw new OptimizerError(
      `\`derivative\` is taken by a symbol, such as variable("lr", "host"); got the expression \`${x.op}\`.`,
    );
  const order = dependents(y, x);
  if (order.at(-1) !== y) return ZERO;
  const byOne = x.place === "host" || x.place === "model";
  return isUniform(y) && !byOne ? gradient(y, x, order) : tangent(y, x, order);
}

/** The part of `y` that depends on `x`, operands first. */
function dependents(y: Expr, x: Expr): Expr[] {
  const found = new Set<Expr>([x]);
  return topological([y]).filter((e) => {
    if (e.op !== "extent" && e.args.some((a) => found.has(a))) found.add(e);
    return found.has(e);
  });
}

/** Downwards: the derivative of each of `order` by `x`, operands first. */
function tangent(y: Expr, x: ExprOf<"var">, order: readonly Expr[]): Expr {
  const known = new Map<Expr, Expr>([[x, ONE]]);
  const of = (e: Expr): Expr => known.get(e) ?? ZERO;
  const product = (a: Expr, b: Expr): Expr => (isZero(a) || isZero(b) ? ZERO : apply("matmul", a, b));
  const make = (e: Expr): Expr => {
    if (isScalarOp(e.op)) return changes[e.op].map((change, i) => changed(change, of(e.args[i]!), e)).reduce(plus); // a change per operand
    refuseMixed(e, x);
    if (isReduction(e)) {
      if (e.op === "largest") throw unknown(e);
      const [a] = e.args;
      return sumOver(e.value, e.op === "sum" ? of(a) : times(TWO, times(of(a), a)), a);
    }
    if (e.op === "transpose") return turned(of(e.args[0]), e.args[0]);
    if (e.op === "matmul") {
      const [a, b] = e.args;
      return plus(product(spread(of(a), a), b), product(a, spread(of(b), b)));
    }
    throw unknown(e);
  };
  for (const e of order) if (e !== x) known.set(e, make(e));
  return of(y);
}

const changed = (change: Change, d: Expr, e: Expr): Expr => (change && !isZero(d) ? change(d, e.args, e) : ZERO);

const unknown = (e: Expr): OptimizerError =>
  new OptimizerError(`\`derivative\`: \`${e.op}\` has no derivative here. Keep the symbol out of its operands.`);

/** Throws where elements of `e` depend on several elements of `x`. */
function refuseMixed(e: Expr, x: ExprOf<"var">): void {
  if (
    isReduction(e)
      ? x.place === e.value || (isUniform(x) && (x.place !== "scalar" || e.value !== "model"))
      : isUniform(x)
  )
    return;
  throw new OptimizerError(
    `\`derivative\` by \`${x.value}\`: \`${e.op}\` joins many of its elements, so each result depends on all of those. Take the derivative of one number, such as a sum of squares.`,
  );
}

/** Upwards: the derivative of `y`, one number, by each of `order`, operands last. */
function gradient(y: Expr, x: ExprOf<"var">, order: readonly Expr[]): Expr {
  const found = new Map<Expr, Expr>([[y, ONE]]);
  const depends = new Set(order);
  const wholeModel = y.place === "model";
  /** A change at `e`, seen by its operand `a`: the sum over all of `e` that one number of `a` is spread over. */
  const gathered = (d: Expr, e: Expr, a: Expr): Expr => {
    const [from, like]: [Place, Expr] = isReduction(e) ? ["tensor", a] : [e.place, e];
    const to = a.place === "model" && !wholeModel ? "scalar" : a.place;
    if (to === from || to === "host" || to === "tensor") return d;
    if (from === "tensor") return sumOver(to, d, like);
    const [rows, cols] = [extent("rows", like), extent("cols", like)];
    const [here, there] = from === "row" ? [rows, cols] : from === "column" ? [cols, rows] : [ONE, ONE];
    const sum = isUniform(d) ? times(here, d) : over(sumOver("scalar", d, like), there);
    if (to === "scalar") return sum;
    if (isUniform(x)) throw unknown(e); // a sum over tensors of one number each, and no tensor at hand to write it over
    return sumOver("model", over(sum, extent("size", x)), x);
  };
  for (const e of order.toReversed()) {
    const d = found.get(e);
    if (d === undefined || e === x) continue;
    const give = (a: Expr, change: Expr): void => {
      if (!isZero(change)) found.set(a, plus(found.get(a) ?? ZERO, gathered(change, e, a)));
    };
    if (isReduction(e)) {
      if (e.op === "largest") throw unknown(e);
      const [a] = e.args;
      if (e.value === "model" && !wholeModel && dependents(a, x).some(({ place }) => place === "model"))
        throw unknown(e);
      give(a, e.op === "sum" ? d : times(TWO, times(d, a)));
    } else if (e.op === "transpose") give(e.args[0], turned(d, e));
    else if (e.op === "matmul") {
      const [a, b] = e.args;
      if (depends.has(a)) give(a, apply("matmul", spread(d, e), apply("transpose", b)));
      if (depends.has(b)) give(b, apply("matmul", apply("transpose", a), spread(d, e)));
    } else if (isScalarOp(e.op)) {
      for (const [i, a] of e.args.entries()) if (depends.has(a)) give(a, changed(changes[e.op][i], d, e));
    } else throw unknown(e);
  }
  return found.get(x) ?? ZERO;
}

const counts = { scalar: "size", row: "cols", column: "rows" } as const;

/** The sum of `d`, which belongs to the elements of `like`. */
function sumOver(over: Over, d: Expr, like: Expr): Expr {
  if (isZero(d)) return ZERO;
  if (over !== "model" && (isUniform(d) || d.place === over)) return times(extent(counts[over], like), d);
  return reduce("sum", over, isUniform(d) ? spread(d, like) : d);
}

/** `d` with one number per element of `like`: `min(|like|, 0)` is 0. */
const spread = (d: Expr, like: Expr): Expr =>
  isZero(d) || d.place === like.place ? d : apply("add", d, apply("min", apply("abs", like), ZERO));

/** `d'`, where `d` belongs to the elements of `like`. */
const turned = (d: Expr, like: Expr): Expr => (isUniform(d) ? d : apply("transpose", spread(d, like)));
