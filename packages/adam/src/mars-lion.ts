import { rule } from "@descent/core";
import { mars } from "./mars.ts";

/**
 * The sign of MARS's mean gradient: variance reduction for a step of fixed size, at Lion's cost and one slot more. The mean
 * is kept as a sum, whose scale does not change the sign (Yuan et al., 2024).
 * @property lr learning rate: the size of a step (default 0.003)
 * @property beta1 how much of the sum of gradients is kept at each step (default 0.95)
 * @property gamma how much of the change of the gradient is added, times beta1/(1 − beta1); γ (default 0.025)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const marsLion = rule({
  ...mars,
  id: "mars-lion",
  title: "MARS-Lion",
  hyper: { lr: 3e-3, beta1: 0.95, gamma: 0.025, weightDecay: 0 },
  state: { m: 0, last: 0 },
  update: {
    raw: mars.update.raw,
    c: mars.update.c,
    last: mars.update.last,
    m: "beta1 * m + c",
    p: "p - lr * (sign(m) + weightDecay * decays * p)",
  },
});
