import { transform } from "@descent/core";

/**
 * Any rule steps by the gradient at the worst point nearby, a distance of `rho` up the slope, so that it prefers flat minima:
 * `sam(momentum())`. Two gradients per step; all parameters climb together (Foret et al., 2021).
 * @property rho how far away the worst point is looked for (default 0.05)
 */
export const sam = transform({
  id: "sam",
  title: "SAM",
  paper: "https://arxiv.org/abs/2010.01412",
  hyper: { rho: 0.05 },
  ranges: { rho: [0, Infinity] },
  phases: { climb: { p: "p + rho / (totalNorm(g) + 1e-12) * g" } },
});
