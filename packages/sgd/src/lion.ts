import { decay, rule } from "@descent/core";

/**
 * The sign of an interpolated momentum: every element moves by exactly `lr`, so the batch's noise cannot set the step.
 * Decay is decoupled, as in the paper; it is off by default, as in the authors' code (Chen et al., 2023).
 * @property lr learning rate: the size of a step (default 1e-4)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const lion = rule({
  id: "lion",
  title: "Lion",
  paper: "https://arxiv.org/abs/2302.06675",
  hyper: { lr: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
  state: { m: 0 },
  before: [decay],
  update: {
    direction: "sign(beta1 * m + (1 - beta1) * g)",
    m: "beta2 * m + (1 - beta2) * g",
    p: "p - lr * direction",
  },
});
