import { erf } from "./erf.ts";
import { type MatrixFunction, matrixFunctions } from "./matrix-functions.ts";

/**
 * The operations on numbers, one line each. From these tables derive the names that the compiler knows in equations,
 * the parser, LaTeX, what the host computes, and the types that make every backend's own table complete: a function added
 * here is a compile error wherever a backend does not yet have it.
 */

/** How papers set a function: under a root, between fences, or by its name, which LaTeX may have (`\exp`) or not. */
export type Form =
  | "root"
  | "verb"
  | "word"
  | {
      /** The text before and behind the argument. */
      readonly text: readonly [open: string, close: string];
      readonly latex: readonly [open: string, close: string];
      readonly below?: string;
    };

interface Function_ {
  readonly arity: number;
  /** In double precision. It may be handed more arguments than it takes, and must not look at them. */
  readonly host: (...x: number[]) => number;
  readonly form: Form;
}

/** Functions that equations call, element by element. */
export const elementwise = {
  sqrt: { arity: 1, host: Math.sqrt, form: "root" },
  abs: { arity: 1, host: Math.abs, form: { text: ["|", "|"], latex: ["\\left|", "\\right|"] } },
  sign: { arity: 1, host: Math.sign, form: "word" },
  exp: { arity: 1, host: Math.exp, form: "verb" },
  log: { arity: 1, host: Math.log, form: "verb" },
  tanh: { arity: 1, host: Math.tanh, form: "verb" },
  cos: { arity: 1, host: Math.cos, form: "verb" },
  sin: { arity: 1, host: Math.sin, form: "verb" },
  erf: { arity: 1, host: erf, form: "word" },
  floor: { arity: 1, host: Math.floor, form: { text: ["⌊", "⌋"], latex: ["\\left\\lfloor ", " \\right\\rfloor"] } },
  min: { arity: 2, host: (a: number, b: number) => Math.min(a, b), form: "verb" },
  max: { arity: 2, host: (a: number, b: number) => Math.max(a, b), form: "verb" },
  atan2: { arity: 2, host: (y: number, x: number) => Math.atan2(y, x), form: "word" },
} as const satisfies Readonly<Record<string, Function_>>;

interface Operator {
  readonly token: string;
  /** How tightly it holds its operands, loosest first: choice 1, or, and, comparisons, sums, products, minus 7, powers. */
  readonly binds: number;
  /** The text between the operands. */
  readonly latex: string;
  readonly text: string;
}

const TIMES = "\u2062"; // an invisible times
/** The operators that stand between two operands. */
export const operators = {
  or: { token: "||", binds: 2, latex: " \\lor ", text: "∨" },
  and: { token: "&&", binds: 3, latex: " \\land ", text: "∧" },
  lt: { token: "<", binds: 4, latex: " < ", text: "<" },
  gt: { token: ">", binds: 4, latex: " > ", text: ">" },
  le: { token: "<=", binds: 4, latex: " \\le ", text: "≤" },
  ge: { token: ">=", binds: 4, latex: " \\ge ", text: "≥" },
  eq: { token: "==", binds: 4, latex: " = ", text: "=" },
  ne: { token: "!=", binds: 4, latex: " \\ne ", text: "≠" },
  add: { token: "+", binds: 5, latex: " + ", text: "+" },
  sub: { token: "-", binds: 5, latex: " - ", text: "−" },
  mul: { token: "*", binds: 6, latex: "\\,", text: TIMES },
  div: { token: "/", binds: 6, latex: " / ", text: "/" },
  mod: { token: "%", binds: 6, latex: " \\bmod ", text: "mod" },
  matmul: { token: "@", binds: 6, latex: "\\,", text: TIMES },
  pow: { token: "^", binds: 8, latex: "^", text: "^" },
} as const satisfies Readonly<Record<string, Operator>>;

type Elementwise = keyof typeof elementwise;
type OfArity<N extends number> = {
  [K in Elementwise]: (typeof elementwise)[K]["arity"] extends N ? K : never;
}[Elementwise];

/** Operators between two operands. */
export type Infix = keyof typeof operators;
/** Operations on one number or truth value. */
export type Unary = "neg" | "not" | OfArity<1>;
/** Comparisons of two numbers, true or false. */
export type Comparison = "lt" | "le" | "gt" | "ge" | "eq" | "ne";
/** Operations on two truth values. */
export type Logic = "and" | "or";
/** Operations on two numbers. */
export type Arithmetic = Exclude<Infix, Comparison | Logic | "matmul"> | OfArity<2>;

/**
 * The `sum` of the elements or of their squares (`sumsq`), taken in double precision, or the `largest` element; `value` says
 * over what. A value with one number per row or column counts once for every element it is spread over, so its mean is that
 * of its numbers. The largest of no numbers is -Infinity.
 */
export type Reduction = "sum" | "sumsq" | "largest";

/** Operations that compute one number from others. */
export type ScalarOp = Unary | Arithmetic | Comparison | Logic | "select";
/**
 * Operations that make a matrix which no loop over elements can: products, transposes and functions of whole matrices; and
 * `swap`, which only `trace` makes: a matrix whose numbers lie as a × b × c × d, with the two in the middle exchanged.
 */
export type MatrixOp = "matmul" | "transpose" | "swap" | MatrixFunction;
/** Operations that compute values from others, except reductions. */
export type Applied = ScalarOp | MatrixOp;
/**
 * Every operation of the expression graph. An `extent` is a number of rows, columns or elements; `trace` puts the number in
 * its place, so no backend meets it.
 */
export type Op = Applied | Reduction | "extent" | "const" | "var";

/** One column of a table, by the names of its rows. */
const column = <K extends string, R, V>(table: Readonly<Record<K, R>>, of: (row: R) => V): Record<K, V> =>
  Object.fromEntries(Object.entries<R>(table).map(([name, row]) => [name, of(row)])) as Record<K, V>; // fromEntries forgets the names

/** One operation on host numbers, in double precision. */
export const scalarOps: Readonly<Record<ScalarOp, (...x: number[]) => number>> = {
  ...column(elementwise, (f: Function_) => f.host),
  neg: (a) => -a!,
  not: (a) => +!a,
  add: (a, b) => a! + b!,
  sub: (a, b) => a! - b!,
  mul: (a, b) => a! * b!,
  div: (a, b) => a! / b!,
  mod: (a, b) => a! % b!,
  pow: (a, b) => a! ** b!,
  lt: (a, b) => +(a! < b!),
  le: (a, b) => +(a! <= b!),
  gt: (a, b) => +(a! > b!),
  ge: (a, b) => +(a! >= b!),
  eq: (a, b) => +(a === b),
  ne: (a, b) => +(a !== b),
  and: (a, b) => (a && b ? 1 : 0),
  or: (a, b) => (a || b ? 1 : 0),
  select: (c, a, b) => (c ? a! : b!),
};

/** How many operands each operation has. */
export const arity: Readonly<Record<Applied, number>> = {
  ...column(elementwise, (f: Function_) => f.arity),
  ...column(operators, () => 2),
  ...column(matrixFunctions, (f) => f.matrices + f.numbers),
  neg: 1,
  not: 1,
  transpose: 1,
  swap: 5,
  select: 3,
};
