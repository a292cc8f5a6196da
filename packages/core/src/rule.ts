import { list, OptimizerError, suggestion } from "./errors.ts";
import { type Expr, facts, functions } from "./expr.ts";
import type { Matrix, Parameter } from "./parameter.ts";
import { build, parse } from "./parse.ts";
import type { Schedule } from "./schedule.ts";

/* ---- names are checked by the compiler, at the equation ---- */
type Delimiter =
  | " " | "\n" | "+" | "-" | "*" | "/" | "^" | "(" | ")" | "," | "?" | ":" | "<" | ">" | "=" | "&" | "|" | "!" | "@" | "'"; // biome-ignore format: one list
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | ".";
type NameOf<W extends string> = W extends "" | `${Digit}${string}` ? never : W;
type Names<S extends string, Word extends string = "", Out extends string = never> = S extends `${infer C}${infer Rest}`
  ? C extends Delimiter
    ? Names<Rest, "", Out | NameOf<Word>>
    : Names<Rest, `${Word}${C}`, Out>
  : Out | NameOf<Word>;
type Builtin =
  | "p" | "g" | (typeof facts)[number]
  | "sqrt" | "abs" | "sign" | "exp" | "log" | "tanh" | "cos" | "floor" | "min" | "max" | "clamp"
  | "sum" | "mean" | "norm" | "rms" | "total" | "totalNorm" | "rowSum" | "rowMean" | "columnSum" | "columnMean"; // biome-ignore format: one list
/** The equations themselves where every name is known, and a sentence naming the unknown one where it is not. */
export type Checked<U extends Equations, Known extends string> = {
  readonly [K in keyof U]: Exclude<Names<U[K]>, Known | (keyof U & string)> extends infer Bad extends string
    ? [Bad] extends [never]
      ? U[K]
      : `unknown symbol '${Bad}'`
    : never;
};

/** Symbol → right-hand side, run top to bottom like the paper's algorithm box, `p` last. */
export type Equations = Readonly<Record<string, string>>;

/** The order equations run in: as written, but `p` last, so that a variant may spread a rule and add equations to it. */
export function inOrder(equations: Equations): [name: string, source: string][] {
  const lines = Object.entries(equations);
  return [...lines.filter(([name]) => name !== "p"), ...lines.filter(([name]) => name === "p")];
}
export type Hyper = Readonly<Record<string, number>>;
/**
 * What a state symbol starts as: a number or the name of a hyper-parameter, one per element; or `{ place, init }` for
 * one per row, column or tensor, or one float64 number kept on the host.
 */
export type Slot =
  | number
  | string
  | { readonly place: "host" | "scalar" | "row" | "column" | "tensor"; readonly init: number | string };
export type Slots = Readonly<Record<string, Slot>>;
/** A named piece of formula for what equations cannot say: told how many rows and columns `p` has, expressions in, expression out. */
export type Macro = (matrix: Matrix, ...args: Expr[]) => Expr;
export type Macros = Readonly<Record<string, Macro>>;

/** A number, or a schedule: a function of the number of updates done. */
export type HyperValue = number | Schedule;
export type Options<H extends Hyper> = { readonly [K in keyof H]?: HyperValue | undefined } & {
  /** Which parameters weight decay acts on; by default all but biases and normalisation scales. */
  readonly decays?: ((parameter: Parameter) => boolean) | undefined;
};

/** What an optimizer is, as data. Call it with options to use it; spread it to make a variant. */
export interface RuleSpec<
  H extends Hyper = Hyper,
  S extends Slots = Slots,
  U extends Equations = Equations,
  M extends Macros = Macros,
> {
  readonly title: string;
  readonly paper: string;
  /** Defaults; every one may be given as a schedule. */
  readonly hyper: H;
  readonly state: S;
  readonly macros?: M | undefined;
  readonly update: U;
  /** Equations run before `update`, outermost transform first. */
  readonly before?: readonly Equations[] | undefined;
}

export interface Rule<
  H extends Hyper = Hyper,
  S extends Slots = Slots,
  U extends Equations = Equations,
  M extends Macros = Macros,
> extends RuleSpec<H, S, U, M> {
  (options?: Options<H>): Leaf;
}

/** A rule with its options: one leaf of what an optimizer is configured with. */
export interface Leaf {
  readonly kind: "rule";
  readonly rule: RuleSpec;
  readonly hyper: Readonly<Record<string, HyperValue>>;
  readonly decays?: ((parameter: Parameter) => boolean) | undefined;
}

