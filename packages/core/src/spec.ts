import { isRecord, takes } from "./errors.ts";
import type { Expr } from "./expr.ts";
import type { Matrix } from "./parameter.ts";
import type { Schedule } from "./schedule.ts";

/** Symbol → right-hand side, run top to bottom like the paper's algorithm box, `p` last. */
export type Equations = Readonly<Record<string, string>>;

/** The order equations run in: as written, but `p` last, so that a variant may spread a rule and add equations to it. */
export function inOrder(equations: Equations): [name: string, source: string][] {
  takes("inOrder", "equations by symbol", equations, isRecord(equations));
  const lines = Object.entries(equations);
  return [...lines.filter(([name]) => name !== "p"), ...lines.filter(([name]) => name === "p")];
}

/** The equations of a rule in the order they run, those of its transforms first. `call` is what was given the rule. */
export function linesOf(call: string, rule: Pick<RuleSpec, "update" | "before">): [name: string, source: string][] {
  const found = (typeof rule === "object" && rule !== null) || typeof rule === "function" ? rule : undefined;
  const { before = [], update }: Partial<RuleSpec> = found ?? {};
  takes(call, "a rule: { update, before }", rule, isRecord(update) && Array.isArray(before));
  return [...before, rule.update].flatMap(inOrder);
}

/** Hyper-parameters and their defaults. */
export type Hyper = Readonly<Record<string, number>>;

/** A number, or a schedule: a function of the number of updates done. */
export type HyperValue = number | Schedule;

/** The range of an option: at least the first number and less than the second. `Number.MIN_VALUE` as the first means above 0. */
export type Range = readonly [least: number, below: number];
/** Ranges by option. */
export type Ranges = Readonly<Record<string, Range>>;

/** The places of state that is not a matrix of its own size. */
export const places = ["host", "scalar", "row", "column", "tensor"] as const;

/**
 * One side of a state matrix: the rows or columns of `p`; a number, or an option that is one, such as a rank. Those are
 * rounded up, and are at most the smaller side of `p`.
 */
export type Side = number | string;

/**
 * The start of a state symbol: a number, the name of an option, `"p"` (the parameter as it was before its first update),
 * `"eye"` (the identity), or `"normal"` (independent standard normal numbers, the same in every run).
 */
export type Init = number | string;

/** Starts that are words; no option may have these names. */
export const starts = ["p", "eye", "normal"] as const;

/**
 * The start of a state symbol, one per element; or `{ place, init }` for one per row, column or tensor, one float64 number
 * kept on the host, or a matrix of its own size: `{ place: ["rows", "rank"], init: "normal" }`.
 */
export type Slot =
  | Init
  | { readonly place?: (typeof places)[number] | readonly [rows: Side, cols: Side] | undefined; readonly init: Init };
/** State symbols with what each starts as. */
export type Slots = Readonly<Record<string, Slot>>;

/** A named piece of formula for what equations cannot say: told how many rows and columns `p` has, expressions in, expression out. */
export type Macro = (matrix: Matrix, ...args: Expr[]) => Expr;
/** Macros by name. */
export type Macros = Readonly<Record<string, Macro>>;

/** A rule carries its own description under this key, so that a variant that spreads it is known to be one. */
export const origin: unique symbol = Symbol.for("@descent/core/origin");

/** A rule as data. Call it with options to use it; spread it to make a variant. */
export interface RuleSpec<
  H extends Hyper = Hyper,
  S extends Slots = Slots,
  U extends Equations = Equations,
  M extends Macros = Macros,
> {
  /** Names the rule in saved state, for ever: kebab case, `rmsprop-centered`; outside Descent with a scope, `acme/lion`. */
  readonly id: string;
  /** For people: tables, reports, errors. */
  readonly title: string;
  readonly paper: string;
  /** Defaults; every one may be given as a schedule. */
  readonly hyper: H;
  /** Ranges of options that are not spelt as everywhere, or narrower than everywhere. */
  readonly ranges?: Ranges | undefined;
  readonly state: S;
  readonly macros?: M | undefined;
  readonly update: U;
  /** Equations run before `update`, outermost transform first. */
  readonly before?: readonly Equations[] | undefined;
  readonly [origin]?: RuleSpec | undefined;
}

/** The options that size a state. They are numbers that stay what they are, because the state does. */
export function sizing({ hyper, state }: Pick<RuleSpec, "hyper" | "state">): readonly string[] {
  const sides = Object.values(state).flatMap((slot) =>
    typeof slot === "object" && Array.isArray(slot.place) ? (slot.place as readonly Side[]) : [],
  );
  return Object.keys(hyper).filter((name) => sides.includes(name));
}
