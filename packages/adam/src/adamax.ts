import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam that divides by the largest recent gradient instead of the root mean square, and so needs no bias correction
 * there. ε is inside the maximum, as in PyTorch.
 * @property lr learning rate: the size of a step (default 0.002)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const adamax = rule({
  ...adam,
  id: "adamax",
  title: "Adamax",
  hyper: { ...adam.hyper, lr: 2e-3 },
  state: { m: 0, u: 0 },
  update: {
    m: adam.update.m,
    u: "max(beta2 * u, abs(g) + eps)",
    mHat: adam.update.mHat,
    p: "p - lr * mHat / u",
  },
});
