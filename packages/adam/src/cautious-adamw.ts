import { rule } from "@descent/core";
import { adamw } from "./adamw.ts";

/**
 * AdamW that skips elements whose momentum points against their gradient, and scales the others up to keep the mean step.
 * The scale is at most 1000, as in the authors' code and timm (Liang et al., 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
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
