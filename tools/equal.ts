import type { RuleSpec } from "@descent/core/adapter";
import { type Expr, phasesOf, trace } from "@descent/core/graph";

/*
 * Whether two rules are the same function, as far as algebra that holds in every arithmetic can tell: signs that a square, an
 * absolute value or a condition forgets, operands in another order, comparisons of counts that start at 1, and starts of
 * state that the first step never reads. A change that leaves a rule the same is not counted as a mutant.
 */
export function equal(a: RuleSpec, b: RuleSpec): boolean {
  try {
    return signature(a) === signature(b);
  } catch {
    return false; // one of them is not a valid rule
  }
}

/** Every phase of a round, and the readout. */
const signature = (rule: RuleSpec): string =>
  JSON.stringify([...phasesOf(rule), ...(rule.readout ? ["readout"] : [])].map((phase) => ofPhase(rule, phase)));

function ofPhase(rule: RuleSpec, phase: string): string {
  const { outputs, host, slots } = trace(rule, undefined, undefined, phase);
  const known = new Map<Expr, Signed>();
  const values = Object.entries({ ...outputs, ...host }).map(([name, e]) => [name, text(signed(e, known))]);
  const unread = unreadStarts(rule, phase);
  const starts = Object.entries(slots).map(([name, { place, init }]) => [name, place, unread.has(name) ? "" : init]);
  return JSON.stringify([values, starts]);
}

/** An expression up to its sign, which is kept beside it. */
interface Signed {
  readonly sign: 1 | -1;
  readonly key: string;
}
const text = ({ sign, key }: Signed): string => (sign < 0 ? `-${key}` : key);
const positive = (key: string): Signed => ({ sign: 1, key });
const times = (a: Signed, b: Signed): 1 | -1 => (a.sign === b.sign ? 1 : -1);
const sorted = (...keys: string[]): string => keys.sort().join(",");

/** Counts of which each is at least 1. */
const counts = new Set(["t", "rows", "cols"]);
function comparison(op: string, left: Expr, right: Expr): string | undefined {
  if (left.op !== "var" || right.op !== "const" || !counts.has(left.value)) return undefined;
  const above = (op === "gt" && right.value === 1) || (op === "ne" && right.value === 1);
  if (above || (op === "ge" && right.value === 2)) return `many(${left.value})`;
  const first = (op === "le" && right.value === 1) || (op === "eq" && right.value === 1);
  if (first || (op === "lt" && right.value === 2)) return `one(${left.value})`;
  return undefined;
}

/** A value that is never negative is above 0 or 0, and so are its root and its mean. */
function againstZero(op: string, left: Expr, known: Map<Expr, Signed>): string | undefined {
  const test = op === "gt" || op === "ne" ? "some" : op === "le" || op === "eq" ? "none" : undefined;
  let inner = (op === "eq" || op === "ne") && left.op === "neg" ? left.args[0] : left;
  if (test === undefined || !neverNegative(inner)) return undefined;
  for (;;) {
    const [truth, yes, no] = inner.op === "select" ? inner.args : [];
    if (truth && test === "some" && yes?.op === "const" && yes.value === 1 && no?.op === "const" && no.value === 0)
      return signed(truth, known).key; // a condition as a number
    if (inner.op === "sqrt") inner = inner.args[0];
    else if (inner.op === "mul" && inner.args[0].op === "div" && isCount(inner.args[0].args[1])) inner = inner.args[1];
    else if (inner.op === "div" && isCount(inner.args[1])) inner = inner.args[0];
    else return `${test}(${signed(inner, known).key})`;
  }
}
const isCount = (e: Expr): boolean =>
  e.op === "extent" || (e.op === "var" && ["size", "rows", "cols"].includes(e.value));
function neverNegative(e: Expr): boolean {
  if (["sumsq", "abs", "sqrt", "exp", "lt", "le", "gt", "ge", "eq", "ne", "and", "or"].includes(e.op)) return true;
  if (e.op === "const") return e.value >= 0;
  if (isCount(e)) return true;
  if (e.op === "mul" && e.args[0] === e.args[1]) return true;
  if (e.op === "select") return neverNegative(e.args[1]) && neverNegative(e.args[2]);
  return ["sum", "largest", "add", "mul", "div", "max"].includes(e.op) && e.args.every(neverNegative);
}

