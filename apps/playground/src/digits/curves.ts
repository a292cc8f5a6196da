/** How much of the mean is kept from one update to the next. */
const KEPT = 0.9;
/** Updates on each side of the band. */
const WIDE = 4;

/** Losses as they are drawn: a mean of the last ones, free of its start at 0, over the band of the losses themselves. */
export interface Curve {
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The curve of a run. The band is the least and the greatest loss nearby, so that no spike is smoothed away. */
export function curveOf(losses: readonly number[]): Curve {
  const n = losses.length;
  const [mean, low, high] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0, sum = 0, weight = 0; i < n; i++) {
    sum = KEPT * sum + (1 - KEPT) * losses[i]!; // within
    weight = KEPT * weight + (1 - KEPT);
    mean[i] = sum / weight;
    const near = losses.slice(Math.max(0, i - WIDE), i + WIDE + 1);
    [low[i], high[i]] = [Math.min(...near), Math.max(...near)];
  }
  return { mean, low, high };
}
