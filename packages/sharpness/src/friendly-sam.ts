import { transform } from "@descent/core";

/**
 * SAM that climbs along the gradient's noise, the batch's gradient minus `sigma` times the running mean, because the full
 * gradient's part of the climb hurts generalization: `friendlySam(momentum())`. Two gradients per step (Li et al., 2024,
 * https://arxiv.org/abs/2403.12350).
 * @property rho how far to climb (default 0.05)
 * @property sigma how much of the mean gradient is taken off (default 1)
 * @property lambda how much of the running mean of gradients is kept at each step (default 0.9)
 */
export const friendlySam = transform({
  id: "friendly-sam",
  title: "Friendly SAM",
  paper: "https://arxiv.org/abs/2403.12350",
  hyper: { rho: 0.05, sigma: 1, lambda: 0.9 },
  ranges: { rho: [0, Infinity], sigma: [0, Infinity], lambda: [0, 1] },
  state: { m: 0 },
  phases: {
    climb: {
      noise: "t > 1 ? g - sigma * m : g",
      m: "t > 1 ? lambda * m + (1 - lambda) * g : g",
      p: "p + rho / (totalNorm(noise) + 1e-12) * noise",
    },
  },
});