function signed(e: Expr, known: Map<Expr, Signed>): Signed {
  let found = known.get(e);
  if (!found) {
    const { sign, key } = anew(e, known);
    known.set(e, (found = { sign, key: short(key) }));
  }
  return found;
}

/** Long keys by number, the same for the same key: an iteration that reads its value several times doubles them at each step. */
function short(key: string): string {
  if (key.length < 40) return key;
  const known = numbers.get(key) ?? `#${numbers.size}`;
  numbers.set(key, known);
  return known;
}
const numbers = new Map<string, string>();

function anew(e: Expr, known: Map<Expr, Signed>): Signed {
  const args = e.args.map((x) => signed(x, known));
  const [a, b, c] = args as [Signed, Signed, Signed]; // as many as the operation has
  switch (e.op) {
    case "const":
      return { sign: e.value < 0 ? -1 : 1, key: String(Math.abs(e.value)) };
    case "var":
      return positive(`${e.place} ${e.value}`);
    case "neg":
      return { sign: a.sign < 0 ? 1 : -1, key: a.key };
    case "mul":
      return { sign: times(a, b), key: `mul(${sorted(a.key, b.key)})` };
    case "div":
      return { sign: times(a, b), key: `div(${a.key},${b.key})` };
    case "add":
    case "sub": {
      const second = e.op === "add" ? b.sign : -b.sign;
      // a − b is −(b − a): the smaller key goes first.
      if (a.sign === second) return { sign: a.sign, key: `add(${sorted(a.key, b.key)})` };
      return a.key <= b.key
        ? { sign: a.sign, key: `sub(${a.key},${b.key})` }
        : { sign: a.sign < 0 ? 1 : -1, key: `sub(${b.key},${a.key})` };
    }
    case "pow": {
      const exponent = e.args[1];
      const even = exponent.op === "const" && exponent.value % 2 === 0;
      return positive(`pow(${even ? a.key : text(a)},${text(b)})`);
    }
    case "abs":
    case "cos":
      return positive(`${e.op}(${a.key})`);
    case "sign":
    case "tanh":
      return { sign: a.sign, key: `${e.op}(${a.key})` };
    case "sum":
      return { sign: a.sign, key: `sum ${e.value}(${a.key})` };
    case "sumsq":
      return positive(`sumsq ${e.value}(${a.key})`);
    case "matmul":
      return { sign: times(a, b), key: `matmul(${a.key},${b.key})` };
    case "transpose":
      return { sign: a.sign, key: `transpose(${a.key})` };
    case "select":
      return b.sign === c.sign
        ? { sign: b.sign, key: `select(${a.key},${b.key},${c.key})` }
        : positive(`select(${a.key},${text(b)},${text(c)})`);
    case "and":
    case "or":
      return positive(`${e.op}(${sorted(a.key, b.key)})`);
    case "not":
      return positive(`not(${a.key})`);
    case "min":
    case "max":
      return positive(`${e.op}(${sorted(text(a), text(b))})`);
    default: {
      const [left, right] = e.args;
      const zero = right?.op === "const" && right.value === 0 && left ? againstZero(e.op, left, known) : undefined;
      if (zero !== undefined) return positive(zero);
      if ((e.op === "eq" || e.op === "ne") && b.key === "0") return positive(`${e.op}(${a.key},0)`);
      const count = left && right && comparison(e.op, left, right);
      return positive(count ?? `${e.op}(${args.map(text).join()})`);
    }
  }
}

/** The state symbols that no equation reads at t = 1, where `t > 1 ? …` takes its other branch. */
function unreadStarts(rule: RuleSpec, phase: string): Set<string> {
  const { outputs, host, slots } = trace(rule, undefined, undefined, phase);
  const read = new Set<string>();
  const seen = new Set<Expr>();
  const open = Object.values({ ...outputs, ...host });
  for (let e = open.pop(); e !== undefined; e = open.pop()) {
    if (seen.has(e)) continue;
    seen.add(e);
    if (e.op === "var") read.add(e.value);
    if (e.op === "select") {
      const [test, yes, no] = e.args;
      const count = test.args.length === 2 ? comparison(test.op, test.args[0]!, test.args[1]!) : undefined;
      open.push(...(count === "many(t)" ? [no] : count === "one(t)" ? [yes] : [test, yes, no]));
    } else open.push(...e.args);
  }
  return new Set(Object.keys(slots).filter((name) => !read.has(name)));
}
