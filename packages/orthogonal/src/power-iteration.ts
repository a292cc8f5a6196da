import { apply, constant, type Expr, type Macro, reduce } from "@descent/core/graph";
import { clamped } from "./iteration.ts";

/**
 * The outer product of the singular vectors of the largest singular value, divided by the root of its size: five rounds of power
 * iteration from a vector of ones. A length here counts a row's number once for each column, and a column's for each row.
 */
export const top: Macro = (_, x) => {
  let right: Expr = constant(1);
  for (let k = 0; ; k++) {
    const left = clamped(reduce("sum", "row", apply("mul", right, x!))); // called with one argument
    right = clamped(reduce("sum", "column", apply("mul", left, x!)));
    if (k === 4) return apply("mul", left, right);
  }
};
