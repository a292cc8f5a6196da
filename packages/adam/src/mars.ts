import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * AdamW on a gradient from which the noise of the last one is removed: γ of the change is added, as in variance reduction,
 * and the result is cut off at length 1. Before the first gradient the last one is 0, as in the authors' code, which steps
 * vectors with plain AdamW: give them to it with `partition` (Yuan et al., 2024).
 * @property lr learning rate: the size of a step (default 0.003)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.95)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property gamma how much of the change of the gradient is added, times beta1/(1 − beta1); γ (default 0.025)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const mars = rule({
  ...adam,
  id: "mars",
  title: "MARS-AdamW",
  paper: "https://arxiv.org/abs/2411.10438",
  hyper: { lr: 3e-3, beta1: 0.95, beta2: 0.99, gamma: 0.025, eps: 1e-8, weightDecay: 0 },
  ranges: { gamma: [0, Infinity] },
  state: { ...adam.state, last: 0 },
  update: {
    raw: "g + gamma * beta1 / (1 - beta1) * (g - last)",
    c: "raw / max(norm(raw), 1)",
    last: "g",
    m: "beta1 * m + (1 - beta1) * c",
    v: "beta2 * v + (1 - beta2) * c^2",
    mHat: adam.update.mHat,
    vHat: adam.update.vHat,
    p: "p - lr * (mHat / (sqrt(vHat) + eps) + weightDecay * decays * p)",
  },
});
