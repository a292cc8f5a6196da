import { rule } from "@descent/core";

/**
 * Nesterov's method without the extra gradient: a mean of the gradients' changes predicts where they go, and the
 * denominator is that of the predicted gradient. The betas say how much is kept, as in the authors' code, and decay is
 * the paper's proximal division after the step (Xie et al., 2022).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.98)
 * @property beta2 how much of the running mean of the gradients' changes is kept at each step (default 0.92)
 * @property beta3 how much of the running mean of squared predicted gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adan = rule({
  id: "adan",
  title: "Adan",
  paper: "https://arxiv.org/abs/2208.06677",
  hyper: { lr: 1e-3, beta1: 0.98, beta2: 0.92, beta3: 0.99, eps: 1e-8, weightDecay: 0 },
  state: { m: 0, d: 0, n: 0, last: 0 },
  update: {
    change: "t > 1 ? g - last : 0",
    last: "g",
    m: "beta1 * m + (1 - beta1) * g",
    d: "beta2 * d + (1 - beta2) * change",
    n: "beta3 * n + (1 - beta3) * (g + beta2 * change)^2",
    u: "(m / (1 - beta1^t) + beta2 * d / (1 - beta2^t)) / (sqrt(n / (1 - beta3^t)) + eps)",
    p: "(p - lr * u) / (1 + lr * weightDecay * decays)",
  },
});
