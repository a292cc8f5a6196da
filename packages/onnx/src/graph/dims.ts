import { check, isRecord } from "../check.ts";
import { OnnxError } from "../errors.ts";
import { Memo } from "./memo.ts";
import {
  atomOf,
  bare,
  byDegree,
  factors,
  group,
  type Polynomial,
  plus,
  separator,
  times,
  without,
} from "./polynomial.ts";

/**
 * A number, or what is known of a size before run time: a name ("batch") or a canonical expression of names
 * ("batch * seq + 1", "floor(height / 2)"). Two sizes with the same text are equal; a name that starts with "?" stands for a
 * size nothing is known of.
 */
export type Dim = number | string;

const parsed = new Memo<Polynomial>();
/** The parts of an atom that is a call, and whether an atom may be below zero: asked again and again of the same ones. */
const calledParts = new Memo<Parts | null>();
const negative = new Memo<boolean>();
const calls = { floor: floorDiv, trunc: truncDiv, max, min, broadcast } as const satisfies Record<
  string,
  (a: Dim, b: Dim) => Dim | undefined
>;

/** a + b */
export function add(a: Dim, b: Dim): Dim {
  return typeof a === "number" && typeof b === "number" ? a + b : text(plus(polynomial(a), polynomial(b)));
}

/** a − b */
export function sub(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return text(plus(polynomial(a), times(polynomial(b), polynomial(-1))));
}

/** a · b */
export function mul(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a * b + 0; // −0 is a size like 0
  if (a === 1) return b;
  if (b === 1) return a;
  return text(times(polynomial(a), polynomial(b)));
}

/** The product of sizes; 1 for an empty list. */
export function product(sizes: Iterable<Dim>): Dim {
  let all: Dim = 1;
  for (const size of sizes) all = mul(all, size);
  return all;
}

/** a / b where that is an integer whatever the names stand for; otherwise undefined. */
export function exact(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === "number" && typeof b === "number") return b !== 0 && a % b === 0 ? a / b + 0 : undefined;
  if (a === b) return 1;
  const divisor = [...polynomial(b)].sort(byDegree);
  const [by] = divisor;
  if (by === undefined) return undefined;
  if (divisor.length === 1) {
    const quotient = new Map<string, number>();
    for (const [key, c] of polynomial(a)) {
      const rest = without(factors(key), factors(by[0]));
      if (rest === undefined || c % by[1] !== 0) return undefined;
      quotient.set(rest.join(separator), c / by[1]);
    }
    return text(quotient);
  }
  // A sum divides its own multiples: try the quotient that the leading terms suggest.
  const [lead] = [...polynomial(a)].sort(byDegree);
  const rest = lead === undefined ? undefined : without(factors(lead[0]), factors(by[0]));
  if (lead === undefined || rest === undefined || lead[1] % by[1] !== 0) return undefined;
  const quotient = text(new Map([[rest.join(separator), lead[1] / by[1]]]));
  return mul(quotient, b) === a ? quotient : undefined;
}

/** ⌊a / b⌋ */
export function floorDiv(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return Math.floor(a / b) + 0;
  const whole = exact(a, b);
  if (whole !== undefined) return whole;
  if (typeof a === "string" && typeof b === "number") return floorOf(a, b);
  return call("floor", text(polynomial(a)), text(polynomial(b)));
}

/** a / b without its fraction, as integers are divided in a graph: towards zero. */
export function truncDiv(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return Math.trunc(a / b) + 0;
  if (compare(a, -1) === 1 && compare(b, 0) === 1) return floorDiv(a, b);
  return exact(a, b) ?? call("trunc", a, b);
}

/** ⌈a / b⌉ for a number b > 0. */
export function ceilDiv(a: Dim, b: number): Dim {
  return typeof a === "number" ? Math.ceil(a / b) + 0 : floorDiv(add(a, b - 1), b);
}

/** The larger one; decided where the names leave no doubt, sizes being ≥ 0. */
export function max(a: Dim, b: Dim): Dim {
  const order = compare(a, b) ?? (compare(a, sub(b, 1)) === 1 ? 1 : compare(b, sub(a, 1)) === 1 ? -1 : undefined);
  return order === undefined ? commutative("max", a, b) : order < 0 ? b : a;
}

/** The smaller one; decided where the names leave no doubt, sizes being ≥ 0. */
export function min(a: Dim, b: Dim): Dim {
  const order = compare(a, b) ?? (compare(a, sub(b, 1)) === 1 ? 1 : compare(b, sub(a, 1)) === 1 ? -1 : undefined);
  return order === undefined ? commutative("min", a, b) : order > 0 ? b : a;
}

/** The size of two broadcast dimensions; undefined if they cannot be. A name against a number other than 1 must be that number. */
export function broadcast(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === "number") return typeof b === "number" ? undefined : a;
  if (typeof b === "number") return b;
  return commutative("broadcast", a, b);
}

