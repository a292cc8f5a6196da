import { decay, rule } from "@descent/core";

/**
 * AdamW with one second moment per head, for the queries and keys of attention: the weights of a head share a curvature, and those
 * of its neurons do not (Zhang et al., 2024). Rows are outputs; give the other layers `adamMini`:
 * `partition({ heads: adamMiniHeads({ heads: 12 }), rest: adamMini() }, …)`. Refuses a parameter whose rows its heads do not divide.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property heads how many heads a parameter holds, one below the other; with grouped keys, as many as there are of
 *   those (default 1)
 */
export const adamMiniHeads = rule({
  id: "adam-mini-heads",
  title: "Adam-mini by heads",
  paper: "https://arxiv.org/abs/2406.16793",
  layout: ["out", "in"],
  blocks: { rows: "heads" },
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, heads: 1 },
  ranges: { heads: [1, Infinity] },
  state: { m: 0, v: { place: "scalar", init: 0 } },
  before: [decay],
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * mean(g^2)",
    p: "p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)",
  },
});
