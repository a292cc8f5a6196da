import { transform } from "@descent/core";

/**
 * Takes the mean over a unit's weights off each unit's gradient, so that steps change how weights differ and not their level
 * (Yong et al., 2020). Units are where the framework keeps them, or rows where that is not known; vectors are left alone.
 */
export const centralize = transform({
  id: "centralize",
  title: "Centralization",
  paper: "https://arxiv.org/abs/2004.01461",
  layout: ["out", "in"],
  hyper: {},
  before: { g: "ndim > 1 ? g - rowMean(g) : g" },
});
