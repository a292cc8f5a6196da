import { rule } from "@descent/core";
import { radam } from "./radam.ts";

/**
 * RAdam on gradients whose mean per output is subtracted, with a look-ahead every `every` steps: three remedies for an
 * unstable start in one (Wright, 2019). Defaults are the author's. ε is not corrected.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.95)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-5)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property every the number of steps between two looks back (default 6)
 * @property alpha how far slow weights go towards fast ones (default 0.5)
 */
export const ranger = rule({
  id: "ranger",
  title: "Ranger",
  paper: "https://github.com/lessw2020/Ranger-Deep-Learning-Optimizer",
  layout: ["out", "in"],
  hyper: { lr: 1e-3, beta1: 0.95, beta2: 0.999, eps: 1e-5, weightDecay: 0, every: 6, alpha: 0.5 },
  ranges: { every: [1, Infinity], alpha: [0, Infinity] },
  state: { m: 0, v: 0, slow: { init: "p" } },
  update: {
    c: "ndim > 1 ? g - rowMean(g) : g",
    rhoInf: radam.update.rhoInf,
    rho: radam.update.rho,
    r: radam.update.r,
    m: "beta1 * m + (1 - beta1) * c",
    v: "beta2 * v + (1 - beta2) * c^2",
    mHat: radam.update.mHat,
    step: "mHat * (rho > 5 ? r * sqrt(1 - beta2^t) / (sqrt(v) + eps) : 1)",
    p: "(1 - lr * weightDecay * decays) * p - lr * step",
  },
  after: [{ slow: "t % every == 0 ? slow + alpha * (p - slow) : slow", p: "t % every == 0 ? slow : p" }],
});
