import { decay, rule } from "@descent/core";

/**
 * AdamW's performance with one slot: the second moment of the momentum is not tracked but computed, from the momentum
 * before the step and the gradient. The conditional form of the paper, with the authors' defaults (Jiang et al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 */
export const bcos = rule({
  id: "bcos",
  title: "BCOS",
  paper: "https://arxiv.org/abs/2507.08472",
  hyper: { lr: 1e-3, beta1: 0.9, eps: 1e-6, weightDecay: 0.1 },
  state: { m: 0 },
  before: [decay],
  update: {
    old: "t > 1 ? m : g",
    kept: "3 * beta1^2 - 2 * beta1^3",
    v: "kept * old^2 + (1 - beta1)^2 * (g^2 + 2 * beta1 * old * g)",
    m: "beta1 * old + (1 - beta1) * g",
    p: "p - lr * m / (sqrt(v) + eps)",
  },
});
