import { type Transform, transform } from "@descent/core";
import { slope } from "./slope.ts";

/**
 * Adds the gradient of the penalty strength · Σ|p| before any rule: `withL1(sgd())`. Small weights hover around 0;
 * `softThreshold` makes them 0. Biases and norms are left alone.
 * @property strength the weight of the penalty (default 1e-4)
 */
export const withL1: Transform<{ strength: number }> = transform({
  id: "with-l1",
  title: "L1",
  hyper: { strength: 1e-4 },
  before: { g: `g + decays * (${slope("strength * sum(abs(p))")})` as "g" },
});
