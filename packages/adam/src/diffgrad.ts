import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with friction where the gradient hardly changes: the step is multiplied by the sigmoid of its change, from ½ in
 * flat places to 1. ε is added to the uncorrected root, as in the authors' code (Dubey et al., 2019).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const diffgrad = rule({
  ...adam,
  id: "diffgrad",
  title: "diffGrad",
  paper: "https://arxiv.org/abs/1909.11015",
  state: { ...adam.state, last: 0 },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    friction: "1 / (1 + exp(-abs(last - g)))",
    last: "g",
    p: "p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * friction * m / (sqrt(v) + eps)",
  },
});
