import { apply, reduce } from "./construct.ts";
import { OptimizerError } from "./errors.ts";
import {
  constant,
  type Expr,
  type ExprOf,
  isMatrixOp,
  isReduction,
  isUniform,
  type Over,
  type Place,
  postorder,
  variable,
} from "./expr.ts";
import type { MatrixOp } from "./operations.ts";
import { type Matrix, matrix, type Parameter, type Shape, size } from "./parameter.ts";
import type { RuleSpec } from "./spec.ts";

/*
 * A rule with a layout writes rows for outputs, say, wherever a framework keeps them: parameters stay where they lie. Where
 * outputs come first or last, nothing is moved; where they lie between other dimensions, what is summed or multiplied is
 * permuted, and what comes of it is permuted back.
 */

/** Numbers that lie as a × b × c × d, to be seen as a × c × b × d. */
export type Swap = readonly [a: number, b: number, c: number, d: number];

/** How a parameter lies: as the equations see it, with its columns where those have rows, or permuted. */
export type Lie = "straight" | "turned" | readonly Swap[];

export const isLie = (lie: unknown): lie is Lie =>
  lie === "straight" ||
  lie === "turned" ||
  (Array.isArray(lie) &&
    lie.every((swap) => Array.isArray(swap) && swap.length === 4 && swap.every(Number.isSafeInteger)));

/** A parameter with its rows where a rule's layout puts them, and how its numbers lie. */
interface Laid {
  readonly parameter: Parameter;
  readonly lie: Lie;
}

/** The same, and the size of the matrix that the rule's equations see: of one block where they see blocks. */
export interface Arranged extends Laid {
  readonly seen: Matrix;
}

/** Throws if a rule cannot be run on a parameter of this shape. */
export function arranged(rule: RuleSpec, given: Parameter, options: Readonly<Record<string, unknown>>): Arranged {
  const laid = laidOut(rule, given);
  const { parameter, lie } = laid;
  const lying = matrix(parameter);
  const seen = lie === "turned" ? { rows: lying.cols, cols: lying.rows } : lying;
  if (!rule.blocks || "size" in rule.blocks) return { ...laid, seen };
  const many = typeof rule.blocks.rows === "number" ? rule.blocks.rows : Number(options[rule.blocks.rows]);
  const { name, shape } = parameter;
  const rows = shape.length < 2 ? size(shape) : seen.rows;
  if (!(many >= 1) || rows % many !== 0)
    throw new OptimizerError(
      `${rule.title} sees ${many} blocks of rows (\`${rule.blocks.rows}\`), and \`${name}\` of shape [${shape.join(", ")}] has ${rows} rows. Give a number that divides them, or give it another rule: partition(…).`,
    );
  const height = rows / many;
  const apart: Lie = lie === "turned" ? [[1, lying.rows, many, height]] : lie; // the rows of a block beside each other
  return {
    parameter: { ...parameter, blocks: many },
    lie: apart,
    seen: shape.length < 2 ? { rows: 1, cols: height } : { rows: height, cols: seen.cols },
  };
}

function laidOut({ title, layout, needs }: RuleSpec, parameter: Parameter): Laid {
  const { name, shape, axes } = parameter;
  const rank = shape.length;
  if (needs === "matrix" && rank < 2)
    throw new OptimizerError(
      `${title} needs a matrix, and \`${name}\` has shape [${shape.join(", ")}]. Give it another rule: partition(…).`,
    );
  if (!layout || !axes || rank < 2) return { parameter, lie: "straight" };
  // Layers side by side, as those of a depthwise convolution, have outputs of their own.
  const outputs = new Set([...axes.out, ...(axes.batch ?? [])]);
  const dims = [...shape.keys()];
  const rows = dims.filter((d) => outputs.has(d) === (layout[0] === "out"));
  const cols = dims.filter((d) => !rows.includes(d));
  const split = (n: number): Parameter => (n === 1 ? parameter : { ...parameter, split: n });
  if (rows.every((d, i) => d === i)) return { parameter: split(rows.length), lie: "straight" };
  if (cols.every((d, i) => d === i)) return { parameter: split(cols.length), lie: "turned" };
  return {
    parameter: { ...parameter, split: rows.length, order: [...rows, ...cols] },
    lie: swapsOf(shape, new Set(rows)),
  };
}

/** The swaps that put the dimensions of rows before the others; dimensions beside each other move together. */
function swapsOf(shape: Shape, rows: ReadonlySet<number>): Swap[] {
  let order = [...shape.keys()];
  const swaps: Swap[] = [];
  const sizes = (from: number, to: number): number => size(order.slice(from, to).map((d) => shape[d]!)); // its dimensions
  for (;;) {
    const end = (from: number, ofRows: boolean): number => {
      const at = order.findIndex((d, i) => i >= from && rows.has(d) !== ofRows);
      return at < 0 ? order.length : at;
    };
    const first = end(0, true);
    const middle = end(first, false);
    const last = end(middle, true);
    if (middle === order.length) return swaps;
    swaps.push([sizes(0, first), sizes(first, middle), sizes(middle, last), sizes(last, order.length)]);
    order = [
      ...order.slice(0, first),
      ...order.slice(middle, last),
      ...order.slice(first, middle),
      ...order.slice(last),
    ];
  }
}

/** The swaps that undo these. */
const undone = (swaps: readonly Swap[]): Swap[] => swaps.toReversed().map(([a, b, c, d]): Swap => [a, c, b, d]);

const swapped = (e: Expr, swaps: readonly Swap[]): Expr =>
  swaps.reduce((x, swap) => apply("swap", x, ...swap.map(constant)), e);

