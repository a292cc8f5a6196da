import { transform } from "@descent/core";

/**
 * An exponential moving average of the weights beside any rule, which is evaluated there: `ema(adamw())`. It starts at the
 * weights before the first update and takes `1 - decay` of each later ones, as timm's ModelEmaV2 does.
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
