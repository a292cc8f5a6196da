import { transform } from "@descent/core";

/**
 * SAM whose neighbourhood is measured in units of the weights, so that rescaling a layer does not change how sharp it looks:
 * `asam(momentum())`. Two gradients per step; all parameters climb together (Kwon et al., 2021,
 * https://arxiv.org/abs/2102.11600). As in the common implementations, without the paper's floor under small weights.
 * @property rho how far to climb, in units of the weights (default 0.5)
 */
export const asam = transform({
  id: "asam",
  title: "ASAM",
  paper: "https://arxiv.org/abs/2102.11600",
  hyper: { rho: 0.5 },
  ranges: { rho: [0, Infinity] },
  phases: { climb: { p: "p + rho / (totalNorm(p * g) + 1e-12) * p^2 * g" } },
});
