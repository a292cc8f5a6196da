import { rule } from "@descent/core";

/**
 * Adapts the momentum instead of the rate: elements with large gradients, compared with the mean over the model, get
 * less inertia. Steps keep SGD's direction of descent, so minima are as flat. Defaults are the authors'
 * (Xie et al., 2020).
 * @property lr learning rate: the size of a step (default 1)
 * @property beta0 how fast inertia falls with the size of gradients, β₀ (default 0.1)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 0.001)
 */
export const adai = rule({
  id: "adai",
  title: "Adai",
  paper: "https://arxiv.org/abs/2006.15815",
  hyper: { lr: 1, beta0: 0.1, beta2: 0.99, eps: 1e-3 },
  ranges: { beta0: [0, Infinity] },
  state: { m: 0, v: 0, product: 1 },
  update: {
    v: "beta2 * v + g^2",
    vHat: "v / (1 - beta2^t)",
    share: "vHat > 0 ? vHat / (total(vHat) / total(g == g)) : 0",
    b: "clamp(1 - beta0 * share, 0, 1 - eps)",
    product: "product * b",
    m: "b * m + (1 - b) * g",
    p: "p - lr * m / (1 - product)",
  },
});
