import { rmspropCentered, rmspropEpsInside } from "@descent/adagrad";
import { rule, transform } from "@descent/core";

/*
 * Rules that more than one library has and no family does: each is the family's rule with the line that differs.
 */

/** RMSProp with momentum as Optax, Keras and TensorFlow.js have it: ε inside the root, and the rate inside the velocity. */
export const rmspropRateInside = rule({
  ...rmspropEpsInside,
  id: "dialects/rmsprop-rate-inside",
  title: "RMSProp with momentum, ε and the rate inside",
  hyper: { ...rmspropEpsInside.hyper, momentum: 0.9 },
  state: { ...rmspropEpsInside.state, b: 0 },
  update: {
    ...rmspropEpsInside.update,
    b: "momentum * b + lr * g / sqrt(v + eps)",
    p: "p - b",
  },
});

/** Centered RMSProp with ε inside the root, which keeps a variance that rounding took below 0 from becoming NaN. */
export const rmspropCenteredEpsInside = rule({
  ...rmspropCentered,
  id: "dialects/rmsprop-centered-eps-inside",
  title: "Centered RMSProp, ε inside the root",
  hyper: { ...rmspropEpsInside.hyper },
  update: { ...rmspropCentered.update, variance: "v - gBar^2", p: "p - lr * g / sqrt(variance + eps)" },
});

/** The same with momentum, and the rate inside the velocity. */
export const rmspropCenteredRateInside = rule({
  ...rmspropCenteredEpsInside,
  id: "dialects/rmsprop-centered-rate-inside",
  title: "Centered RMSProp with momentum, ε and the rate inside",
  hyper: { ...rmspropCenteredEpsInside.hyper, momentum: 0.9 },
  state: { ...rmspropCenteredEpsInside.state, b: 0 },
  update: {
    ...rmspropCenteredEpsInside.update,
    b: "momentum * b + lr * g / sqrt(variance + eps)",
    p: "p - b",
  },
});

/** An exponential average of weights that starts from the weights after the first update: PyTorch's AveragedModel, Keras's `use_ema`. */
export const averaged = transform({
  id: "averaged-model",
  title: "AveragedModel",
  hyper: { decay: 0.999 },
  ranges: { decay: [0, Infinity] },
  state: { average: { init: "p" } },
  after: { average: "t > 1 ? decay * average + (1 - decay) * p : p" },
  readout: { p: "average" },
});
