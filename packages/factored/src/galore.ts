import { rule } from "@descent/core";

/**
 * Adam in a subspace of `rank` directions, the leading left singular vectors of a gradient, recomputed every `every` steps:
 * moments of `rank` rows replace those of the whole matrix. Rows are projected, of matrices read as outputs by inputs, where the
 * authors project the shorter side; moments are kept when the subspace changes, as in all implementations (Zhao et al., 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property rank the number of directions, at most the smaller side (default 128)
 * @property every how many steps a subspace serves (default 200)
 * @property scale a factor for the update, α (default 0.25)
 */
export const galore = rule({
  id: "galore",
  title: "GaLore",
  paper: "https://arxiv.org/abs/2403.03507",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 0, rank: 128, every: 200, scale: 0.25 },
  ranges: { rank: [1, Infinity], every: [1, Infinity], scale: [0, Infinity] },
  state: {
    q: { place: ["rows", "rank"], init: 0 },
    m: { place: ["rank", "cols"], init: 0 },
    v: { place: ["rank", "cols"], init: 0 },
  },
  before: [{ when: "t == 1 || t % every == 0", q: "svd(g, rank)" }],
  update: {
    h: "q' @ g",
    m: "beta1 * m + (1 - beta1) * h",
    v: "beta2 * v + (1 - beta2) * h^2",
    rate: "lr * sqrt(1 - beta2^t) / (1 - beta1^t)",
    p: "(1 - lr * weightDecay * decays) * (p - rate * scale * q @ (m / (sqrt(v) + eps)))",
  },
});
