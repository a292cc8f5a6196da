import { type Expr, isReduction, isUniform, topological } from "./expr.ts";
import { hostFunction } from "./host.ts";
import { isMatrixFunction, matrixFunctions } from "./matrix-functions.ts";
import type { Matrix } from "./parameter.ts";

/** The matrices that expressions are inferred from. */
export interface Given {
  /** The parameter's. */
  readonly own: Matrix;
  /** That of a variable which has a size of its own. */
  readonly sizeOf: (name: string) => Matrix | undefined;
  /** Throws with what is wrong. */
  readonly wrong: (what: string) => never;
}

export const sameSize = (a: Matrix, b: Matrix): boolean => a.rows === b.rows && a.cols === b.cols;
const text = ({ rows, cols }: Matrix): string => `${rows} × ${cols}`;

/**
 * The size of every matrix that `roots` depend on. A row's or column's numbers have that of the matrix they were summed
 * from, of which one side counts.
 */
export function infer(roots: Iterable<Expr>, { own, sizeOf, wrong }: Given): ReadonlyMap<Expr, Matrix> {
  const sizes = new Map<Expr, Matrix>();
  for (const e of topological(roots)) if (!isUniform(e)) sizes.set(e, sizeFrom(e));
  return sizes;

  function sizeFrom(e: Expr): Matrix {
    const [a, b] = e.args.map((x) => sizes.get(x));
    if (e.op === "var") return sizeOf(e.value) ?? own;
    if (isReduction(e)) return a!; // of what is not one number
    if (e.op === "transpose") return { rows: a!.cols, cols: a!.rows };
    if (e.op === "swap") return own; // of the parameter, and of what has its size
    if (e.op === "matmul") {
      if (a!.cols !== b!.rows) wrong(`it multiplies a matrix of ${text(a!)} by one of ${text(b!)}`);
      return { rows: a!.rows, cols: b!.cols };
    }
    if (isMatrixFunction(e.op)) {
      const { matrices, size } = matrixFunctions[e.op];
      const numbers = e.args
        .slice(matrices)
        .map(
          (x) =>
            fixed(x, own) ??
            wrong(
              `\`${e.op}\` takes a number that may change. Give it \`rows\`, \`cols\`, a number, or an option that sizes a state`,
            ),
        );
      const made = size(
        e.args.slice(0, matrices).map((x) => sizes.get(x)!),
        numbers,
      ); // matrices have sizes
      return typeof made === "string" ? wrong(made) : made;
    }
    return joined(e);
  }

  function joined(e: Expr): Matrix {
    let whole: Matrix | undefined;
    let row: Matrix | undefined;
    let column: Matrix | undefined;
    const differ = (x: Matrix, y: Matrix): never =>
      wrong(`it joins a matrix of ${text(x)} and one of ${text(y)} element by element`);
    for (const x of e.args) {
      const size = sizes.get(x);
      if (!size) continue;
      if (x.place === "row") {
        if (row && row.rows !== size.rows) wrong(`it joins values of ${row.rows} rows and of ${size.rows}`);
        row = row && sameSize(row, own) ? row : size;
      } else if (x.place === "column") {
        if (column && column.cols !== size.cols) wrong(`it joins values of ${column.cols} columns and of ${size.cols}`);
        column = column && sameSize(column, own) ? column : size;
      } else {
        if (whole && !sameSize(whole, size)) differ(whole, size);
        whole = size;
      }
    }
    const size = whole ?? { rows: (row ?? column)!.rows, cols: (column ?? row)!.cols }; // some argument has one
    if (row && row.rows !== size.rows) wrong(`it spreads values of ${row.rows} rows over a matrix of ${text(size)}`);
    if (column && column.cols !== size.cols)
      wrong(`it spreads values of ${column.cols} columns over a matrix of ${text(size)}`);
    return size;
  }
}

/** A number that a parameter's shape gives; undefined where it takes more. */
export function fixed(e: Expr, { rows, cols }: Matrix): number | undefined {
  const known: Readonly<Record<string, number>> = { rows, cols, size: rows * cols };
  const all = topological([e]);
  if (all.some((x) => (x.op === "var" ? !Object.hasOwn(known, x.value) : x.op === "extent"))) return undefined;
  return hostFunction([e])(known)[0];
}
