import { rule } from "@descent/core";

/**
 * SGD whose rate per column is Adam's, as seen through a random projection to `rank` numbers per column: no decomposition, and
 * moments of `rank` rows. An update may not grow by more than 1 % from step to step. The projection is drawn once, the same in
 * every run, where the authors draw a new one every 200 steps; it is of rows, in matrices read as outputs by inputs (Zhu et al.,
 * 2024).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property rank the number of projected rows, at most the smaller side (default 256)
 * @property scale the square of a factor for the update (default 1)
 */
export const apollo = rule({
  id: "apollo",
  title: "APOLLO",
  paper: "https://arxiv.org/abs/2412.05270",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-2, beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 0, rank: 256, scale: 1 },
  ranges: { rank: [1, Infinity], scale: [0, Infinity] },
  state: {
    q: { place: ["rows", "rank"], init: "normal" },
    m: { place: ["rank", "cols"], init: 0 },
    v: { place: ["rank", "cols"], init: 0 },
    length: { place: "scalar", init: 0 },
  },
  update: {
    h: "q' @ g / sqrt(rank)",
    m: "beta1 * m + (1 - beta1) * h",
    v: "beta2 * v + (1 - beta2) * h^2",
    n: "m / (sqrt(v) + eps)",
    u: "g * sqrt(columnSum(n^2)) / (sqrt(columnSum(h^2)) + 1e-8)",
    limiter: "t > 1 ? max(norm(u) / (length + 1e-8), 1.01) / 1.01 : 1",
    length: "norm(u) / limiter",
    rate: "lr * sqrt(1 - beta2^t) / (1 - beta1^t)",
    p: "(1 - lr * weightDecay * decays) * (p - rate * sqrt(scale) / limiter * u)",
  },
});
