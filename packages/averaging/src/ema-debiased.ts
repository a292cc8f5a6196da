import { transform } from "@descent/core";

/**
 * An exponential moving average of the weights, beside any rule. It starts at zero and is corrected for that, as Adam's means are,
 * so that the initial weights do not bias it: `emaDebiased(adamw())`. The model is evaluated at the average. As in Optax.
 * @property decay how much of the average is kept at each step (default 0.999)
 */
export const emaDebiased = transform({
  id: "ema-debiased",
  title: "EMA, corrected",
  hyper: { decay: 0.999 },
  ranges: { decay: [0, 1] },
  state: { sum: 0, average: { init: "p" } },
  after: { sum: "decay * sum + (1 - decay) * p", average: "sum / (1 - decay^t)" },
  readout: { p: "average" },
});