/** Sign of a − b where it does not depend on what the names stand for (sizes are ≥ 0), 0 only if they are surely equal. */
export function compare(a: Dim, b: Dim): -1 | 0 | 1 | undefined {
  if (a === b) return 0;
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : 1;
  let least = 0;
  let most = 0;
  for (const [key, c] of polynomial(sub(a, b))) {
    if (key === "") {
      least += c;
      most += c;
    } else if (factors(key).some(mayBeNegative)) return undefined;
    else if (c > 0) most = Number.POSITIVE_INFINITY;
    else least = Number.NEGATIVE_INFINITY;
  }
  return least > 0 ? 1 : most < 0 ? -1 : undefined;
}

/** A name is a size; only a rounded difference can be below zero. */
function mayBeNegative(atom: string): boolean {
  const parts = taken(atom);
  if (parts === undefined) return false;
  return negative.get(atom, () => {
    const known = parts.args.map((arg) => compare(arg, -1) === 1);
    return parts.name === "max" ? !known.some(Boolean) : !known.every(Boolean);
  });
}

/** Whether two sizes are equal: true, false, or undefined where it depends on the names. */
export function same(a: Dim, b: Dim): boolean | undefined {
  const order = compare(a, b);
  return order === undefined ? undefined : order === 0;
}

function checkDim(dim: Dim): void {
  check("A size", dim, { want: "a number or an expression", fits: (x) => Number.isFinite(x) || typeof x === "string" });
}

/** The names an expression is made of. */
export function symbols(dim: Dim): string[] {
  checkDim(dim);
  const found = new Set<string>();
  for (const key of polynomial(dim).keys())
    for (const atom of factors(key)) {
      for (const name of taken(atom)?.args.flatMap(symbols) ?? [bare(atom)]) found.add(name);
    }
  return [...found];
}

/** The expression with names replaced by sizes: `bind("batch * seq", { batch: 8 })` is "8 * seq". */
export function bind(dim: Dim, sizes: Readonly<Record<string, Dim>>): Dim {
  checkDim(dim);
  check("The sizes", sizes, { want: "sizes by name", fits: isRecord });
  if (typeof dim === "number") return dim;
  let sum: Dim = 0;
  for (const [key, c] of polynomial(dim)) {
    let term: Dim = c;
    for (const atom of factors(key)) {
      const parts = taken(atom);
      if (parts === undefined) {
        const name = bare(atom);
        const size = (Object.hasOwn(sizes, name) ? sizes[name] : undefined) ?? name;
        checkDim(size);
        term = mul(term, size);
      } else {
        const [a = 0, b = 0] = parts.args.map((arg) => bind(arg, sizes));
        const size = calls[parts.name](a, b);
        term = size === undefined ? text(times(polynomial(term), new Map([[atom, 1]]))) : mul(term, size);
      }
    }
    sum = add(sum, term);
  }
  return sum;
}

/** The name or expression in canonical form; a text that is not an expression is a name, whatever it contains. */
export function canonical(name: string): Dim {
  return text(polynomial(name));
}

function floorOf(a: string, b: number): Dim {
  // ⌊(k·b + rest) / b⌋ = k + ⌊rest / b⌋, and ⌊⌊x / c⌋ / b⌋ = ⌊x / (c·b)⌋.
  const whole = new Map<string, number>();
  const rest = new Map<string, number>();
  for (const [key, c] of polynomial(a)) {
    const q = key === "" ? Math.floor(c / b) : c % b === 0 ? c / b : 0;
    if (q !== 0) whole.set(key, q);
    if (c - q * b !== 0) rest.set(key, c - q * b);
  }
  const left = text(rest);
  if (typeof left === "number") return add(text(whole), Math.floor(left / b));
  const inner = taken(left);
  const [x, c] = inner?.name === "floor" ? inner.args : [];
  const floor = x !== undefined && typeof c === "number" ? floorDiv(x, c * b) : call("floor", left, b);
  return add(text(whole), floor);
}

/** A call as an atom of its own; its arguments are put as they stand inside an expression. */
function call(name: keyof typeof calls, a: Dim, b: Dim): string {
  const [first, second] = [a, b].map((dim) => expression(polynomial(dim)));
  const atom = /floor|trunc/.test(name)
    ? `${name}(${group(first)} / ${group(second)})`
    : `${name}(${first}, ${second})`;
  if (atom.length > longest) return `?large${large++}`;
  // It is an atom from now on: read as a call again it would be computed again, without end.
  parsed.set(atom, new Map([[atom, 1]]));
  return atom;
}
function commutative(name: "max" | "min" | "broadcast", a: Dim, b: Dim): string {
  return String(a) < String(b) ? call(name, a, b) : call(name, b, a);
}
/** An atom by itself: without quotes, unless they keep it from being read as something else. */
function named(atom: string): string {
  const name = bare(atom);
  return name === atom || polynomial(name).has(atom) ? name : atom;
}
/**
 * Longer expressions than any shape needs: they grow without bound where sizes are divided and concatenated again and again, and
 * exponentially in damaged models. Each becomes a size of its own.
 */
