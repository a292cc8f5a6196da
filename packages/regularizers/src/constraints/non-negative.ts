import { type Transform, transform } from "@descent/core";

/**
 * Keeps every number at 0 or above after any step of any rule: `nonNegative(adam())`. This includes biases; choose parameters by a
 * partition.
 */
export const nonNegative: Transform<Record<never, never>> = transform({
  id: "non-negative",
  title: "Non-negative",
  hyper: {},
  after: { p: "max(p, 0)" },
});
