import { rule } from "@descent/core";

/**
 * Momentum whose rate is at most `lr`, and less where a model of the loss says so: the mean of the last linear approximations,
 * cut off at the loss's least value. A rate that is too large then does no harm (Schaipp et al., 2024). The input is the loss.
 * As in Optax, with a fixed bound and without decay.
 * @property lr learning rate: the size of a step (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property least a lower bound of the loss (default 0)
 */
export const momo = rule({
  id: "momo",
  title: "MoMo",
  paper: "https://arxiv.org/abs/2305.07583",
  hyper: { lr: 1, beta1: 0.9, least: 0 },
  inputs: { loss: "model" },
  state: {
    m: 0,
    begun: { place: "model", init: 0 },
    usual: { place: "model", init: 0 },
    gamma: { place: "model", init: 0 },
  },
  update: {
    kept: "begun > 0 ? beta1 : 0",
    usual: "kept * usual + (1 - kept) * loss",
    m: "kept * m + (1 - kept) * g",
    gamma: "kept * gamma + (1 - kept) * total(g * p)",
    begun: "1",
    gap: "max(usual - least - gamma + total(m * p), 0)",
    p: "p - min(lr, gap / max(totalNorm(m)^2, 1e-30)) * m",
  },
});
