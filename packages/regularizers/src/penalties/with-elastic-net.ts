import { type Transform, transform } from "@descent/core";
import { slope } from "./slope.ts";

/**
 * Adds the gradient of the penalty l1 · Σ|p| + l2 · ½ Σp² before any rule (Zou and Hastie, 2005). Biases and norms are left
 * alone.
 * @property l1 the weight of the sizes (default 1e-4)
 * @property l2 the weight of half the squares (default 1e-4)
 */
export const withElasticNet: Transform<{ l1: number; l2: number }> = transform({
  id: "with-elastic-net",
  title: "Elastic net",
  paper: "https://doi.org/10.1111/j.1467-9868.2005.00503.x",
  hyper: { l1: 1e-4, l2: 1e-4 },
  before: { g: `g + decays * (${slope("l1 * sum(abs(p)) + l2 / 2 * sum(p^2)")})` as "g" },
});
