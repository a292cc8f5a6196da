import { rule } from "@descent/core";

/**
 * Two running means take turns, and the step is the fresh one minus a part of the stale one: their signal is the same,
 * so it stays, while their noise is independent and grows, as with a smaller batch. Defaults are the authors'
 * (Xie et al., 2021).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta0 the weight of the stale mean; the fresh one has 1 + β₀ (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 */
export const pnm = rule({
  id: "pnm",
  title: "PNM",
  paper: "https://arxiv.org/abs/2103.17182",
  hyper: { lr: 1e-3, beta0: 1, beta1: 0.9 },
  ranges: { beta0: [0, Infinity] },
  state: { m: 0, stale: 0 },
  update: {
    fresh: "beta1^2 * stale + (1 - beta1^2) * g",
    stale: "m",
    m: "fresh",
    p: "p - lr * ((1 + beta0) * m - beta0 * stale) / sqrt((1 + beta0)^2 + beta0^2)",
  },
});
