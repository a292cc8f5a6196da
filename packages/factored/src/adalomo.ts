import { rule } from "@descent/core";
import { adafactor } from "./adafactor.ts";

/**
 * Adafactor's second moment and clip without its own rates: the update is grouped by tensor, so that a backward pass may
 * apply each gradient as it comes and drop it. Steps are `lr` times the parameter's size (Lv et al., 2023).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property decay how fast the memory of squared gradients grows: t^-decay is the weight of the newest (default 0.8)
 * @property clip the largest root mean square of an update (default 1)
 * @property eps1 added to squared gradients (default 1e-30)
 * @property eps2 the least size of a parameter that steps are measured against (default 0.001)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adalomo = rule({
  id: "adalomo",
  title: "AdaLOMO",
  paper: "https://arxiv.org/abs/2310.10195",
  layout: ["out", "in"],
  hyper: { lr: 1e-3, decay: 0.8, clip: 1, eps1: 1e-30, eps2: 1e-3, weightDecay: 0 },
  ranges: { clip: [Number.MIN_VALUE, Infinity], eps1: [Number.MIN_VALUE, Infinity], eps2: [0, Infinity] },
  state: adafactor.state,
  update: {
    newest: adafactor.update.newest,
    square: "g^2 + eps1",
    row: "(1 - newest) * row + newest * rowMean(square)",
    column: "(1 - newest) * column + newest * columnMean(square)",
    u: "g / sqrt(row / mean(row)) / sqrt(column)",
    rate: "lr * max(eps2, rms(p))",
    p: "(1 - rate * weightDecay * decays) * p - rate / max(1, rms(u) / clip) * u",
  },
});
