import { rule } from "@descent/core";
import { lion } from "./lion.ts";

/**
 * Lion that skips elements whose step would go up the newest gradient, and scales up the others to keep the mean step; the
 * scale is at most 1000, as in the authors' code and timm (Liang et al., 2024).
 * @property lr learning rate: the size of a step (default 1e-4)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const cautiousLion = rule({
  ...lion,
  id: "cautious-lion",
  title: "Cautious Lion",
  paper: "https://arxiv.org/abs/2411.16085",
  update: {
    direction: lion.update.direction,
    m: lion.update.m,
    agrees: "direction * sign(g) > 0",
    p: "p - lr * direction * agrees / max(mean(agrees), 1e-3)",
  },
});
