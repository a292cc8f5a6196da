import { rule } from "@descent/core";

/**
 * Decay that the gradients' size decides, and a rate that falls as decay adds up, so that nothing needs a schedule: one
 * number per tensor replaces Adam's two per weight. Steps are measured against the size that weights are expected to
 * have, √(2 / inputs) for matrices and ½ for vectors. Constants and defaults are pytorch_optimizer's, without momentum
 * (Tian and Parikh, 2022).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-18)
 * @property c how much the falling rate damps decay (default 0.25)
 * @property d how much it damps the step (default 0.25)
 */
export const amos = rule({
  id: "amos",
  title: "Amos",
  paper: "https://arxiv.org/abs/2210.11693",
  layout: ["out", "in"],
  hyper: { lr: 1e-3, beta2: 0.999, eps: 1e-18, c: 0.25, d: 0.25 },
  ranges: { c: [0, Infinity], d: [0, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: { v: { place: "scalar", init: 0 }, b: { place: "scalar", init: 0 } },
  update: {
    square: "mean(g^2)",
    v: "beta2 * v + (1 - beta2) * square",
    r: "(1 - beta2^t) / (v + eps)",
    rate: "lr * (ndim > 1 ? sqrt(2 / cols) : 0.5)",
    gamma: "lr^2 * r * square / sqrt(1 + c * sqrt(lr) * b)",
    u: "(gamma / 2 * p + rate * sqrt(r) * g) / (1 + d * sqrt(rate) * b)",
    b: "b * (1 + gamma) + gamma",
    p: "p - u",
  },
});
