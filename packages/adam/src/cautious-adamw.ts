import { rule } from "@descent/core";
import { adamw } from "./adamw.ts";

/**
 * AdamW that skips elements whose momentum points against their gradient, and scales the others up so that the mean step
 * stays. The scale is at most 1000, as in the authors' code and timm (Liang et al., 2024).
 */
export const cautiousAdamw = rule({
  ...adamw,
  id: "cautious-adamw",
  title: "Cautious AdamW",
  paper: "https://arxiv.org/abs/2411.16085",
  update: {
    ...adamw.update,
    agrees: "m * sign(g) > 0",
    p: "p - lr * mHat / (sqrt(vHat) + eps) * agrees / max(mean(agrees), 1e-3)",
  },
});
