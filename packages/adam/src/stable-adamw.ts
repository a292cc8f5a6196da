import { rule } from "@descent/core";

/**
 * AdamW that slows a tensor down when its gradients outgrow v, as Adafactor does: the rate, and with it the decay, is
 * divided by the root mean square of g/√v where that exceeds 1. Such spikes are what breaks training at scale. The betas
 * are corrected instead of the means (Wortsman et al., 2023).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const stableAdamw = rule({
  id: "stable-adamw",
  title: "StableAdamW",
  paper: "https://arxiv.org/abs/2304.13013",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 },
  state: { m: 0, v: 0 },
  update: {
    kept1: "1 - (1 - beta1) / (1 - beta1^t)",
    kept2: "1 - (1 - beta2) / (1 - beta2^t)",
    m: "kept1 * m + (1 - kept1) * g",
    v: "kept2 * v + (1 - kept2) * g^2",
    rate: "lr / max(rms(g / max(sqrt(v), eps)), 1)",
    p: "(1 - rate * weightDecay * decays) * p - rate * m / (sqrt(v) + eps)",
  },
});
