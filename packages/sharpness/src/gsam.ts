import { transform } from "@descent/core";

/**
 * SAM that also lowers the gap between the loss nearby and the loss itself: it subtracts `alpha` times that part of the gradient
 * at the weights which is orthogonal to the gradient after the climb: `gsam(momentum())`. Two gradients per step (Zhuang et al.,
 * 2022, https://arxiv.org/abs/2203.08065). The paper's radius follows the rate: make `rho` a schedule.
 * @property rho how far to climb (default 0.05)
 * @property alpha how much of the gradient's part across the one climbed to is taken off (default 0.4)
 */
export const gsam = transform({
  id: "gsam",
  title: "GSAM",
  paper: "https://arxiv.org/abs/2203.08065",
  hyper: { rho: 0.05, alpha: 0.4 },
  ranges: { rho: [0, Infinity], alpha: [0, Infinity] },
  state: { first: 0 },
  phases: { climb: { first: "g", p: "p + rho / (totalNorm(g) + 1e-12) * g" } },
  before: {
    cosine: "total(first * g) / (totalNorm(g) * totalNorm(first) + 1e-12)",
    across: "first - cosine * totalNorm(first) / (totalNorm(g) + 1e-12) * g",
    g: "g - alpha * across",
  },
});
