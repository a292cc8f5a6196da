import { decay, rule } from "@descent/core";

/**
 * Direction from the momentum's sign, distance from the newest gradient over Yogi's root mean square: noise in one does
 * not pass into the other. The mean square is not additive, so it does not keep a spike for long (Kegreisz, 2025).
 * @property lr learning rate: the size of a step (default 1e-4)
 * @property beta1 how much of the sum of gradients is kept at each step; the sign forgets its scale (default 0.92)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const ano = rule({
  id: "ano",
  title: "Ano",
  paper: "https://arxiv.org/abs/2508.18258",
  hyper: { lr: 1e-4, beta1: 0.92, beta2: 0.99, eps: 1e-8, weightDecay: 0 },
  state: { m: 0, v: 0 },
  before: [decay],
  update: {
    m: "beta1 * m + g",
    v: "beta2 * v + (1 - beta2) * sign(g^2 - v) * g^2",
    p: "p - lr * abs(g) * sign(m) / (sqrt(v / (1 - beta2^t)) + eps)",
  },
});
