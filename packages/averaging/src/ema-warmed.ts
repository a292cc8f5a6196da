import { transform } from "@descent/core";

/**
 * An exponential moving average of the weights, beside any rule, whose memory grows: step `t` keeps the share (1 + t) / (10 + t)
 * of it, at most `decay`: `emaWarmed(adamw())`. The model is evaluated at the average. As in TensorFlow's ExponentialMovingAverage
 * with `num_updates`.
 * @property decay how much of the average is kept at each step, at most (default 0.999)
 */
export const emaWarmed = transform({
  id: "ema-warmed",
  title: "EMA, warmed up",
  hyper: { decay: 0.999 },
  ranges: { decay: [0, 1] },
  state: { average: { init: "p" } },
  after: { kept: "min(decay, (1 + t) / (10 + t))", average: "kept * average + (1 - kept) * p" },
  readout: { p: "average" },
});
