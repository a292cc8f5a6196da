import { rule } from "@descent/core";

/**
 * Adam that finds its own rate: a lower bound of the distance to the solution, for the whole model, from how well the gradients
 * agree with their weighted sum (Defazio and Mishchenko, 2023). Leave `lr` at 1; schedules multiply it. Moments are not corrected
 * for starting at 0, as in the authors' code. A parameter without a gradient keeps its share of the estimate.
 * @property lr learning rate: the size of a step (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property d0 the first estimate, too small for any problem (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const dadaptAdam = rule({
  id: "dadapt-adam",
  title: "D-Adapt Adam",
  paper: "https://arxiv.org/abs/2301.07733",
  hyper: { lr: 1, beta1: 0.9, beta2: 0.999, eps: 1e-8, d0: 1e-6, weightDecay: 0 },
  ranges: { d0: [Number.MIN_VALUE, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: { m: 0, v: 0, s: 0, r: { place: "model", init: 0 }, d: { place: "model", init: "d0" } },
  update: {
    kept: "sqrt(beta2)",
    rate: "d * lr",
    r: "kept * r + (1 - kept) * total(rate * g * s / (sqrt(v) + eps))",
    m: "beta1 * m + (1 - beta1) * rate * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    s: "kept * s + (1 - kept) * rate * g",
    d: "max(d, r / ((1 - kept) * total(abs(s)) + 1e-30))",
    p: "(1 - weightDecay * decays * rate) * p - m / (sqrt(v) + eps)",
  },
});
