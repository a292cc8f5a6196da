import { rule } from "@descent/core";

/**
 * Momentum without the part of the step that points along the weights. Before a normalisation layer that part changes
 * nothing but the weights' length, which grows and shrinks the effective rate. Weights count as such when the gradient
 * is nearly orthogonal to them, by row (one row per output) or else as a whole; vectors are left alone. Defaults are the
 * authors' (Heo et al., 2021).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property delta how small the cosine of gradient and weights must be, times √(their number) (default 0.1)
 * @property decayRatio the factor on weight decay where the step was projected (default 0.1)
 */
export const sgdp = rule({
  id: "sgdp",
  title: "SGDP",
  paper: "https://arxiv.org/abs/2006.08217",
  hyper: { lr: 1e-3, momentum: 0.9, eps: 1e-8, weightDecay: 0, delta: 0.1, decayRatio: 0.1 },
  ranges: { delta: [0, Infinity], decayRatio: [0, Infinity] },
  state: { b: 0 },
  update: {
    b: "momentum * b + g",
    length: "sqrt(rowSum(p^2))",
    along: "sum(abs(rowSum(p * g)) > delta / sqrt(cols) * length * sqrt(rowSum(g^2)))",
    byRow: "rows > 1 && along == 0",
    whole: "rows > 1 && abs(sum(p * g)) < delta / sqrt(size) * norm(p) * norm(g)",
    unit: "p / ((byRow ? length : norm(p)) + eps)",
    radial: "byRow ? rowSum(unit * b) : (whole ? sum(unit * b) : 0)",
    ratio: "byRow || whole ? decayRatio : 1",
    p: "(1 - lr * weightDecay * decays * ratio / (1 - momentum)) * p - lr * (b - radial * unit)",
  },
});
