import { transform } from "@descent/core";

/**
 * Scales each step, decay included: `factor` times the rate, for groups of parameters that share a rule and its schedule.
 * @property factor how many times as far a step goes (default 1)
 */
export const scaleUpdate = transform({
  id: "scale-update",
  title: "Scaled step",
  hyper: { factor: 1 },
  ranges: { factor: [0, Infinity] },
  after: { p: "p0 + factor * (p - p0)" },
});
