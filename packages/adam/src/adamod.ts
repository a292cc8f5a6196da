import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam whose rates may not exceed their own running mean, element by element: that bounds them in the first steps, when v
 * is a poor estimate, and replaces a warm-up. ε is added to the uncorrected root, as in the authors' code (Ding et al.,
 * 2019).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property beta3 how much of the running mean of rates is kept at each step (default 0.999)
 */
export const adamod = rule({
  ...adam,
  id: "adamod",
  title: "AdaMod",
  paper: "https://arxiv.org/abs/1910.12249",
  hyper: { ...adam.hyper, beta3: 0.999 },
  state: { ...adam.state, usual: 0 },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    rate: "lr * sqrt(1 - beta2^t) / (1 - beta1^t) / (sqrt(v) + eps)",
    usual: "beta3 * usual + (1 - beta3) * rate",
    p: "p - min(rate, usual) * m",
  },
});
