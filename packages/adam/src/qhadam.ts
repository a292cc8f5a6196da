import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam whose two means are each mixed with the newest gradient: ν₁ of the numerator and ν₂ of the denominator are the
 * means. Defaults are those that the authors recommend; ν₁ = ν₂ = 1 is Adam (Ma and Yarats, 2018).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.995)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property nu1 the share of the running mean in the numerator, ν₁ (default 0.7)
 * @property nu2 the share of the running mean in the denominator, ν₂ (default 1)
 */
export const qhadam = rule({
  ...adam,
  id: "qhadam",
  title: "QHAdam",
  paper: "https://arxiv.org/abs/1810.06801",
  hyper: { lr: 1e-3, beta1: 0.995, beta2: 0.999, eps: 1e-8, nu1: 0.7, nu2: 1 },
  ranges: { nu1: [0, Infinity], nu2: [0, Infinity] },
  update: {
    ...adam.update,
    p: "p - lr * ((1 - nu1) * g + nu1 * mHat) / (sqrt((1 - nu2) * g^2 + nu2 * vHat) + eps)",
  },
});
