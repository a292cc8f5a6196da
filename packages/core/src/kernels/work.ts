import type { Expr, ExprOf } from "../expr.ts";
import type { MatrixFunction } from "../matrix-functions.ts";
import type { Matrix } from "../parameter.ts";
import type { Domain, Kernel } from "./kernel.ts";

/** One fused loop over a tensor, or over a vector with one number per row or per column. */
export interface LoopWork {
  readonly kind: "loop";
  readonly kernel: Kernel;
  readonly domain: Domain;
  /** The size of the matrices it runs over; `undefined` where that is the parameter's. */
  readonly matrix: Matrix | undefined;
}

/** A matrix of a product, read as it lies or transposed: a variable of the program, or an earlier result. */
export interface Factor {
  /** The variable, or the expression whose value it is. */
  readonly key: Expr;
  /** Whether rows are read as columns. */
  readonly transposed: boolean;
}

/** `into` = left @ right, rows × inner by inner × cols. */
export interface Product {
  readonly kind: "product";
  /** Its matrix is rows × inner. */
  readonly left: Factor;
  /** Its matrix is inner × cols. */
  readonly right: Factor;
  readonly rows: number;
  /** Columns of the left matrix, rows of the right one. */
  readonly inner: number;
  readonly cols: number;
  /** Whether the result equals its transpose to the bit, if every element adds its products in order: one half is enough. */
  readonly symmetric: boolean;
  /** The expression whose value this is. */
  readonly into: Expr;
}

/**
 * `into` = `of` with rows and columns exchanged, where no product could read it so: `count` matrices of cols × rows become as
 * many of rows × cols, each of their elements `width` numbers.
 */
export interface Transposition {
  readonly kind: "transposition";
  /** The matrices that are read. */
  readonly of: Expr;
  /** The expression whose value this is. */
  readonly into: Expr;
  /** How many matrices lie one after the other. */
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
  /** How many numbers lie together and stay so. */
  readonly width: number;
  /** The size of the matrix that it makes. */
  readonly matrix: Matrix;
}

/** `into` (rows × cols) = a function of whole matrices, which the host computes in double precision. */
export interface WholeWork {
  readonly kind: "whole";
  /** The function of matrices. */
  readonly op: MatrixFunction;
  /** The matrices that it takes, with their sizes. */
  readonly of: readonly { readonly key: Expr; readonly rows: number; readonly cols: number }[];
  /** Its arguments that are numbers, such as the 4 of `inverseRoot(x, 4)`. */
  readonly numbers: readonly number[];
  /** The call whose value this is. */
  readonly into: ExprOf<MatrixFunction>;
  readonly rows: number;
  readonly cols: number;
}

/** One thing that a stage runs. */
export type Work = LoopWork | Product | Transposition | WholeWork;
