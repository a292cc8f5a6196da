import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * AdEMAMix with one mean instead of two: a long sum of gradients, and the newest gradient α times on top. The sum is not
 * normalised, so a good `lr` is about (1 − beta1) times AdamW's (Morwani et al., 2025). Defaults are Optax's.
 * @property lr learning rate: the size of a step (default 1e-4)
 * @property beta1 how much of the sum of gradients is kept at each step (default 0.99)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.95)
 * @property alpha the extra weight of the newest gradient, α (default 0)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const simplifiedAdemamix = rule({
  ...adam,
  id: "simplified-ademamix",
  title: "Simplified AdEMAMix",
  paper: "https://arxiv.org/abs/2502.02431",
  hyper: { lr: 1e-4, beta1: 0.99, beta2: 0.95, alpha: 0, eps: 1e-8 },
  ranges: { alpha: [0, Infinity] },
  update: {
    m: "beta1 * m + g",
    v: adam.update.v,
    vHat: adam.update.vHat,
    p: "p - lr * (m + alpha * g) / (sqrt(vHat) + eps)",
  },
});
