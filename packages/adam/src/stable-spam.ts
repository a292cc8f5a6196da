import { rule } from "@descent/core";

/**
 * Adam for gradients with spikes, as in training with four bits: elements above the usual maximum are scaled down to it,
 * each tensor's gradient is given its usual length over its usual root mean square, and the moments start anew every
 * `every` steps (Huang et al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property theta how much of the running mean of the largest element is kept at each step, γ₃ (default 0.999)
 * @property gamma1 how much of the running mean of lengths is kept at each step (default 0.7)
 * @property gamma2 how much of the running mean of squared lengths is kept at each step (default 0.9)
 * @property every the number of steps after which the moments start anew; 0 for never (default 1000)
 */
export const stableSpam = rule({
  id: "stable-spam",
  title: "Stable-SPAM",
  paper: "https://arxiv.org/abs/2502.17055",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, theta: 0.999, gamma1: 0.7, gamma2: 0.9, every: 1000 },
  ranges: { theta: [0, 1], gamma1: [0, 1], gamma2: [0, 1], every: [0, Infinity] },
  state: {
    m: 0,
    v: 0,
    most: { place: "scalar", init: 0 },
    usual: { place: "scalar", init: 0 },
    square: { place: "scalar", init: 0 },
    age: { place: "host", init: 0 },
  },
  update: {
    anew: "t % every == 0",
    age: "anew ? 1 : age + 1",
    most: "theta * most + (1 - theta) * largest(abs(g))",
    bound: "most / (1 - theta^t)",
    c: "abs(g) > bound ? g / largest(abs(g)) * bound : g",
    usual: "gamma1 * usual + (1 - gamma1) * norm(c)",
    square: "gamma2 * square + (1 - gamma2) * norm(c)^2",
    length: "usual / (1 - gamma1^t) / (sqrt(square / (1 - gamma2^t)) + eps)",
    h: "c / max(norm(c), 1e-30) * length",
    m: "(anew ? 0 : beta1) * m + (1 - beta1) * h",
    v: "(anew ? 0 : beta2) * v + (1 - beta2) * h^2",
    p: "p - lr * m / (1 - beta1^age) / (sqrt(v / (1 - beta2^age)) + eps)",
  },
});
