import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * How far from Adam, which way from the gradient: the step has the size of Adam's and the sign of the newest gradient, so
 * stale momentum can slow a parameter but not turn it around. ε is the authors' (Cao, Li and Song, 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 */
export const grams = rule({
  ...adam,
  id: "grams",
  title: "Grams",
  paper: "https://arxiv.org/abs/2412.17107",
  hyper: { ...adam.hyper, eps: 1e-6 },
  update: { ...adam.update, p: "p - lr * abs(mHat) / (sqrt(vHat) + eps) * sign(g)" },
});
