import { apply, constant, type Expr, type Macro, reduce } from "@descent/core/graph";

type Size = Parameters<Macro>[0];

const square = (x: Expr): Expr => apply("mul", x, x);

/** One number per row or column, to length 1; the sum of such numbers counts each of them `times` times. */
const unit = (x: Expr, times: number): Expr => {
  const length = apply("sqrt", apply("div", reduce("sum", "scalar", square(x)), constant(times)));
  return apply("div", x, apply("max", length, constant(1e-7)));
};

/** The singular vectors of the largest singular value by five rounds of power iteration, from a vector of ones. */
function top({ rows, cols }: Size, x: Expr): readonly [left: Expr, right: Expr] {
  let left = unit(reduce("sum", "row", x), cols);
  for (let k = 1; ; k++) {
    const right = unit(reduce("sum", "column", apply("mul", left, x)), rows);
    if (k === 5) return [left, right];
    left = unit(reduce("sum", "row", apply("mul", right, x)), cols);
  }
}

/** The left one: a number for each row. */
export const topLeft: Macro = (at, x) => top(at, x!)[0]; // called with one argument
/** The right one: a number for each column. */
export const topRight: Macro = (at, x) => top(at, x!)[1]; // likewise
