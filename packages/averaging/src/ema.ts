import { transform } from "@descent/core";

/**
 * An exponential moving average of the weights, beside any rule; the model is evaluated at it: `ema(adamw())`. It starts at the
 * weights before the first update and takes the share `1 - decay` of those after each update, as timm's ModelEmaV2 does.
 * @property decay how much of the average is kept at each step (default 0.999)
 */
export const ema = transform({
  id: "ema",
  title: "EMA",
  hyper: { decay: 0.999 },
  ranges: { decay: [0, 1] },
  state: { average: { init: "p" } },
  after: { average: "decay * average + (1 - decay) * p" },
  readout: { p: "average" },
});
