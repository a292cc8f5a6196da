import { rule } from "@descent/core";
import { rmspropCentered } from "./rmsprop-centered.ts";

/** Centered RMSProp plus momentum: the full method of Graves (2013), with the rate outside the sum, as in PyTorch. */
export const rmspropCenteredMomentum = rule({
  ...rmspropCentered,
  id: "rmsprop-centered-momentum",
  title: "Centered RMSProp with momentum",
  hyper: { ...rmspropCentered.hyper, momentum: 0.9 },
  state: { ...rmspropCentered.state, b: 0 },
  update: {
    ...rmspropCentered.update,
    b: "momentum * b + g / (sqrt(variance) + eps)",
    p: "p - lr * b",
  },
});
