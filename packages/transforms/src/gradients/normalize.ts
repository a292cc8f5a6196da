import { transform } from "@descent/core";

/**
 * Makes the model's gradient have length 1, so that the rate alone says how far a step goes. As in Optax; a gradient of 0 stays 0.
 */
export const normalize = transform({
  id: "normalize",
  title: "Normalization",
  hyper: {},
  before: { length: "totalNorm(g)", g: "length > 0 ? g / length : 0" },
});
