import { rule } from "@descent/core";

/**
 * AMSGrad with positive-negative momentum: two running means take turns, and the numerator is the fresh one minus a part
 * of the stale one, which keeps the signal and raises the noise as a smaller batch would. Defaults are the authors'
 * (Xie et al., 2021).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta0 the weight of the stale mean; the fresh one has 1 + β₀ (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const adapnm = rule({
  id: "adapnm",
  title: "AdaPNM",
  paper: "https://arxiv.org/abs/2103.17182",
  hyper: { lr: 1e-3, beta0: 1, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  ranges: { beta0: [0, Infinity] },
  state: { m: 0, stale: 0, v: 0, vMax: 0 },
  update: {
    fresh: "beta1^2 * stale + (1 - beta1^2) * g",
    stale: "m",
    m: "fresh",
    v: "beta2 * v + (1 - beta2) * g^2",
    vMax: "max(vMax, v)",
    u: "((1 + beta0) * m - beta0 * stale) / sqrt((1 + beta0)^2 + beta0^2)",
    p: "p - lr * u / (1 - beta1^t) / (sqrt(vMax / (1 - beta2^t)) + eps)",
  },
});
