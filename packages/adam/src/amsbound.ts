import { rule } from "@descent/core";
import { adabound } from "./adabound.ts";

/**
 * AdaBound with AMSGrad's maximum: the rates cannot rise again on their way to SGD's (Luo et al., 2019).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property finalLr the rate of the SGD that it becomes (default 0.1)
 * @property gamma how fast the bounds close in, γ (default 0.001)
 */
export const amsbound = rule({
  ...adabound,
  id: "amsbound",
  title: "AMSBound",
  state: { ...adabound.state, vMax: 0 },
  update: {
    m: adabound.update.m,
    v: adabound.update.v,
    vMax: "max(vMax, v)",
    least: adabound.update.least,
    most: adabound.update.most,
    rate: "lr * sqrt(1 - beta2^t) / (1 - beta1^t) / (sqrt(vMax) + eps)",
    p: adabound.update.p,
  },
});
