import { type Transform, transform } from "@descent/core";
import { slope } from "./slope.ts";

/** Of a row of zeros, which has no direction, the slope is 0. */
const lengths = "sum(rowSum(p^2) > 0 ? sqrt(rowSum(p^2) > 0 ? rowSum(p^2) : 1) : 0) / cols";

/**
 * Adds the gradient of the penalty strength · Σ of the lengths of each output's weights, before any rule: outputs that are not
 * needed fade as a whole (Yuan and Lin, 2006). Outputs are where the framework keeps them, or rows where that is not known;
 * vectors are left alone.
 * @property strength the weight of the penalty (default 1e-4)
 */
export const withGroupLasso: Transform<{ strength: number }> = transform({
  id: "with-group-lasso",
  title: "Group lasso",
  paper: "https://doi.org/10.1111/j.1467-9868.2005.00532.x",
  layout: ["out", "in"],
  hyper: { strength: 1e-4 },
  before: { g: `ndim < 2 ? g : g + decays * (${slope(`strength * ${lengths}`)})` as "g" },
});
