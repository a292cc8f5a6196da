import { apply, rebuild, reduce } from "../construct.ts";
import { OptimizerError } from "../errors.ts";
import { constant, type Expr, isMatrixOp, isReduction, isUniform, postorder, topological, variable } from "../expr.ts";
import { spread } from "../layout.ts";
import type { Matrix } from "../parameter.ts";
import type { SlotSpec } from "../program.ts";
import { blockSide, type RuleSpec } from "../spec.ts";
import { CONDITION, P } from "./resolve.ts";
import type { Options } from "./slots.ts";

/*
 * A rule with blocks of a size sees each as a matrix of its own: its equations are traced once for each size of block, and
 * then hold for parts of the parameter. What is computed element by element, or over the model, is computed of the whole.
 */

/** A block of a matrix, by its place among the others and its place in the matrix. */
interface Tile extends Matrix {
  readonly row: number;
  readonly col: number;
  readonly top: number;
  readonly left: number;
}

/** The blocks of a parameter, row by row; undefined where its rule sees it whole, or it is a single block. */
export function tilesOf(
  { title, blocks }: RuleSpec,
  { rows, cols }: Matrix,
  options: Options,
): readonly (readonly Tile[])[] | undefined {
  if (!blocks || !("size" in blocks)) return undefined;
  const side = blockSide(blocks);
  const size = typeof side === "number" ? side : options[side];
  if (typeof size !== "number" || !(size >= 1))
    throw new OptimizerError(`${title}: \`${side}\` is the size of blocks, and must be a number, 1 or more.`);
  const cut = (length: number): { readonly at: number; readonly many: number }[] =>
    Array.from({ length: Math.ceil(length / Math.floor(size)) }, (_, i) => {
      const at = i * Math.floor(size);
      return { at, many: Math.min(Math.floor(size), length - at) };
    });
  const [down, across] = [cut(rows), cut(cols)];
  if (down.length * across.length <= 1) return undefined;
  return down.map(({ at: top, many: tall }, row) =>
    across.map(({ at: left, many: wide }, col) => ({ row, col, top, left, rows: tall, cols: wide })),
  );
}

/** The name of a block's own state. */
const nameIn = (slot: string, { row, col }: Tile): string => `${slot}[${row},${col}]`;

/** Whether a state is one per block: the others have the parameter's size, or are the host's. */
const isOwn = ({ place, matrix }: SlotSpec): boolean => matrix !== undefined || place === "scalar";

/** The facts of a block that are not the whole parameter's. */
const extents = ["rows", "cols", "size"] as const;

/** The equations of a rule over all blocks of a parameter. */
export class Tiled {
  /** The state of the whole: that of each block under its own name. */
  readonly slots: Readonly<Record<string, SlotSpec>>;
  readonly #title: string;
  readonly #tiles: readonly (readonly Tile[])[];
  readonly #slotsBy: (size: Matrix) => Readonly<Record<string, SlotSpec>>;
  readonly #seenBy: (size: Matrix, slots: Readonly<Record<string, SlotSpec>>) => ReadonlyMap<string, Expr>;
  /** Whether an expression is the same for all blocks. */
  readonly #common = new Map<Expr, boolean>();

  constructor(
    title: string,
    tiles: readonly (readonly Tile[])[],
    slotsBy: (size: Matrix) => Readonly<Record<string, SlotSpec>>,
    seenBy: (size: Matrix, slots: Readonly<Record<string, SlotSpec>>) => ReadonlyMap<string, Expr>,
  ) {
    this.#title = title;
    this.#tiles = tiles;
    this.#slotsBy = slotsBy;
    this.#seenBy = seenBy;
    this.slots = Object.fromEntries(
      tiles.flat().flatMap((tile) =>
        Object.entries(slotsBy(tile)).map(([name, slot]): [string, SlotSpec] => {
          if (slot.place === "row" || slot.place === "column" || slot.place === "model")
            this.#refuse(`its state \`${name}\` is by row or column, or the model's`);
          return [isOwn(slot) ? nameIn(name, tile) : name, slot];
        }),
      ),
    );
  }

