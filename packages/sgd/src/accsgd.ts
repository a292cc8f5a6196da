import { rule } from "@descent/core";

/**
 * Couples a short step with one κ times as long and a mean of where both lead: unlike a heavy ball, it accelerates even
 * where noise dominates. Defaults are the authors' (Jain et al., 2018; Kidambi et al., 2018).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property kappa the long step over the short one, κ (default 1000)
 * @property xi the statistical advantage, ξ: at most √κ (default 10)
 * @property constant the factor the paper calls small constant, at most 1 (default 0.7)
 */
export const accsgd = rule({
  id: "accsgd",
  title: "AccSGD",
  paper: "https://arxiv.org/abs/1704.08227",
  hyper: { lr: 1e-3, kappa: 1000, xi: 10, constant: 0.7 },
  ranges: { kappa: [1, Infinity], xi: [0, Infinity], constant: [0, Infinity] },
  state: { far: "p" },
  update: {
    beta: "xi * constant^2 / kappa",
    far: "beta * (p - lr * kappa / constant * g) + (1 - beta) * far",
    p: "(constant * (p - lr * g) + beta * far) / (constant + beta)",
  },
});
