import { decay, rule } from "@descent/core";

/**
 * Adafactor as Google's vision transformers are trained with: the memory of squared gradients is bounded, steps are not measured
 * against the parameter, and a running mean of them makes up for it (Zhai et al., 2022). As in timm, which keeps that mean in
 * bfloat16 and whose rate is 1 by default.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of steps is kept (default 0.9)
 * @property decay how fast the memory of squared gradients grows: t^-decay is the weight of the newest (default 0.8)
 * @property cap the most of that memory that is kept at each step (default 0.999)
 * @property eps1 added to squared gradients (default 1e-30)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adafactorBv = rule({
  id: "adafactor-bv",
  title: "Adafactor of Big Vision",
  paper: "https://arxiv.org/abs/2106.04560",
  layout: ["out", "in"],
  hyper: { lr: 1e-3, beta1: 0.9, decay: 0.8, cap: 0.999, eps1: 1e-30, weightDecay: 0 },
  ranges: { decay: [0, Infinity], cap: [0, 1], eps1: [Number.MIN_VALUE, Infinity] },
  state: { row: { place: "row", init: 0 }, column: { place: "column", init: 0 }, m: 0 },
  before: [decay],
  update: {
    kept: "min(cap, 1 - t^(-decay))",
    row: "kept * row + (1 - kept) * rowMean(g^2 + eps1)",
    column: "kept * column + (1 - kept) * columnMean(g^2 + eps1)",
    share: "ndim > 1 ? row / mean(row) : 1",
    m: "beta1 * m + (1 - beta1) * g / (sqrt(share) * sqrt(column))",
    p: "p - lr * m",
  },
});
