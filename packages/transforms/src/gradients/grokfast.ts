import { transform } from "@descent/core";

/**
 * Adds `strength` times a running mean of the gradients to each, which amplifies what changes slowly: networks that memorize
 * first and understand much later do so fifty times sooner (Lee et al., 2024). As the authors' `gradfilter_ema`.
 * @property decay how much of the running mean is kept at each step (default 0.98)
 * @property strength how much of the mean is added (default 2)
 */
export const grokfast = transform({
  id: "grokfast",
  title: "Grokfast",
  paper: "https://arxiv.org/abs/2405.20233",
  hyper: { decay: 0.98, strength: 2 },
  ranges: { decay: [0, 1], strength: [0, Infinity] },
  state: { slow: 0 },
  before: { slow: "t == 1 ? g : decay * slow + (1 - decay) * g", g: "g + strength * slow" },
});
