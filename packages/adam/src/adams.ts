import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with stable decay: the rate of decay is divided by the root mean square of the whole model's gradients, so decay
 * keeps its strength against the step while gradients shrink. Amsgrad's maximum is left out (Xie et al., 2020).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 1e-4)
 */
export const adams = rule({
  ...adam,
  id: "adams",
  title: "AdamS",
  paper: "https://arxiv.org/abs/2011.11152",
  hyper: { ...adam.hyper, weightDecay: 1e-4 },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    mHat: adam.update.mHat,
    vHat: adam.update.vHat,
    typical: "sqrt(total(vHat) / total(g == g))",
    kept: "typical > 0 ? 1 - lr * weightDecay * decays / typical : 1",
    p: "kept * p - lr * mHat / (sqrt(vHat) + eps)",
  },
});
