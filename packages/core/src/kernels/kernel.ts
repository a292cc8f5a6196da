import { isCallback, takes } from "../errors.ts";
import { type Expr, type ExprOf, isReduction, isUniform, postorder } from "../expr.ts";
import type { Reduction } from "../operations.ts";

/** The extent of a loop: the elements of a tensor, or a vector with one number per row or per column. */
export type Domain = "tensor" | "row" | "column";

/** An array that the loop walks. */
export interface Buffer {
  /** Whose values: a variable, or an expression that earlier work has put in a vector or a matrix. */
  readonly key: Expr;
  /** One number per column, read again for every row. */
  readonly perColumn: boolean;
  /** Whether the loop reads it before it stores. */
  readonly read: boolean;
  /** The expression that is stored in it; undefined where it is only read. */
  readonly store: Expr | undefined;
}

/** A number that stays the same during the loop, or during each row of it. */
export interface Arg {
  /** The expression whose value it is. */
  readonly key: Expr;
  /** Whether it changes from row to row. */
  readonly perRow: boolean;
}

/** One fused loop: reads its buffers and arguments, then stores and adds up. Every backend that fuses runs exactly this. */
export interface Kernel {
  readonly buffers: readonly Buffer[];
  readonly args: readonly Arg[];
  /** The constants among what it computes, to be written into its code. */
  readonly constants: readonly ExprOf<"const">[];
  /** The expressions computed per element, children first. */
  readonly order: readonly Expr[];
  /** Reductions to one number per loop, or per row. */
  readonly sums: readonly ExprOf<Reduction>[];
  /** Reductions to one number per column. */
  readonly columnSums: readonly ExprOf<Reduction>[];
  /** Runs row by row, because something in it is per row or per column. */
  readonly byRows: boolean;
}

/** The operand of a reduction. */
export function operand(reduction: Expr): Expr {
  takes("operand", "a reduction", reduction, isReduction(reduction));
  return reduction.args[0]!; // reductions have one argument
}

/** Children-first order of what `roots` depend on, looking no further than where `stop` says. */
export function reach(roots: Iterable<Expr>, stop: (e: Expr) => boolean): Expr[] {
  takes("reach", "a function that says where to stop", stop, isCallback(stop));
  return postorder(roots, (e) => (stop(e) ? [] : e.args));
}

/** A loop over `domain` that stores into `stores` (key → new value) and takes the given reductions; what is `held` is read. */
export function kernel(
  domain: Domain,
  stores: ReadonlyMap<Expr, Expr>,
  reductions: readonly ExprOf<Reduction>[],
  held: (e: Expr) => boolean,
): Kernel {
  takes("kernel", '"tensor", "row" or "column"', domain, ["tensor", "row", "column"].includes(domain));
  takes("kernel", "a Map of what it stores", stores, stores instanceof Map);
  takes("kernel", "a list of reductions", reductions, Array.isArray(reductions));
  takes("kernel", "a function that says what is held", held, isCallback(held));
  const isRow = (e: Expr): boolean => domain === "tensor" && e.place === "row";
  const isArg = (e: Expr): boolean => e.op !== "const" && (isUniform(e) || isRow(e));
  const isRead = (e: Expr): boolean =>
    !isArg(e) && (e.op === "var" || isReduction(e) || (e.place === "column" && domain === "tensor") || held(e));
  const roots = [...stores.values(), ...reductions.map(operand)];
  const reached = reach(roots, (e) => isArg(e) || isRead(e));
  const reads = reached.filter((e) => e.op !== "const" && isRead(e));
  const args = reached.filter(isArg).map((key) => ({ key, perRow: isRow(key) }));
  const buffers = [...new Set([...reads, ...stores.keys()])].map((key) => ({
    key,
    perColumn: domain === "tensor" && key.place === "column",
    read: reads.includes(key),
    store: stores.get(key),
  }));
  const columnSums = reductions.filter((e) => e.value === "column");
  return {
    buffers,
    args,
    constants: reached.filter((e) => e.op === "const"),
    order: reached.filter((e) => e.op !== "const" && !isArg(e) && !isRead(e)),
    sums: reductions.filter((e) => e.value !== "column"),
    columnSums,
    byRows:
      columnSums.length > 0 ||
      reductions.some((e) => e.value === "row") ||
      args.some((a) => a.perRow) ||
      buffers.some((b) => b.perColumn),
  };
}
