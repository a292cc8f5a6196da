import { decay, rule } from "@descent/core";

/**
 * Momentum over the curvature along each axis, and no element moves by more than `lr`, so that flat directions get long steps
 * and a curvature that is negative, or estimated badly, does no harm (Liu et al., 2023, Algorithm 3; Sophia-H). The input `h`,
 * an estimate of the Hessian's diagonal such as Hutchinson's u ⊙ Hu, is read in the first of `every` steps only.
 * @property lr learning rate: the size of a step (default 6e-4)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.96)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property gamma the share of the curvature to divide by: the larger, the fewer elements are cut off at `lr`
 *   (default 0.01)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-12)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.2)
 * @property every how many steps an estimate of the curvature serves (default 10)
 */
export const sophia = rule({
  id: "sophia",
  title: "Sophia",
  paper: "https://arxiv.org/abs/2305.14342",
  hyper: { lr: 6e-4, beta1: 0.96, beta2: 0.99, gamma: 0.01, eps: 1e-12, weightDecay: 0.2, every: 10 },
  ranges: { gamma: [0, Infinity], every: [1, Infinity] },
  inputs: { h: "tensor" },
  state: { m: 0, v: 0 },
  before: [decay, { when: "(t - 1) % every == 0", v: "beta2 * v + (1 - beta2) * h" }],
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    p: "p - lr * clamp(m / max(gamma * v, eps), -1, 1)",
  },
});
