import type { Matrix } from "@descent/core/adapter";
import type { Expr, ExprOf, Reduction } from "@descent/core/graph";
import type { Domain } from "@descent/core/kernels";

/** Threads of a workgroup. */
export const THREADS = 256;
/** Elements that a workgroup steps: each thread every 256th of them. */
export const STEPPED: number = 4 * THREADS;
/** Elements beside each other that a thread steps where codecs keep some of their state, and those of a workgroup. */
export const OWNED = 8;
export const CODED: number = OWNED * THREADS;
/** Elements that a workgroup adds up. */
export const SUMMED: number = 16 * THREADS;
/** A workgroup adds 64 columns of 256 rows. */
export const TILE = { columns: 64, rows: 256 } as const;
/** A workgroup multiplies 64 rows by 64 columns, 16 products of each at a time; a thread has four by four of the sums. */
export const SIDE = 64;
export const DEPTH = 16;
export const OWN = 4;

/**
 * How a kernel is spread over workgroups: over elements, several beside each other where it encodes them, all of one tensor where
 * it reads them in another order; over elements to add them up; a workgroup per row; a tile per workgroup, to add up columns or for a product of matrices. The
 * last two finish sums that others began: sums of parts, and of parts of columns.
 */
export type Kind =
  | "elements"
  | "codes"
  | "transposition"
  | "sums"
  | "rows"
  | "columns"
  | "product"
  | "parts"
  | "columnParts";

/** How many workgroups a kernel takes. */
export function workgroups(kind: Kind, length: number, rows: number, cols: number): number {
  switch (kind) {
    case "elements":
    case "transposition":
    case "columnParts":
      return Math.ceil(length / STEPPED);
    case "codes":
      return Math.ceil(length / CODED);
    case "sums":
      return Math.ceil(length / SUMMED);
    case "rows":
      return rows;
    case "columns":
      return Math.ceil(cols / TILE.columns) * rowTiles(rows);
    case "product":
      return Math.ceil(rows / SIDE) * Math.ceil(cols / SIDE);
    case "parts":
      return 1;
  }
}
export const rowTiles = (rows: number): number => Math.ceil(rows / TILE.rows);

/** A kernel of the device, for any tensors. All that differs between tensors lies in the table, in an entry of `words` numbers. */
export interface DeviceKernel {
  readonly kind: Kind;
  readonly domain: Domain | "scalar";
  /** The size of the matrices it runs over; `undefined` where that is the parameter's. */
  readonly matrix: Matrix | undefined;
  /** The columns of a product's left factor; 0 for other kernels. */
  readonly inner: number;
  readonly title: string;
  /** Tensors it reads or writes, by name; the entry holds where each begins in its binding. */
  readonly names: readonly string[];
  readonly written: ReadonlySet<string>;
  /** Vectors and sums between kernels; the entry holds where each begins in the scratch buffer. */
  readonly scratch: readonly Expr[];
  /** Tensors among `names` that codecs keep; the entry holds where the heads of each begin, and its seed. */
  readonly coded: readonly string[];
  /** Reductions that it takes; the entry holds where their parts, or their vectors, begin in the scratch buffer. */
  readonly sums: readonly ExprOf<Reduction>[];
  /** The shader, for tensors that lie in these bindings. */
  code(bindings: readonly number[], writable: readonly boolean[]): string;
}

/** Numbers at the beginning of a table: how many entries, and workgroups in all. */
export const HEAD = 2;
/** Numbers at the beginning of an entry: the first workgroup, elements, where they begin, columns, where its scalars are. */
export const FIXED = 5;
/** Numbers of an entry: one more for each tensor, vector and reduction, and two for each tensor that a codec keeps. */
export const words = ({
  names,
  scratch,
  sums,
  coded,
}: Pick<DeviceKernel, "names" | "scratch" | "sums" | "coded">): number =>
  FIXED + names.length + scratch.length + sums.length + 2 * coded.length;
