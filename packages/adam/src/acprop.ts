import { rule } from "@descent/core";

/**
 * A gradient over the deviation that was known before it came: dividing by the previous variance keeps the step unbiased
 * and convergent where Adam is not. There is no momentum in the step; the mean only centres the variance. ε is added to
 * the state and to its root, as in the authors' code (Zhuang et al., 2021).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running variance of gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-16)
 */
export const acprop = rule({
  id: "acprop",
  title: "ACProp",
  paper: "https://arxiv.org/abs/2110.05454",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-16 },
  state: { m: 0, s: 0 },
  update: {
    before: "t > 1 ? s + eps : 0",
    deviation: "t > 1 ? sqrt(before / (1 - beta2^(t - 1))) + eps : 1",
    m: "beta1 * m + (1 - beta1) * g",
    s: "beta2 * before + (1 - beta2) * (g - m)^2",
    p: "p - lr * g / deviation",
  },
});
