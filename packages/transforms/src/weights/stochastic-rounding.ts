import { type Transform, transform } from "@descent/core";
import { unitOf } from "./bfloat16.ts";

/**
 * Keeps weights that are bfloat16 numbers, rounded up or down by lot in proportion to the distance: steps far smaller than a digit
 * still move weights as they should on average, where rounding to the nearest would lose them all. The weights stay in float32
 * arrays and are written as bfloat16 without loss. The lots depend on the seed alone.
 * @property seed of the random numbers (default 0)
 */
export const stochasticRounding: Transform<{ seed: number }> = transform({
  id: "stochastic-rounding",
  title: "Stochastic rounding",
  paper: "https://arxiv.org/abs/2010.06192",
  hyper: { seed: 0 },
  after: {
    ...unitOf("p", "unit"),
    // 16 of the lot's 24 binary digits, as many as are rounded away: the sum is exact.
    lot: "floor(65536 * uniform(seed)) / 65536",
    p: "unit > 0 ? sign(p) * unit * floor(abs(p) / unit + lot) : p",
  },
});
