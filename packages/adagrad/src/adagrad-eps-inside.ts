import { rule } from "@descent/core";
import { adagrad } from "./adagrad.ts";

/**
 * Adagrad with ε inside the root, as lectures print it and Keras and Optax do it: the denominator is at least √ε. The
 * rate does not decay and the sum starts at `initial`.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property initial where the running sum or mean of squares starts (default 0)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-7)
 */
export const adagradEpsInside = rule({
  ...adagrad,
  id: "adagrad-eps-inside",
  title: "Adagrad, ε inside the root",
  hyper: { lr: 1e-2, initial: 0, eps: 1e-7 },
  update: {
    s: adagrad.update.s,
    p: "p - lr * g / sqrt(s + eps)",
  },
});
