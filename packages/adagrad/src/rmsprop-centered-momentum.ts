import { rule } from "@descent/core";
import { rmspropCentered } from "./rmsprop-centered.ts";

/**
 * Centered RMSProp plus momentum: the full method of Graves (2013), with the rate outside the sum, as in PyTorch.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property rho how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const rmspropCenteredMomentum = rule({
  ...rmspropCentered,
  id: "rmsprop-centered-momentum",
  title: "Centered RMSProp with momentum",
  hyper: { ...rmspropCentered.hyper, momentum: 0.9 },
  state: { ...rmspropCentered.state, b: 0 },
  update: {
    ...rmspropCentered.update,
    b: "momentum * b + g / (sqrt(variance) + eps)",
    p: "p - lr * b",
  },
});
