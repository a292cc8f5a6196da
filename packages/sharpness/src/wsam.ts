import { transform } from "@descent/core";

/**
 * SAM with a weight for sharpness: it steps by the gradient at the weights plus γ / (1 − γ) times its change on the way up, so
 * that γ = 0.5 is SAM, less is between it and the rule, and more goes beyond: `wsam(momentum())`. Two gradients per step. This is
 * the paper's coupled form; the decoupled one steps by the change alone, which is the same for SGD (Yue et al., 2023,
 * https://arxiv.org/abs/2305.15817).
 * @property rho how far to climb (default 0.05)
 * @property gamma the weight of sharpness: 0 is the rule, 0.5 is SAM (default 0.9)
 */
export const wsam = transform({
  id: "wsam",
  title: "WSAM",
  paper: "https://arxiv.org/abs/2305.15817",
  hyper: { rho: 0.05, gamma: 0.9 },
  ranges: { rho: [0, Infinity], gamma: [0, 1] },
  state: { first: 0 },
  phases: { climb: { first: "g", p: "p + rho / (totalNorm(g) + 1e-12) * g" } },
  before: { g: "first + gamma / (1 - gamma) * (g - first)" },
});
