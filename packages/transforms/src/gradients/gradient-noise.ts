import { transform } from "@descent/core";

/**
 * Adds normal noise to each gradient that dies away, of variance eta / t^gamma, which helps very deep networks off a bad start
 * (Neelakantan et al., 2015). It depends on the seed alone, so a run repeats.
 * @property eta the variance of the first step's noise (default 0.01)
 * @property gamma how fast it dies away (default 0.55)
 * @property seed of the random numbers (default 0)
 */
export const gradientNoise = transform({
  id: "gradient-noise",
  title: "Gradient noise",
  paper: "https://arxiv.org/abs/1511.06807",
  hyper: { eta: 1e-2, gamma: 0.55, seed: 0 },
  ranges: { eta: [0, Infinity], gamma: [0, Infinity] },
  before: { g: "g + sqrt(eta / t^gamma) * normal(seed)" },
});