/**
 * An update rule from the equations of its paper. Before its own line a state symbol is last step's value, after it
 * this step's; `p` is the parameter, `g` its gradient, `t` counts this parameter's updates from 1. A misspelt symbol is
 * a compile error at its equation.
 */
export function rule<
  const H extends Hyper,
  const S extends Slots,
  const U extends Equations,
  const M extends Macros = Record<never, never>,
>(spec: {
  readonly title: string;
  readonly paper: string;
  readonly hyper: H;
  readonly state: S;
  readonly macros?: M | undefined;
  readonly update: Checked<U, (keyof H | keyof S | keyof M | Builtin) & string>;
  readonly before?: readonly Equations[] | undefined;
}): Rule<H, S, U, M> {
  const plain = spec as unknown as RuleSpec<H, S, U, M>; // Checked<U> is U once it compiles
  const configure = (options?: Options<H>): Leaf => configured(plain, options ?? {});
  return Object.assign(configure, plain);
}

/** A rule's options checked against what it takes. */
export function configured(spec: RuleSpec, options: Readonly<Record<string, unknown>>): Leaf {
  const { decays, ...given } = options;
  const hyper: Record<string, HyperValue> = { ...spec.hyper };
  const names = Object.keys(spec.hyper);
  for (const [name, value] of Object.entries(given)) {
    if (!(name in hyper))
      throw new OptimizerError(
        `${spec.title} has no option \`${name}\`; it takes ${names.join(", ")}.${suggestion(name, names)}`,
      );
    if (value === undefined) continue;
    checkHyper(spec.title, name, value);
    hyper[name] = value;
  }
  if (decays !== undefined && typeof decays !== "function")
    throw new OptimizerError(`${spec.title}: decays is ${describe(decays)}. Give it (parameter) => true or false.`);
  return { kind: "rule", rule: spec, hyper, ...(decays ? { decays: decays as (p: Parameter) => boolean } : {}) };
}

const describe = (value: unknown): string => (value == null ? String(value) : `a ${typeof value}`);

/** Options are spelt alike in every rule, so their ranges can be stated once: [least, most], most itself excluded. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  lr: [0, Infinity],
  eps: [0, Infinity],
  weightDecay: [0, Infinity],
  l2: [0, Infinity],
  momentum: [0, 1],
  beta1: [0, 1],
  beta2: [0, 1],
  beta3: [0, 1],
  rho: [0, 1],
};

/** Throws if what is given for a hyper-parameter is neither a schedule nor a number it can be. */
export function checkHyper(title: string, name: string, value: unknown): asserts value is HyperValue {
  if (typeof value !== "function") checkNumber(title, name, value);
}

/** Throws if a hyper-parameter is no number, NaN, infinite or out of the range its name promises; `when` says at which step. */
export function checkNumber(title: string, name: string, value: unknown, when = ""): asserts value is number {
  if (typeof value !== "number")
    throw new OptimizerError(
      `${title}: ${name} is ${describe(value)}${when}. Give it a number, or a schedule (a function of the step).`,
    );
  if (!Number.isFinite(value))
    throw new OptimizerError(`${title}: ${name} is ${value}${when}. It must be a finite number.`);
  const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
  if (range && (value < range[0] || value >= range[1]))
    throw new OptimizerError(
      `${title}: ${name} is ${value}${when}. It must be at least ${range[0]}${range[1] < Infinity ? ` and less than ${range[1]}` : ""}.`,
    );
}

/** A named sub-formula of one expression `x`; its last equation is its value. Formulas are text, control flow is TypeScript. */
export function formula<const U extends Equations>(equations: Checked<U, Builtin | "x">): (x: Expr) => Expr {
  const lines = Object.entries(equations as Equations); // Checked<U> is U once it compiles
  const parsed = lines.map(([name, source]) => [name, source, parse(source)] as const);
  return (x) => {
    const scope = new Map([["x", x]]);
    let last = x;
    for (const [name, source, ast] of parsed) {
      last = build(ast, source, (n) => scope.get(n), scope.keys());
      scope.set(name, last);
    }
    return last;
  };
}

/** Names an author may not give to a hyper-parameter, slot or macro. */
export function checkNames(spec: RuleSpec): void {
  const taken = new Set<string>(["p", "g", ...facts, ...Object.keys(functions)]);
  const twice = [...Object.keys(spec.hyper), ...Object.keys(spec.state), ...Object.keys(spec.macros ?? {})].filter(
    (name) => taken.has(name) || !taken.add(name),
  );
  if (twice.length > 0)
    throw new OptimizerError(`${spec.title}: ${list(twice)} named twice, or the name of something built in. Rename.`);
}
