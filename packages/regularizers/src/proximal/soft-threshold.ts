import { type Transform, transform } from "@descent/core";

/**
 * The proximal step of lr · strength · Σ|p| after any step of any rule: around `sgd` it is the proximal gradient method for the
 * lasso, and small weights become exactly 0. Biases and norms are left alone. The rule needs an `lr`.
 * @property strength the weight of the penalty (default 1e-4)
 */
export const softThreshold: Transform<{ strength: number }> = transform({
  id: "soft-threshold",
  title: "Soft threshold",
  paper: "https://doi.org/10.1137/080716542",
  hyper: { strength: 1e-4 },
  after: { p: "sign(p) * max(abs(p) - lr * strength * decays, 0)" as "p" },
});
