import { decay, rule } from "@descent/core";

/**
 * Sophia for losses that are cross-entropies: the curvature is `batch` times the square of a gradient at labels that were drawn
 * from the model's own predictions, the Gauss–Newton–Bartlett estimate (Liu et al., 2023). That gradient is the input `sampled`,
 * read in the first of `every` steps only. As in the authors' code, `eps` is added where the paper takes the larger.
 * @property lr learning rate: the size of a step (default 6e-4)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.965)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property gamma the share of the curvature to divide by: the larger, the fewer elements are cut off at `lr`
 *   (default 0.04)
 * @property batch how many predictions the loss is a mean of: examples, or tokens (default 5120)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-15)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 * @property every how many steps an estimate of the curvature serves (default 10)
 */
export const sophiaG = rule({
  id: "sophia-g",
  title: "Sophia-G",
  paper: "https://arxiv.org/abs/2305.14342",
  hyper: { lr: 6e-4, beta1: 0.965, beta2: 0.99, gamma: 0.04, batch: 5120, eps: 1e-15, weightDecay: 0.1, every: 10 },
  ranges: { gamma: [0, Infinity], batch: [1, Infinity], every: [1, Infinity] },
  inputs: { sampled: "tensor" },
  state: { m: 0, v: 0 },
  before: [decay, { when: "(t - 1) % every == 0", v: "beta2 * v + (1 - beta2) * sampled^2" }],
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    p: "p - lr * clamp(m / (gamma * batch * v + eps), -1, 1)",
  },
});
