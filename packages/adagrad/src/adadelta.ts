import { rule } from "@descent/core";

/**
 * A rate in the units of the parameter: the size of recent steps over the size of recent gradients, so `lr` is a plain
 * factor (1, as in PyTorch). It uses the new mean square of the gradient and the old one of the steps (Zeiler, 2012).
 * @property lr learning rate: the size of a step (default 1)
 * @property rho how much of the running mean of squared gradients is kept at each step (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 */
export const adadelta = rule({
  id: "adadelta",
  title: "Adadelta",
  paper: "https://arxiv.org/abs/1212.5701",
  hyper: { lr: 1, rho: 0.9, eps: 1e-6 },
  state: { v: 0, u: 0 },
  update: {
    v: "rho * v + (1 - rho) * g^2",
    d: "sqrt(u + eps) / sqrt(v + eps) * g",
    u: "rho * u + (1 - rho) * d^2",
    p: "p - lr * d",
  },
});
