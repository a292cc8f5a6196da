import { rule } from "@descent/core";

/**
 * Adagrad without its square root, and with a numerator that grows to make up for it: its path does not change when a
 * feature is rescaled. Defaults and the places of ε are those of the authors' code (Choudhury et al., 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property eta how much of the squared gradients the numerator gathers, η (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const kate = rule({
  id: "kate",
  title: "KATE",
  paper: "https://arxiv.org/abs/2403.02648",
  hyper: { lr: 1e-3, eta: 0.9, eps: 1e-8 },
  ranges: { eta: [0, Infinity] },
  state: { b: 0, m: 0 },
  update: {
    b: "b + g^2",
    m: "m + eta * g^2 + g^2 / (b + eps)",
    p: "p - lr * sqrt(m) * g / (b + eps)",
  },
});
