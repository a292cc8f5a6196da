import { rule } from "@descent/core";

/**
 * Adagrad that forgets: it divides the gradient by the root of its recent mean square, so only sign and regularity
 * count. Defaults and ε outside the root are PyTorch's (`rho` is its `alpha`); Hinton's lecture has rho 0.9 and lr 1e-3.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property rho how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const rmsprop = rule({
  id: "rmsprop",
  title: "RMSProp",
  paper: "https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
  hyper: { lr: 1e-2, rho: 0.99, eps: 1e-8 },
  state: { v: 0 },
  update: {
    v: "rho * v + (1 - rho) * g^2",
    p: "p - lr * g / (sqrt(v) + eps)",
  },
});
