import { decay, rule } from "@descent/core";

/**
 * Shampoo whose factors are the best estimate of the gradients' covariance by the Kullback–Leibler divergence: each accumulates
 * gradients that the other has whitened, so no grafting from Adam is needed. The paper's idealized scheme: roots are recomputed at
 * every step, in float64 on the host; factors start as the identity (Lin et al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.98)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const klShampoo = rule({
  id: "kl-shampoo",
  title: "KL-Shampoo",
  paper: "https://arxiv.org/abs/2509.03378",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.01 },
  ranges: { eps: [Number.MIN_VALUE, Infinity] },
  state: { m: 0, l: { place: ["rows", "rows"], init: "eye" }, r: { place: ["cols", "cols"], init: "eye" } },
  before: [decay],
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    next: "beta2 * l + (1 - beta2) / cols * g @ inverseRoot(r + eps * eye(cols), 1) @ g'",
    r: "beta2 * r + (1 - beta2) / rows * g' @ inverseRoot(l + eps * eye(rows), 1) @ g",
    l: "next",
    p: "p - lr * inverseRoot(l + eps * eye(rows), 2) @ m @ inverseRoot(r + eps * eye(cols), 2)",
  },
});
