import { rule } from "@descent/core";

/**
 * Averages the weights instead of lowering the rate, and asks for gradients between the average and where Adam's steps lead,
 * so that no schedule is needed and no end of training has to be known. It trains these points, and is evaluated at the
 * average, which is its readout. Decay and defaults are those of the authors' code, without a warmup, which is a schedule of
 * `lr` here (Defazio et al., 2024).
 * @property lr learning rate: the size of a step (default 0.0025)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property power how much later steps count for more in the average: step `t` counts `t^power` (default 0)
 */
export const scheduleFreeAdamw = rule({
  id: "schedule-free-adamw",
  title: "Schedule-free AdamW",
  paper: "https://arxiv.org/abs/2405.15682",
  hyper: { lr: 2.5e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, power: 0 },
  ranges: { beta1: [Number.MIN_VALUE, 1], power: [0, Infinity] },
  state: {
    z: { init: "p" },
    v: 0,
    lrMax: { place: "host", init: 0 },
    weights: { place: "host", init: 0 },
  },
  update: {
    lrMax: "max(lrMax, lr)",
    weight: "t^power * lrMax^2",
    weights: "weights + weight",
    share: "weights > 0 ? weight / weights : 0",
    v: "beta2 * v + (1 - beta2) * g^2",
    step: "g / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay * decays * p",
    y: "p + share * (z - p) - lr * (1 - beta1 * (1 - share)) * step",
    z: "z - lr * step",
    p: "y",
  },
  readout: { p: "p + (1 - 1 / beta1) * (z - p)" },
});
