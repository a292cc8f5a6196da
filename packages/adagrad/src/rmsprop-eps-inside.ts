import { rule } from "@descent/core";
import { rmsprop } from "./rmsprop.ts";

/**
 * RMSProp with ε inside the root, as lectures print it and Keras and Optax do it: the denominator is at least √ε. The
 * other defaults are Hinton's.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property rho how much of the running mean of squared gradients is kept at each step (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const rmspropEpsInside = rule({
  ...rmsprop,
  id: "rmsprop-eps-inside",
  title: "RMSProp, ε inside the root",
  hyper: { lr: 1e-3, rho: 0.9, eps: 1e-8 },
  update: { ...rmsprop.update, p: "p - lr * g / sqrt(v + eps)" },
});
