import { type Transform, transform } from "@descent/core";

/**
 * The proximal step of lr · strength · Σ of the lengths of each output's weights, after any step of any rule: outputs that are
 * not needed become 0 as a whole. Outputs are where the framework keeps them, or rows where that is not known; vectors are left
 * alone. The rule needs an `lr`.
 * @property strength the weight of the penalty (default 1e-4)
 */
export const groupThreshold: Transform<{ strength: number }> = transform({
  id: "group-threshold",
  title: "Group threshold",
  paper: "https://doi.org/10.1111/j.1467-9868.2005.00532.x",
  layout: ["out", "in"],
  hyper: { strength: 1e-4 },
  after: {
    length: "sqrt(rowSum(p^2))",
    by: "lr * strength * decays" as "p",
    p: "ndim < 2 ? p : (length > by ? p * (1 - by / length) : 0)",
  },
});
