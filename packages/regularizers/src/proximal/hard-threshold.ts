import { type Transform, transform } from "@descent/core";

/**
 * The proximal step of lr · strength · (how many numbers are not 0) after any step of any rule: numbers below √(2 · lr ·
 * strength) become 0, and the rest stay as they are. Biases and norms are left alone. The rule needs an `lr`.
 * @property strength the cost of a number that is not 0 (default 1e-4)
 */
export const hardThreshold: Transform<{ strength: number }> = transform({
  id: "hard-threshold",
  title: "Hard threshold",
  paper: "https://doi.org/10.1016/j.acha.2009.04.002",
  hyper: { strength: 1e-4 },
  after: { p: "p^2 > 2 * lr * strength * decays ? p : 0" as "p" },
});
