import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam at the start, SGD at the end: each element's rate is kept between bounds that close in on `finalLr`. As in the
 * authors' code, ε is added to the uncorrected root and the momentum is corrected inside the bounds (Luo et al., 2019).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property finalLr the rate of the SGD that it becomes (default 0.1)
 * @property gamma how fast the bounds close in, γ (default 0.001)
 */
export const adabound = rule({
  ...adam,
  id: "adabound",
  title: "AdaBound",
  paper: "https://arxiv.org/abs/1902.09843",
  hyper: { ...adam.hyper, finalLr: 0.1, gamma: 1e-3 },
  ranges: { finalLr: [0, Infinity], gamma: [Number.MIN_VALUE, 1] },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    least: "finalLr * (1 - 1 / (gamma * t + 1))",
    most: "finalLr * (1 + 1 / (gamma * t))",
    rate: "lr * sqrt(1 - beta2^t) / (1 - beta1^t) / (sqrt(v) + eps)",
    p: "p - clamp(rate, least, most) * m",
  },
});
