import { rule } from "@descent/core";
import { rmsprop } from "./rmsprop.ts";

/**
 * RMSProp that divides by the gradient's standard deviation instead of its root mean square (Graves, 2013). Rounding
 * can make the variance slightly negative; it is clamped at 0, where other libraries give NaN.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property rho how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const rmspropCentered = rule({
  ...rmsprop,
  id: "rmsprop-centered",
  title: "Centered RMSProp",
  paper: "https://arxiv.org/abs/1308.0850",
  state: { ...rmsprop.state, gBar: 0 },
  update: {
    ...rmsprop.update,
    gBar: "rho * gBar + (1 - rho) * g",
    variance: "max(v - gBar^2, 0)",
    p: "p - lr * g / (sqrt(variance) + eps)",
  },
});
