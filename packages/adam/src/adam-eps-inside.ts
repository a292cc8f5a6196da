import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with ε inside the root, as some lectures print it and Optax's `eps_root` does it: the denominator is at least √ε,
 * so an ε of 1e-8 here weighs as much as 1e-4 outside.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const adamEpsInside = rule({
  ...adam,
  id: "adam-eps-inside",
  title: "Adam, ε inside the root",
  update: { ...adam.update, p: "p - lr * mHat / sqrt(vHat + eps)" },
});
