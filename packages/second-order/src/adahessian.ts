import { decay, rule } from "@descent/core";

/**
 * Adam with the curvature in place of the squared gradient: the running mean of the squared Hessian's diagonal scales the
 * step, so that rescaling a weight does not change its path (Yao et al., 2021). The input `h` is an estimate of the diagonal such
 * as Hutchinson's u ⊙ Hu, new at every step; the authors also average it over each filter.
 * @property lr learning rate: the size of a step (default 0.1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property power the power of the root mean square that divides, k: 0 is momentum (default 1)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adahessian = rule({
  id: "adahessian",
  title: "AdaHessian",
  paper: "https://arxiv.org/abs/2006.00719",
  hyper: { lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, power: 1, weightDecay: 0 },
  ranges: { power: [0, Infinity] },
  inputs: { h: "tensor" },
  state: { m: 0, v: 0 },
  before: [decay],
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * h^2",
    p: "p - lr * (m / (1 - beta1^t)) / ((v / (1 - beta2^t))^(power / 2) + eps)",
  },
});
