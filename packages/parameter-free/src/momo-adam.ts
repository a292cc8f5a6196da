import { rule } from "@descent/core";

/**
 * Adam whose rate is at most `lr`, and less where a model of the loss says so: the mean of the last linear approximations, cut off
 * at the loss's least value, with lengths measured as Adam scales them (Schaipp et al., 2024). The input is the loss. As in Optax,
 * with a fixed bound and without decay.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property least a lower bound of the loss (default 0)
 */
export const momoAdam = rule({
  id: "momo-adam",
  title: "MoMo-Adam",
  paper: "https://arxiv.org/abs/2305.07583",
  hyper: { lr: 1e-2, beta1: 0.9, beta2: 0.999, eps: 1e-8, least: 0 },
  ranges: { eps: [Number.MIN_VALUE, Infinity] },
  inputs: { loss: "model" },
  state: { m: 0, v: 0, usual: { place: "model", init: 0 }, gamma: { place: "model", init: 0 } },
  update: {
    usual: "beta1 * usual + (1 - beta1) * loss",
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    gamma: "beta1 * gamma + (1 - beta1) * total(g * p)",
    divisor: "sqrt(v / (1 - beta2^t)) + eps",
    gap: "max(usual - (1 - beta1^t) * least - gamma + total(m * p), 0)",
    rate: "min(lr / (1 - beta1^t), gap / max(total(m^2 / divisor), 1e-30))",
    p: "p - rate * m / divisor",
  },
});
