import { rule } from "@descent/core";

/**
 * Adam that divides each gradient by a mean square it is not part of, before it enters the momentum: it converges for
 * every beta2. ε is the least denominator, and the normalised gradient is cut off at (t−1)^¼, so the
 * first one only fills v, as in the authors' code and Optax; pytorch_optimizer cuts off at t^¼ (Taniguchi et al., 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.9999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 */
export const adopt = rule({
  id: "adopt",
  title: "ADOPT",
  paper: "https://arxiv.org/abs/2411.02853",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.9999, eps: 1e-6 },
  state: { m: 0, v: 0 },
  update: {
    bound: "(t - 1)^0.25",
    n: "clamp(g / max(sqrt(v), eps), -bound, bound)",
    m: "beta1 * m + (1 - beta1) * n",
    v: "t > 1 ? beta2 * v + (1 - beta2) * g^2 : g^2",
    p: "p - lr * m",
  },
});
