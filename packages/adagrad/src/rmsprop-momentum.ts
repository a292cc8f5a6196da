import { rule } from "@descent/core";
import { rmsprop } from "./rmsprop.ts";

/**
 * RMSProp plus momentum: normalised gradients accumulate, and the rate multiplies their sum, as in PyTorch.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property rho how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const rmspropMomentum = rule({
  ...rmsprop,
  id: "rmsprop-momentum",
  title: "RMSProp with momentum",
  hyper: { ...rmsprop.hyper, momentum: 0.9 },
  state: { ...rmsprop.state, b: 0 },
  update: {
    ...rmsprop.update,
    b: "momentum * b + g / (sqrt(v) + eps)",
    p: "p - lr * b",
  },
});
