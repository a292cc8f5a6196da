import { rule } from "@descent/core";

/**
 * Adam that finds its own rate: the distance to the solution is estimated from below, for the whole model, by how well the
 * gradients agree with the displacement so far (Mishchenko and Defazio, 2023). Leave `lr` at 1; schedules multiply it. As in
 * Optax. A parameter without a gradient keeps its share of the estimate.
 * @property lr learning rate: the size of a step (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property d0 the first estimate, too small for any problem (default 1e-6)
 * @property dCoef a factor for the estimate (default 1)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const prodigy = rule({
  id: "prodigy",
  title: "Prodigy",
  paper: "https://arxiv.org/abs/2306.06101",
  hyper: { lr: 1, beta1: 0.9, beta2: 0.999, eps: 1e-8, d0: 1e-6, dCoef: 1, weightDecay: 0 },
  ranges: { d0: [Number.MIN_VALUE, Infinity], dCoef: [Number.MIN_VALUE, Infinity] },
  state: {
    x0: "p",
    m: 0,
    v: 0,
    s: 0,
    r: { place: "model", init: 0 },
    d: { place: "model", init: "d0" },
  },
  update: {
    beta3: "sqrt(beta2)",
    rate: "d * lr * sqrt(1 - beta2^t) / (1 - beta1^t)",
    m: "beta1 * m + (1 - beta1) * d * g",
    v: "beta2 * v + (1 - beta2) * (d * g)^2",
    s: "beta3 * s + rate * d / d0 * g",
    r: "beta3 * r + total(rate * d / d0 * g * (x0 - p))",
    d: "max(d, dCoef * r / (total(abs(s)) + 1e-30))",
    p: "(1 - weightDecay * decays * rate) * p - rate * m / (sqrt(v) + d * eps)",
  },
});
