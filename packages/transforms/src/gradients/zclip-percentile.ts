import { transform } from "@descent/core";

/**
 * Clips gradients at a percentile of those so far, if their norms were normal: the global norm is at most `threshold` deviations
 * above its running mean (Kumar et al., 2025, as "percentile"). `zclip` lets outliers through to less than that. Mean and deviation
 * begin as those of the first `warmup` norms. As the authors' code does, it also clips to `maxNorm` throughout.
 * @property decay how much of the running mean and variance is kept at each step (default 0.97)
 * @property threshold how many deviations above the mean a norm may be (default 2.5)
 * @property maxNorm the greatest norm, whatever the mean (default 1)
 * @property warmup how many norms the mean begins from (default 25)
 */
export const zclipPercentile = transform({
  id: "zclip-percentile",
  title: "ZClip by percentile",
  paper: "https://arxiv.org/abs/2504.02507",
  hyper: { decay: 0.97, threshold: 2.5, maxNorm: 1, warmup: 25 },
  ranges: {
    decay: [0, 1],
    threshold: [Number.MIN_VALUE, Infinity],
    maxNorm: [Number.MIN_VALUE, Infinity],
    warmup: [1, Infinity],
  },
  state: {
    count: { place: "model", init: 0 },
    mean: { place: "model", init: 0 },
    variance: { place: "model", init: 0 },
  },
  before: {
    length: "totalNorm(g)",
    count: "count + 1",
    usual: "count > warmup ? min(length, mean + threshold * sqrt(variance)) : length",
    apart: "usual - mean",
    mean: "count > warmup ? decay * mean + (1 - decay) * usual : mean + apart / count",
    variance:
      "count > warmup ? decay * variance + (1 - decay) * (usual - mean)^2 : variance + (apart * (usual - mean) - variance) / count",
    most: "min(usual, maxNorm)",
    g: "length > most ? g * most / (length + 1e-6) : g",
  },
});
