import { type Transform, transform } from "@descent/core";

/**
 * The weights of each output have length 1 after any step of any rule; those that are all 0 stay so. Outputs are where the
 * framework keeps them, or rows where that is not known; vectors stay as they are.
 */
export const unitNorm: Transform<Record<never, never>> = transform({
  id: "unit-norm",
  title: "Unit norm",
  layout: ["out", "in"],
  hyper: {},
  after: { p: "ndim < 2 || rowSum(p^2) == 0 ? p : p / sqrt(rowSum(p^2))" },
});
