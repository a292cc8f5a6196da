import { transform } from "@descent/core";

/**
 * Adaptive gradient clipping: a unit's gradient is at most `clip` times as long as its weights, which trains deep networks
 * without batch normalization (Brock et al., 2021). Units are where the framework keeps them, or rows where that is not known; a
 * vector is a single unit. As in timm.
 * @property clip how long a unit's gradient may be, in lengths of its weights (default 0.01)
 * @property eps the least length that a unit's weights count as (default 0.001)
 */
export const agc = transform({
  id: "agc",
  title: "AGC",
  paper: "https://arxiv.org/abs/2102.06171",
  layout: ["out", "in"],
  hyper: { clip: 1e-2, eps: 1e-3 },
  ranges: { clip: [Number.MIN_VALUE, Infinity] },
  before: {
    longest: "clip * max(ndim > 1 ? sqrt(rowSum(p^2)) : norm(p), eps)",
    length: "ndim > 1 ? sqrt(rowSum(g^2)) : norm(g)",
    g: "length < longest ? g : g * (longest / max(length, 1e-6))",
  },
});
