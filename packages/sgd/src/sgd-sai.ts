import { decay, rule } from "@descent/core";

/**
 * Running-mean momentum whose rate is set per tensor once, by the first gradient: its norm over its standard deviation.
 * That replaces Adam's second moment at half its state. As in the authors' code (Xu et al., 2024).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const sgdSai = rule({
  id: "sgd-sai",
  title: "SGD-SaI",
  paper: "https://arxiv.org/abs/2412.11768",
  hyper: { lr: 1e-2, momentum: 0.9, eps: 1e-8, weightDecay: 1e-2 },
  state: { b: 0, ratio: { place: "scalar", init: 0 } },
  before: [decay],
  update: {
    deviation: "norm(g - mean(g)) / sqrt(size - 1)",
    ratio: "t > 1 ? ratio : norm(g) / ((size > 1 ? deviation : 0) + eps)",
    b: "t > 1 ? momentum * b + (1 - momentum) * g : g",
    p: "p - lr * ratio * b",
  },
});