  /** The values of symbols of the whole parameter, of every block's state, and of conditions. */
  values(): ReadonlyMap<string, Expr> {
    const scopes = new Map<string, ReadonlyMap<string, Expr>>();
    const out = new Map<string, Expr>();
    /** By symbol of the whole, its value in every block. */
    const parts = new Map<string, Map<Tile, Expr>>();
    for (const tile of this.#tiles.flat()) {
      const key = `${tile.rows} ${tile.cols}`;
      const slots = this.#slotsBy(tile);
      const scope = scopes.get(key) ?? this.#seenBy({ rows: tile.rows, cols: tile.cols }, slots);
      scopes.set(key, scope);
      const kept = [...scope].filter(
        ([name]) => name === "p" || Object.hasOwn(slots, name) || name.startsWith(CONDITION),
      );
      const made = this.#within(
        kept.map(([, e]) => e),
        slots,
        tile,
      );
      for (const [name, e] of kept) {
        const slot = slots[name];
        const now = made(e);
        if (slot && isOwn(slot)) out.set(nameIn(name, tile), now);
        else if (now.place === "host" || this.#isCommon(e, slots))
          this.#agree(out, name, now.place === "host" ? now : e);
        else parts.set(name, (parts.get(name) ?? new Map<Tile, Expr>()).set(tile, now));
      }
    }
    for (const [name, all] of parts) {
      if (all.size < this.#tiles.flat().length) this.#refuse(`\`${name}\` differs between them`);
      out.set(name, this.#joined(all));
    }
    return out;
  }

  #agree(out: Map<string, Expr>, name: string, e: Expr): void {
    const before = out.get(name);
    if (before && before !== e) this.#refuse(`\`${name}\` would differ between them`);
    out.set(name, e);
  }

  /** Expressions of one block's symbols as expressions of the whole parameter's. */
  #within(roots: readonly Expr[], slots: Readonly<Record<string, SlotSpec>>, tile: Tile): (e: Expr) => Expr {
    const facts = new Map<string, number>(
      extents.map((name) => [name, { ...tile, size: tile.rows * tile.cols }[name]]),
    );
    const hosts = rebuild(
      topological(roots).filter((e) => e.place === "host"),
      (e) => (e.op === "var" && facts.has(e.value) ? constant(facts.get(e.value)!) : undefined), // it has it
    );
    const made = new Map<Expr, Expr>();
    const of = (e: Expr): Expr => (e.place === "host" ? (hosts.get(e) ?? e) : made.get(e)!); // operands come first
    const inside = (e: Expr): readonly Expr[] => (e.place === "host" || this.#isCommon(e, slots) ? [] : e.args);
    for (const e of postorder(roots, inside)) {
      if (e.place === "host") continue;
      made.set(e, this.#isCommon(e, slots) ? (e.place === "tensor" ? part(e, tile) : e) : this.#own(e, of, tile));
    }
    return of;
  }

  /** An expression of a block that is not a part of one of the whole. */
  #own(e: Expr, of: (e: Expr) => Expr, tile: Tile): Expr {
    if (e.op === "var") return variable(nameIn(e.value, tile), e.place);
    if (e.op === "const" || e.op === "extent") return e;
    if (!isReduction(e)) return apply(e.op, ...e.args.map(of));
    if (e.value === "model") return this.#refuse("its equations sum over the model what they compute of a block");
    return reduce(e.op, e.value, of(e.args[0]));
  }

  /** Whether an expression is computed of the whole parameter, element by element or over the model. */
  #isCommon(root: Expr, slots: Readonly<Record<string, SlotSpec>>): boolean {
    const known = this.#common;
    for (const e of postorder([root], (x) => (known.has(x) ? [] : x.args))) {
      if (known.has(e)) continue;
      known.set(e, this.#isCommonAlone(e, slots) && e.args.every((a) => known.get(a)));
    }
    return known.get(root)!; // it is the last of its own postorder
  }

  #isCommonAlone(e: Expr, slots: Readonly<Record<string, SlotSpec>>): boolean {
    if (e.op === "extent") return false;
    if (e.op === "var")
      return !extents.some((name) => name === e.value) && !(Object.hasOwn(slots, e.value) && isOwn(slots[e.value]!));
    return isReduction(e) ? e.value === "model" : !isMatrixOp(e);
  }

  /** One matrix of all blocks. */
  #joined(all: ReadonlyMap<Tile, Expr>): Expr {
    const strips = this.#tiles.map(
      (strip) =>
        halved(
          "beside",
          strip.map((tile) => spread(all.get(tile)!, part(P, tile))),
        ), // every block has one
    );
    return halved("above", strips);
  }

  #refuse(what: string): never {
    throw new OptimizerError(
      `${this.#title} sees blocks of a parameter, each as a matrix, and ${what}. Use state by element, matrices of rows and columns, or one number per block.`,
    );
  }
}

/** The part of a matrix that is a block. */
const part = (e: Expr, { top, rows, left, cols }: Tile): Expr =>
  isUniform(e) ? e : apply("block", e, ...[top, rows, left, cols].map(constant));

/** Joins two by two, so that no number is moved more often than it must. */
function halved(op: "beside" | "above", all: readonly Expr[]): Expr {
  if (all.length === 1) return all[0]!; // it is there
  const middle = all.length >> 1;
  return apply(op, halved(op, all.slice(0, middle)), halved(op, all.slice(middle)));
}
