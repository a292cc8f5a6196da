import { rule } from "@descent/core";
import { rmsprop } from "./rmsprop.ts";

/** RMSProp plus momentum: normalised gradients accumulate, and the rate multiplies their sum, as in PyTorch. */
export const rmspropMomentum = rule({
  ...rmsprop,
  id: "rmsprop-momentum",
  title: "RMSProp with momentum",
  hyper: { ...rmsprop.hyper, momentum: 0.9 },
  state: { ...rmsprop.state, b: 0 },
  update: {
    ...rmsprop.update,
    b: "momentum * b + g / (sqrt(v) + eps)",
    p: "p - lr * b",
  },
});
