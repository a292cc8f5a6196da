import { rule } from "@descent/core";

/**
 * Adan that finds its own rate, for the whole model (Defazio and Mishchenko, 2023). Decay is proximal, as in Adan. Leave `lr` at
 * 1; schedules multiply it. As in the authors' code; pytorch_optimizer squares the squares once more. A parameter without a
 * gradient keeps its share of the estimate.
 * @property lr learning rate: the size of a step (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.98)
 * @property beta2 how much of the running mean of changes of the gradient is kept at each step (default 0.92)
 * @property beta3 how much of the running means of squares, and of the sum of gradients, is kept at each step
 *   (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property d0 the first estimate, too small for any problem (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const dadaptAdan = rule({
  id: "dadapt-adan",
  title: "D-Adapt Adan",
  paper: "https://arxiv.org/abs/2301.07733",
  hyper: { lr: 1, beta1: 0.98, beta2: 0.92, beta3: 0.99, eps: 1e-8, d0: 1e-6, weightDecay: 0 },
  ranges: { d0: [Number.MIN_VALUE, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: {
    m: 0,
    n: 0,
    v: 0,
    last: 0,
    s: 0,
    squares: { place: "model", init: 0 },
    d: { place: "model", init: "d0" },
  },
  update: {
    rate: "d * lr",
    change: "t > 1 ? g - last : 0",
    last: "g",
    m: "beta1 * m + (1 - beta1) * rate * g",
    n: "beta2 * n + (1 - beta2) * rate * change",
    v: "beta3 * v + (1 - beta3) * (g + beta2 * change)^2",
    s: "beta3 * s + (1 - beta3) * rate * g",
    squares: "beta3 * squares + (1 - beta3) * total(rate^2 * g^2 / (sqrt(v) + eps))",
    d: "max(d, (total(s^2 / (sqrt(v) + eps)) / (1 - beta3) - squares) / (total(abs(s)) + 1e-30))",
    p: "(p - (m + beta2 * n) / (sqrt(v) + eps)) / (1 + rate * weightDecay * decays)",
  },
});
