import { rule } from "@descent/core";
import { orthogonalAdded } from "./newton-schulz.ts";

/**
 * Muon's step by MARS's gradient, whose variance is reduced by the one before. The authors' form of Shampoo without memory; they
 * step vectors with AdamW. The gradient before the first counts as 0, as in their code (Yuan et al., 2024).
 * @property lr learning rate: the size of a step (default 0.003)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.95)
 * @property gamma how much of the change of the gradient is added, times beta1/(1 − beta1); γ (default 0.025)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const marsShampoo = rule({
  id: "mars-shampoo",
  title: "MARS-Shampoo",
  paper: "https://arxiv.org/abs/2411.10438",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 3e-3, beta1: 0.95, gamma: 0.025, weightDecay: 0 },
  ranges: { gamma: [0, Infinity] },
  state: { m: 0, last: 0 },
  macros: { orthogonal: orthogonalAdded },
  update: {
    raw: "g + gamma * beta1 / (1 - beta1) * (g - last)",
    c: "raw / max(norm(raw), 1)",
    last: "g",
    m: "beta1 * m + (1 - beta1) * c",
    p: "(1 - lr * weightDecay * decays) * p - lr * sqrt(max(1, rows / cols)) * orthogonal(m / (1 - beta1))",
  },
});
