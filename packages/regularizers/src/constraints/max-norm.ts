import { type Transform, transform } from "@descent/core";

/**
 * The weights of each output have length at most `limit` after any step of any rule, which lets dropout train at high rates
 * (Srivastava et al., 2014). Outputs are where the framework keeps them, or rows where that is not known; vectors stay as they are.
 * @property limit the greatest length of the weights of an output (default 3)
 */
export const maxNorm: Transform<{ limit: number }> = transform({
  id: "max-norm",
  title: "Max norm",
  paper: "https://jmlr.org/papers/v15/srivastava14a.html",
  layout: ["out", "in"],
  hyper: { limit: 3 },
  after: { p: "ndim < 2 ? p : p * min(1, limit / sqrt(rowSum(p^2)))" },
});
