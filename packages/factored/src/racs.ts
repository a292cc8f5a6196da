import { decay, rule } from "@descent/core";

/**
 * SGD scaled by the running mean squares of its rows and of its columns, whose update grows by at most 1 % from step to step; its
 * only state is one number per row and column. Means are taken as they are, in one step of the paper's iteration, and those of
 * columns start at 1, as in pytorch_optimizer (Gong et al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property rho how much of the running mean of squared gradients is kept at each step (default 0.9)
 * @property alpha a factor for the update (default 0.05)
 * @property gamma how many times as long an update may be as the last one (default 1.01)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const racs = rule({
  id: "racs",
  title: "RACS",
  paper: "https://arxiv.org/abs/2502.07752",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, rho: 0.9, alpha: 0.05, gamma: 1.01, eps: 1e-8, weightDecay: 0 },
  ranges: { alpha: [0, Infinity], gamma: [Number.MIN_VALUE, Infinity] },
  state: { row: { place: "row", init: 0 }, column: { place: "column", init: 1 }, length: { place: "scalar", init: 0 } },
  before: [decay],
  update: {
    row: "rho * row + (1 - rho) * rowMean(g^2)",
    column: "rho * column + (1 - rho) * columnMean(g^2)",
    u: "g / (sqrt(row + eps) * sqrt(column + eps))",
    limit: "t > 1 ? gamma / max(norm(u) / (length + eps), gamma) : 1",
    length: "limit * norm(u)",
    p: "p - lr * alpha * limit * u",
  },
});
