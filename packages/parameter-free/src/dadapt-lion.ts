import { rule } from "@descent/core";

/**
 * Lion that finds its own rate, for the whole model, from how well the signs agree with their weighted sum (Defazio and
 * Mishchenko, 2023). Leave `lr` at 1; schedules multiply it. A parameter without a gradient keeps its share of the estimate.
 * @property lr learning rate: the size of a step (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property d0 the first estimate, too small for any problem (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const dadaptLion = rule({
  id: "dadapt-lion",
  title: "D-Adapt Lion",
  paper: "https://arxiv.org/abs/2301.07733",
  hyper: { lr: 1, beta1: 0.9, beta2: 0.99, d0: 1e-6, weightDecay: 0 },
  ranges: { d0: [Number.MIN_VALUE, Infinity] },
  state: { m: 0, s: 0, r: { place: "model", init: 0 }, d: { place: "model", init: "d0" } },
  update: {
    kept: "sqrt(beta2)",
    rate: "d * lr",
    u: "sign(beta1 * m + (1 - beta1) * g)",
    m: "beta2 * m + (1 - beta2) * rate * g",
    r: "kept * r + (1 - kept) * total(rate * u * s)",
    s: "kept * s + (1 - kept) * rate * u",
    d: "max(d, r / ((1 - kept) * total(abs(s)) + 1e-30))",
    p: "(1 - rate * weightDecay * decays) * p - rate * u",
  },
});
