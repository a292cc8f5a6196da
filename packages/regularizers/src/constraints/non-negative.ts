import { type Transform, transform } from "@descent/core";

/**
 * No number below 0 after any step of any rule: `nonNegative(adam())`. Biases too, so give a partition the parameters meant.
 */
export const nonNegative: Transform<Record<never, never>> = transform({
  id: "non-negative",
  title: "Non-negative",
  hyper: {},
  after: { p: "max(p, 0)" },
});