const longest = 512;
const mostTerms = 64;
let large = 0;

function text(p: Polynomial): Dim {
  const [only, more] = p;
  if (p.size > mostTerms) return `?large${large++}`;
  if (only === undefined) return 0;
  if (more === undefined && only[0] === "") return only[1];
  if (more === undefined && only[1] === 1 && !only[0].includes(separator)) return named(only[0]);
  const whole = expression(p);
  return whole.length > longest ? `?large${large++}` : whole;
}
function expression(p: Polynomial): string {
  const terms = [...p].sort(byDegree).map(([key, c], i) => {
    const size = i === 0 ? c : Math.abs(c);
    const term = [...(size === 1 && key !== "" ? [] : [size]), ...factors(key)].join(" * ");
    return i === 0 ? term : `${c < 0 ? "-" : "+"} ${term}`;
  });
  return terms.length === 0 ? "0" : terms.join(" ");
}

function polynomial(dim: Dim): Polynomial {
  if (typeof dim === "number") return new Map(dim === 0 ? [] : [["", dim]]);
  // Twice, because a long name takes quotes and a call two arguments.
  if (dim.length > 2 * longest + 64) {
    throw new OnnxError(
      `A size must be a number, a name or an expression of at most ${longest} characters; got \`${dim.slice(0, 40)}…\` of ${dim.length}.`,
    );
  }
  return parsed.get(dim, () => new Reader(dim).whole() ?? new Map([[atomOf(dim), 1]]));
}

interface Parts {
  readonly name: keyof typeof calls;
  readonly args: readonly Dim[];
}
/** floor(a / b), max(a, b) and so on, taken apart. */
function taken(atom: string): Parts | undefined {
  if (!/^(floor|trunc|max|min|broadcast)\(/.test(atom)) return undefined;
  return calledParts.get(atom, () => new Reader(atom).parts() ?? null) ?? undefined;
}

/** Operators stand between spaces, so that "batch-size" stays a name. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;
  constructor(source: string) {
    this.#tokens = source.match(/'[^']*'|[(),']|[^\s(),']+/g) ?? [];
  }
  whole(): Polynomial | undefined {
    const p = this.#sum();
    return p !== undefined && this.#at === this.#tokens.length ? p : undefined;
  }
  parts(): Parts | undefined {
    const found = this.#call();
    return found !== undefined && this.#at === this.#tokens.length ? found : undefined;
  }
  #take(...wanted: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.#at++;
    return token;
  }
  #sum(): Polynomial | undefined {
    let left = this.#term();
    for (let op = this.#take("+", "-"); left !== undefined && op !== undefined; op = this.#take("+", "-")) {
      const right = this.#term();
      if (right === undefined) return undefined;
      left = plus(left, op === "+" ? right : times(right, polynomial(-1)));
      if (left.size > mostTerms) return undefined;
    }
    return left;
  }
  #term(): Polynomial | undefined {
    let left = this.#factor();
    while (left !== undefined && this.#take("*") !== undefined) {
      const right = this.#factor();
      if (right === undefined) return undefined;
      left = times(left, right);
      if (left.size > mostTerms) return undefined;
    }
    return left;
  }
  #factor(): Polynomial | undefined {
    if (this.#take("(") !== undefined) {
      const inner = this.#sum();
      return this.#take(")") === undefined ? undefined : inner;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined || ["+", "-", "*", "/", ")", ",", "'"].includes(token)) return undefined;
    if (this.#tokens[this.#at + 1] === "(") {
      const found = this.#call();
      if (found === undefined) return undefined;
      const [a = 0, b = 0] = found.args;
      const value = calls[found.name](a, b);
      return value === undefined ? undefined : polynomial(value);
    }
    this.#at++;
    if (/^-?\d+$/.test(token)) return polynomial(Number(token));
    return new Map([[token, 1]]);
  }
  #call(): Parts | undefined {
    const name = this.#take("floor", "trunc", "max", "min", "broadcast");
    if (name === undefined || this.#take("(") === undefined) return undefined;
    const a = this.#sum();
    if (a === undefined || this.#take(/floor|trunc/.test(name) ? "/" : ",") === undefined) return undefined;
    const b = this.#sum();
    if (b === undefined || this.#take(")") === undefined) return undefined;
    return { name: name as Parts["name"], args: [text(a), text(b)] }; // Only these names were taken.
  }
}
