import { rule } from "@descent/core";

/**
 * Eight remedies around Adam: gradients clipped by row, centred and standardized; positive-negative momentum; the largest
 * variance, made smooth at 0; decay that the model's variance scales; rows pulled towards length 1; and a look-ahead
 * (Wright and Demeure, 2021). Its warm-up and warm-down are schedules of `lr` here. As in pytorch_optimizer, where the
 * variance sees gradients standardized once, and the momentum twice.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta0 the weight of the stale mean; the fresh one has 1 + β₀ (default 0.9)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 1e-4)
 * @property clip how long a row's gradient may be, in lengths of the row (default 0.01)
 * @property smooth how sharply the denominator bends at 0, β of its softplus (default 50)
 * @property normLoss how strongly rows are drawn to length 1 (default 1e-4)
 * @property every the number of steps between two looks back (default 5)
 * @property alpha how far slow weights go towards fast ones (default 0.5)
 */
export const ranger21 = rule({
  id: "ranger21",
  title: "Ranger21",
  paper: "https://arxiv.org/abs/2106.13731",
  layout: ["out", "in"],
  hyper: {
    lr: 1e-3,
    beta0: 0.9,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    weightDecay: 1e-4,
    clip: 1e-2,
    smooth: 50,
    normLoss: 1e-4,
    every: 5,
    alpha: 0.5,
  },
  ranges: {
    beta0: [0, Infinity],
    clip: [0, Infinity],
    smooth: [Number.MIN_VALUE, Infinity],
    normLoss: [0, Infinity],
    every: [1, Infinity],
    alpha: [0, Infinity],
  },
  state: { m: 0, stale: 0, v: 0, vMax: 0, slow: { init: "p" } },
  update: {
    long: "clip * max(sqrt(rowSum(p^2)), 1e-3) / max(sqrt(rowSum(g^2)), 1e-6)",
    c: "min(1, long) * g",
    centred: "ndim > 1 ? c - rowMean(c) : c",
    deviation: "norm(centred - mean(centred)) / sqrt(size - 1)",
    n: "size > 2 ? centred / (deviation + 1e-8) : centred",
    v: "beta2 * v + (1 - beta2) * n^2",
    typical: "sqrt((1 + total(v / (1 - beta2^t))) / total(g == g))",
    vMax: "max(vMax, v)",
    root: "sqrt(vMax / (1 - beta2^t)) + eps",
    bent: "smooth * root > 20 ? root : log(1 + exp(smooth * root)) / smooth",
    again: "size > 2 ? n / (norm(n - mean(n)) / sqrt(size - 1) + 1e-8) : n",
    fresh: "beta1^2 * stale + (1 - beta1^2) * again",
    stale: "m",
    m: "fresh",
    step: "((1 + beta0) * m - beta0 * stale) / sqrt((1 + beta0)^2 + beta0^2) / (1 - beta1^t)",
    q: "(1 - lr * weightDecay * decays / typical) * p",
    drawn: "(1 - 2 * lr * normLoss * (1 - 1 / (sqrt(rowSum(q^2)) + eps))) * q",
    p: "drawn - lr * step / bent",
  },
  after: [{ slow: "t % every == 0 ? slow + alpha * (p - slow) : slow", p: "t % every == 0 ? slow : p" }],
});
