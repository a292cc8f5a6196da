import { rule } from "@descent/core";

/**
 * Adagrad by dual averaging: the parameter is where it started minus the weighted sum of all gradients over the cube root
 * of their squares, approached with momentum. It generalises as SGD does and needs little decay. ε is also added to the
 * rate, as in the authors' code (Defazio and Jelassi, 2021).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 */
export const madgrad = rule({
  id: "madgrad",
  title: "MADGRAD",
  paper: "https://arxiv.org/abs/2101.11075",
  hyper: { lr: 1e-2, momentum: 0.9, eps: 1e-6 },
  state: { x0: "p", s: 0, v: 0 },
  update: {
    weight: "(lr + eps) * sqrt(t)",
    v: "v + weight * g^2",
    s: "s + weight * g",
    p: "momentum * p + (1 - momentum) * (x0 - s / (v^(1/3) + eps))",
  },
});
