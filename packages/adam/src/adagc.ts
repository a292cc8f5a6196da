import { decay, rule } from "@descent/core";

/**
 * AdamW behind a clip that each tensor sets for itself: its gradient may be at most `lambdaRel` times as long as its recent
 * mean, so a spike in one layer is cut at once. During the first `warmup` steps the whole model is clipped to `lambdaAbs`
 * (Wang et al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property beta3 how much of the running mean of clipped lengths is kept at each step (default 0.98)
 * @property lambdaRel how many times its usual length a gradient may have, after the warm-up (default 1.05)
 * @property lambdaAbs the length of the whole model's gradient, at most, during the warm-up (default 1)
 * @property warmup the number of the step from which on lengths are relative (default 100)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 */
export const adagc = rule({
  id: "adagc",
  title: "AdaGC",
  paper: "https://arxiv.org/abs/2502.11034",
  hyper: {
    lr: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    beta3: 0.98,
    lambdaRel: 1.05,
    lambdaAbs: 1,
    warmup: 100,
    eps: 1e-8,
    weightDecay: 0.1,
  },
  ranges: { lambdaRel: [0, Infinity], lambdaAbs: [0, Infinity], warmup: [0, Infinity] },
  state: { m: 0, v: 0, usual: { place: "scalar", init: 0 } },
  before: [decay],
  update: {
    early: "t == 1 || t < warmup",
    limit: "early ? lambdaAbs / (totalNorm(g) + eps) : lambdaRel * max(usual, eps) / max(norm(g), eps)",
    c: "min(1, limit) * g",
    usual: "t == 1 ? norm(c) : (early ? min(usual, norm(c)) : beta3 * usual + (1 - beta3) * norm(c))",
    m: "beta1 * m + (1 - beta1) * c",
    v: "beta2 * v + (1 - beta2) * c^2",
    p: "p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)",
  },
});
