import { transform } from "@descent/core";

/**
 * Shortens each tensor's step, whatever rule made it, until its root mean square is at most `limit`. Decay that comes with the rule
 * counts as part of the step.
 * @property limit the greatest root mean square of a step (default 0.01)
 */
export const clipUpdate = transform({
  id: "clip-update",
  title: "Update clipping",
  hyper: { limit: 1e-2 },
  ranges: { limit: [Number.MIN_VALUE, Infinity] },
  after: { p: "p0 + (p - p0) / max(1, rms(p - p0) / limit)" },
});
