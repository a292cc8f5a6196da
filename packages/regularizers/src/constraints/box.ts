import { type Transform, transform } from "@descent/core";

/**
 * Every number stays between `lower` and `upper` after any step of any rule: `box(adam(), { lower: 0, upper: 1 })`.
 * @property lower the least that a number may be (default -1)
 * @property upper the greatest that a number may be (default 1)
 */
export const box: Transform<{ lower: number; upper: number }> = transform({
  id: "box",
  title: "Box",
  hyper: { lower: -1, upper: 1 },
  after: { p: "clamp(p, lower, upper)" },
});
