import { isRecord, takes } from "./errors.ts";
import type { Expr } from "./expr.ts";
import type { Matrix } from "./parameter.ts";
import type { Schedule } from "./schedule.ts";

/**
 * Symbol → right-hand side, run top to bottom like the paper's algorithm box, `p` last. A line `when` guards the others:
 * in steps in which it does not hold, their work is skipped and state stays as it is.
 */
export type Equations = Readonly<Record<string, string>>;

/** The order equations run in: as written, but `p` last, so that a variant may spread a rule and add equations to it. */
export function inOrder(equations: Equations): [name: string, source: string][] {
  takes("inOrder", "equations by symbol", equations, isRecord(equations));
  const lines = Object.entries(equations).filter(([name]) => name !== "when");
  return [...lines.filter(([name]) => name !== "p"), ...lines.filter(([name]) => name === "p")];
}

/** Throws unless a printer was given a rule. `call` is what was given it. */
export function checkLines(call: string, rule: Pick<RuleSpec, "update" | "before">): void {
  const found = (typeof rule === "object" && rule !== null) || typeof rule === "function" ? rule : undefined;
  const { before = [], update }: Partial<RuleSpec> = found ?? {};
  takes(call, "a rule: { update, before }", rule, isRecord(update) && Array.isArray(before));
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
export const places = ["host", "model", "scalar", "row", "column", "tensor"] as const;

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
 * The start of a state symbol, one per element; or `{ place, init }` for one per row, column or tensor, one for the whole
 * model, one float64 number per parameter kept on the host, or a matrix of its own size: `{ place: ["rows", "rank"], init: "normal" }`.
 */
export type Slot =
  | Init
  | {
      /** `"tensor"` by default: one number per element. */
      readonly place?: (typeof places)[number] | readonly [rows: Side, cols: Side] | undefined;
      readonly init: Init;
      /**
       * `true` where a matrix's columns are vectors of a basis, or a tensor's numbers are coordinates in bases: those have an
       * order of their own, which stays when a state moves to a framework that lays the parameter out differently.
       */
      readonly basis?: boolean | undefined;
    };
/** State symbols with what each starts as. */
export type Slots = Readonly<Record<string, Slot>>;

/**
 * A named piece of formula that equations cannot express: a function of the rows and columns of `p` and of expressions,
 * which returns an expression.
 */
export type Macro = (matrix: Matrix, ...args: Expr[]) => Expr;
/** Macros by name. */
export type Macros = Readonly<Record<string, Macro>>;

/**
 * The inputs of a rule besides the gradient `g`, by name: a `"tensor"` like the parameter, such as a diagonal of the Hessian,
 * or one number for the whole `"model"`, such as the loss.
 */
export type Inputs = Readonly<Record<string, "tensor" | "model">>;

/** A rule carries its own description under this key, so that a variant that spreads it is known to be one. */
export const origin: unique symbol = Symbol.for("@descent/core/origin");

/** A rule as data. Call it with options to use it; spread it to make a variant. */
export interface RuleSpec<
  H extends Hyper = Hyper,
  S extends Slots = Slots,
  U extends Equations = Equations,
  M extends Macros = Macros,
  I extends Inputs = Inputs,
> {
  /** Names the rule in saved state, for ever: kebab case, `rmsprop-centered`; outside Descent with a scope, `acme/lion`. */
  readonly id: string;
  /** For people: tables, reports, errors. */
  readonly title: string;
  readonly paper: string;
  /** Defaults; every one may be given as a schedule. */
  readonly hyper: H;
  /** Ranges of options of its own, and of shared options where its range is narrower. */
  readonly ranges?: Ranges | undefined;
  /** By slot; the previous step's value above its own equation, the new one below. */
  readonly state: S;
  /** Its inputs besides the gradient. */
  readonly inputs?: I | undefined;
  /** Functions from expressions to expressions, for loops that equations cannot express. */
  readonly macros?: M | undefined;
  /** Equations in the order they run, `p` last. */
  readonly update: U;
  /** Equations run before `update`, outermost transform first. */
  readonly before?: readonly Equations[] | undefined;
  /** Equations run after `update`, innermost transform first: `p` is the new parameter there, `p0` the old one. */
  readonly after?: readonly Equations[] | undefined;
  /**
   * Phases that come before `update` in each round, in order: each moves `p` to where the next gradient is wanted. In every
   * phase, `update` included, `p` is at first what it was when the round began.
   */
  readonly phases?: Readonly<Record<string, Equations>> | undefined;
  /**
   * The meaning of its rows and columns, where a parameter's axes are known: `["out", "in"]` has a row for each output, wherever
   * the framework keeps it. Without it, rows are the first dimension.
   */
  readonly layout?: readonly ["out", "in"] | readonly ["in", "out"] | undefined;
  /**
   * So many blocks of a parameter, each of as many rows as the others, such as the heads of attention: a number, or an option.
   * The equations see each block as a tensor of its own; one of `"scalar"` state is one per block. Vectors have blocks of elements.
   * Or blocks of at most `size` rows and `size` columns, a number or an option: the equations see each as a matrix of its own,
   * with state of its own (`l[0,1]`). A parameter that fits in one block is seen whole.
   */
  readonly blocks?: { readonly rows: Side } | { readonly size: Side } | undefined;
  /** `"matrix"` for a rule that makes no sense for vectors and scalars, which it then refuses. */
  readonly needs?: "matrix" | undefined;
  /** The parameter to evaluate with, as `{ p: "…" }`, where that is not the one that is trained. */
  readonly readout?: { readonly p: string } | undefined;
  /** The rule itself, so that a variant that spreads it is known to be one. */
  readonly [origin]?: RuleSpec | undefined;
}

/** The options that size a state, or count blocks. They are numbers that stay what they are, because the state does. */
export const fixedOptions = (spec: Pick<RuleSpec, "hyper" | "state" | "blocks">): readonly string[] => {
  const side = spec.blocks && blockSide(spec.blocks);
  return [...sizing(spec), ...(typeof side === "string" ? [side] : [])];
};

/** How many blocks there are, or how large they are. */
export const blockSide = (blocks: NonNullable<RuleSpec["blocks"]>): Side =>
  "size" in blocks ? blocks.size : blocks.rows;

/** The options that size a state. */
export function sizing({ hyper, state }: Pick<RuleSpec, "hyper" | "state">): readonly string[] {
  const sides = Object.values(state).flatMap((slot) =>
    typeof slot === "object" && Array.isArray(slot.place) ? (slot.place as readonly Side[]) : [],
  );
  return Object.keys(hyper).filter((name) => sides.includes(name));
}
