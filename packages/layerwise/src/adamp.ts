import { rule } from "@descent/core";

/**
 * AdamW without the part of the step that points along the weights. Before a normalisation layer that part changes
 * nothing but the weights' length, which grows and shrinks the effective rate. Weights count as such when the gradient
 * is nearly orthogonal to them, by row (one row per output) or else as a whole; vectors are left alone. Defaults are the
 * authors' (Heo et al., 2021).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property delta how small the cosine of gradient and weights must be, times √(their number) (default 0.1)
 * @property decayRatio the factor on weight decay where the step was projected (default 0.1)
 */
export const adamp = rule({
  id: "adamp",
  title: "AdamP",
  paper: "https://arxiv.org/abs/2006.08217",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, delta: 0.1, decayRatio: 0.1 },
  ranges: { delta: [0, Infinity], decayRatio: [0, Infinity] },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    d: "m / (sqrt(v / (1 - beta2^t)) + eps)",
    length: "sqrt(rowSum(p^2))",
    along: "sum(abs(rowSum(p * g)) > delta / sqrt(cols) * length * sqrt(rowSum(g^2)))",
    byRow: "ndim > 1 && along == 0",
    whole: "ndim > 1 && abs(sum(p * g)) < delta / sqrt(size) * norm(p) * norm(g)",
    unit: "p / ((byRow ? length : norm(p)) + eps)",
    radial: "byRow ? rowSum(unit * d) : (whole ? sum(unit * d) : 0)",
    ratio: "byRow || whole ? decayRatio : 1",
    p: "(1 - lr * weightDecay * decays * ratio) * p - lr / (1 - beta1^t) * (d - radial * unit)",
  },
});
