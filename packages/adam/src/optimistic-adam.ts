import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam that assumes its step will change again as it just did, which ends the circling of Adam in games such as GANs. At
 * the first step nothing has changed yet, as in Optax's second version (Daskalakis et al., 2017).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property optimism how much of the last change of the step is expected again (default 1)
 */
export const optimisticAdam = rule({
  ...adam,
  id: "optimistic-adam",
  title: "Optimistic Adam",
  paper: "https://arxiv.org/abs/1711.00141",
  hyper: { ...adam.hyper, optimism: 1 },
  state: { ...adam.state, last: 0 },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    mHat: adam.update.mHat,
    vHat: adam.update.vHat,
    u: "mHat / (sqrt(vHat) + eps)",
    change: "t > 1 ? u - last : 0",
    last: "u",
    p: "p - lr * (u + optimism * change)",
  },
});
