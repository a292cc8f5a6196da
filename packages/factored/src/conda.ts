import { rule } from "@descent/core";

/**
 * Adam whose second moment is taken per column, in the axes of its first: the left singular vectors of the mean gradient,
 * recomputed every `every` steps, so that the update keeps Muon's axes and each column has a size of its own (Wang et al., 2025).
 * Rows are projected, of matrices read as outputs by inputs.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property rank the number of directions; by default all (default 1e+6)
 * @property every how many steps a basis serves (default 2000)
 * @property scale a factor for the update (default 1)
 */
export const conda = rule({
  id: "conda",
  title: "Conda",
  paper: "https://arxiv.org/abs/2509.24218",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, rank: 1e6, every: 2000, scale: 1 },
  ranges: { rank: [1, Infinity], every: [1, Infinity], scale: [0, Infinity] },
  state: {
    m: 0,
    q: { place: ["rows", "rank"], init: 0 },
    v: { place: ["rank", "cols"], init: 0 },
  },
  before: [{ m: "beta1 * m + (1 - beta1) * g" }, { when: "t == 1 || t % every == 0", q: "svd(m, rank)" }],
  update: {
    h: "q' @ g",
    v: "beta2 * v + (1 - beta2) * h^2",
    n: "(q' @ m) / (sqrt(v) + eps)",
    rate: "lr * sqrt(1 - beta2^t) / (1 - beta1^t)",
    p: "(1 - lr * weightDecay * decays) * (p - rate * scale * q @ n)",
  },
});