/** Numbers that lie like this, in the order in which equations see them; `back` for the reverse. */
export function seen(data: Float32Array, lie: Lie, { rows, cols }: Matrix, back = false): Float32Array {
  const swaps: readonly Swap[] = lie === "turned" ? [[1, cols, rows, 1]] : lie === "straight" ? [] : lie;
  let now = data;
  for (const [, b, c, d] of back ? undone(swaps) : swaps) {
    const from = now;
    now = from.map((_, n) => {
      const [i, k, j, l] = [Math.floor(n / (b * c * d)), Math.floor(n / (b * d)) % c, Math.floor(n / d) % b, n % d];
      return from[((i * b + j) * c + k) * d + l]!; // within the data
    });
  }
  return now;
}

/**
 * Expressions of a parameter that lies permuted, in two forms: `seen` has rows and columns, `lying` the order of memory.
 * Only the parameter, its gradient and state of its size lie; formulas of those alone, element by element, are computed as
 * they lie. State that is `sized` lies as it was written.
 */
export function permuted(
  roots: Iterable<Expr>,
  sized: (name: string) => boolean,
  swaps: readonly Swap[],
): { readonly seen: (e: Expr) => Expr; readonly lying: (e: Expr) => Expr } {
  const order = postorder(roots, (x) => (x.place === "host" ? [] : x.args));
  const lies = new Map<Expr, Expr>();
  const sees = new Map<Expr, Expr>();
  const lying = (e: Expr): Expr =>
    lies.get(e) ?? (e.place === "host" ? e : isUniform(e) ? seenOf(e) : swapped(spread(seenOf(e)), undone(swaps)));
  const seenOf = (e: Expr): Expr => {
    const known = e.place === "host" ? e : sees.get(e);
    if (known) return known;
    const made = swapped(lies.get(e)!, swaps); // every value has one form or the other
    sees.set(e, made);
    return made;
  };
  const isOwn = (e: Expr): boolean => e.op === "var" && e.place === "tensor" && !sized(e.value);
  for (const e of order) {
    if (e.place === "host") continue;
    if (isOwn(e)) lies.set(e, e);
    else if (e.op === "var") sees.set(e, e);
    else if (isReduction(e)) {
      const [of] = e.args;
      const over = e.value === "row" || e.value === "column" || !lies.has(of) ? seenOf(of) : lying(of);
      sees.set(e, reduce(e.op, e.value, over));
    } else if (
      !isMatrixOp(e) &&
      e.args.some((a) => lies.has(a)) &&
      e.args.every((a) => isUniform(a) || a.place === "tensor")
    )
      lies.set(e, again(e, e.args.map(lying)));
    else sees.set(e, again(e, e.args.map(seenOf)));
  }
  return { seen: seenOf, lying };
}

const again = (e: Expr, args: readonly Expr[]): Expr =>
  e.op === "const" || e.op === "var" || e.op === "extent" || isReduction(e) ? e : apply(e.op, ...args);

/** A value for every element, from one for every row or column: whatever the comparison says, it is that value. */
export const spread = (e: Expr, p: Expr = variable("p", "tensor")): Expr => {
  if (e.place === "tensor") return e;
  return apply("select", apply("eq", p, p), e, apply("add", e, constant(0)));
};

const OTHER: Readonly<Record<Over, Over>> = { model: "model", scalar: "scalar", row: "column", column: "row" };

/** The place of a slot whose rows lie as columns. */
export const turnedPlace = (place: Place): Place => (place === "row" ? "column" : place === "column" ? "row" : place);

/**
 * Expressions whose values are the transposes of these: for a parameter that lies the other way round. Products change
 * their order, sums by row become sums by column, and nothing is moved. State that is `sized` lies as it was written.
 */
export function mirrored(roots: Iterable<Expr>, sized: (name: string) => boolean): ReadonlyMap<Expr, Expr> {
  const made = new Map<Expr, Expr>();
  for (const e of postorder(roots, (x) => (x.place === "host" ? [] : x.args)))
    made.set(
      e,
      e.place === "host"
        ? e
        : mirror(
            e,
            e.args.map((a) => made.get(a)!),
            sized,
          ),
    ); // operands come first
  return made;
}

function mirror(e: Expr, args: readonly Expr[], sized: (name: string) => boolean): Expr {
  if (e.op === "const" || e.op === "extent") return e;
  if (e.op === "var")
    return sized(e.value) ? apply("transpose", e) : isUniform(e) ? e : variable(e.value, turnedPlace(e.place));
  if (isReduction(e)) return reduce(e.op, OTHER[e.value], args[0]!);
  if (isMatrixOp(e)) return mirroredMatrix(e, args);
  return apply(e.op, ...args);
}

function mirroredMatrix(e: ExprOf<MatrixOp>, args: readonly Expr[]): Expr {
  if (e.op === "matmul") return apply("matmul", args[1]!, args[0]!);
  if (e.op === "transpose") return apply("transpose", args[0]!);
  // A matrix above another lies beside it, and the other way round.
  if (e.op === "above") return apply("beside", ...args);
  if (e.op === "beside") return apply("above", ...args);
  if (e.op === "block") {
    const [of, top, rows, left, cols] = args;
    return apply("block", of!, left!, cols!, top!, rows!);
  }
  // The same of a matrix and of its transpose, which is symmetric.
  if (e.op === "eye" || e.op === "inverseRoot") return apply(e.op, ...args);
  const straight = args.map((a) => (a.place === "host" ? a : apply("transpose", a)));
  return apply("transpose", apply(e.op, ...straight));
}
