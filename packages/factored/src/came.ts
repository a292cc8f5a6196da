import { rule } from "@descent/core";

/**
 * Adafactor's memory with momentum, and a confidence: where the clipped update differs from its running mean, the step is
 * shortened, by a second pair of row and column means. Vectors keep all their squares and take the mean as it is (Luo et
 * al., 2023). Products of rows and columns are taken as roots, so that tiny gradients do not underflow in them.
 * @property lr learning rate: the size of a step (default 2e-4)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property beta3 how much of the running mean of squared differences is kept at each step (default 0.9999)
 * @property clip the largest root mean square of an update (default 1)
 * @property eps1 added to squared gradients (default 1e-30)
 * @property eps2 added to squared differences (default 1e-16)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const came = rule({
  id: "came",
  title: "CAME",
  paper: "https://arxiv.org/abs/2307.02047",
  layout: ["out", "in"],
  hyper: { lr: 2e-4, beta1: 0.9, beta2: 0.999, beta3: 0.9999, clip: 1, eps1: 1e-30, eps2: 1e-16, weightDecay: 0 },
  ranges: {
    clip: [Number.MIN_VALUE, Infinity],
    eps1: [Number.MIN_VALUE, Infinity],
    eps2: [Number.MIN_VALUE, Infinity],
  },
  state: {
    m: 0,
    row: { place: "row", init: 0 },
    column: { place: "column", init: 0 },
    differRow: { place: "row", init: 0 },
    differColumn: { place: "column", init: 0 },
  },
  update: {
    square: "g^2 + eps1",
    row: "beta2 * row + (1 - beta2) * rowMean(square)",
    column: "beta2 * column + (1 - beta2) * columnMean(square)",
    full: "g / sqrt(row / mean(row)) / sqrt(column)",
    u: "full / max(1, rms(full) / clip)",
    m: "beta1 * m + (1 - beta1) * u",
    differs: "(u - m)^2 + eps2",
    differRow: "beta3 * differRow + (1 - beta3) * rowMean(differs)",
    differColumn: "beta3 * differColumn + (1 - beta3) * columnMean(differs)",
    trusted: "ndim > 1 ? m / sqrt(differRow / mean(differRow)) / sqrt(differColumn) : m",
    p: "(1 - lr * weightDecay * decays) * p - lr * trusted",
  },
});
