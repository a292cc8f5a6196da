import { transform } from "@descent/core";

/**
 * Shortens each tensor's gradient until its root mean square is at most `limit`, whatever the size of the tensor. As in Optax.
 * @property limit the greatest root mean square (default 1)
 */
export const clipByBlockRms = transform({
  id: "clip-by-block-rms",
  title: "Clipping by RMS",
  hyper: { limit: 1 },
  ranges: { limit: [Number.MIN_VALUE, Infinity] },
  before: { g: "g / max(1, rms(g) / limit)" },
});
