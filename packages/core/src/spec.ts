import type { Expr } from "./expr.ts";
import type { Matrix } from "./parameter.ts";
import type { Schedule } from "./schedule.ts";

/** Symbol → right-hand side, run top to bottom like the paper's algorithm box, `p` last. */
export type Equations = Readonly<Record<string, string>>;

/** The order equations run in: as written, but `p` last, so that a variant may spread a rule and add equations to it. */
export function inOrder(equations: Equations): [name: string, source: string][] {
  const lines = Object.entries(equations);
  return [...lines.filter(([name]) => name !== "p"), ...lines.filter(([name]) => name === "p")];
}

/** Hyper-parameters and their defaults. */
export type Hyper = Readonly<Record<string, number>>;

/** A number, or a schedule: a function of the number of updates done. */
export type HyperValue = number | Schedule;

/** The range of an option: at least the first number and less than the second. `Number.MIN_VALUE` as the first means above 0. */
export type Range = readonly [least: number, below: number];
/** Ranges by option. */
export type Ranges = Readonly<Record<string, Range>>;

/**
 * The start of a state symbol: a number or the name of a hyper-parameter, one per element; or `{ place, init }` for
 * one per row, column or tensor, or one float64 number kept on the host.
 */
export type Slot =
  | number
  | string
  | { readonly place: "host" | "scalar" | "row" | "column" | "tensor"; readonly init: number | string };
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
