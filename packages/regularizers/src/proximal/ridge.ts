import { type Transform, transform } from "@descent/core";

/**
 * The proximal step of lr · strength · ½ Σp² after any step of any rule: every weight shrinks by the same factor, as decoupled
 * decay does, but never past 0 however large the rate. Biases and norms are left alone. The rule needs an `lr`.
 * @property strength the weight of the penalty (default 1e-4)
 */
export const ridge: Transform<{ strength: number }> = transform({
  id: "ridge",
  title: "Ridge",
  hyper: { strength: 1e-4 },
  after: { p: "p / (1 + lr * strength * decays)" as "p" },
});
