import { decay, rule } from "@descent/core";

/**
 * AdamW with one second moment per output neuron in place of one per weight, because the weights of a neuron share a
 * curvature: half of Adam's state. Rows are outputs; vectors have one moment in all. The authors give queries and keys one
 * per head, as `adamMiniHeads` does (Zhang et al., 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adamMini = rule({
  id: "adam-mini",
  title: "Adam-mini",
  paper: "https://arxiv.org/abs/2406.16793",
  layout: ["out", "in"],
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  state: { m: 0, v: { place: "row", init: 0 } },
  before: [decay],
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * rowMean(g^2)",
    p: "p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)",
  },
});
