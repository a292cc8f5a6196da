import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam without ε: atan2 of the two means is their quotient where it is small, is bounded, and does not care how small
 * both are. `scale` makes up for the bend, so that Adam's rates fit (Everett et al., 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property scale the factor on the arc, a of the paper (default 1.27)
 */
export const adamAtan2 = rule({
  ...adam,
  id: "adam-atan2",
  title: "Adam-atan2",
  paper: "https://arxiv.org/abs/2407.05872",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, scale: 1.27 },
  ranges: { scale: [0, Infinity] },
  update: { ...adam.update, p: "p - lr * scale * atan2(mHat, sqrt(vHat))" },
});
