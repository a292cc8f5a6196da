/**
 * How many standard errors a statistic may stray. The seeds are fixed, so a test passes always or never; chance would fail
 * one right generator in 1.7 million at each comparison, and a deviation off by a fiftieth of itself fails at n = 40,000.
 */
export const SIGMAS = 5;

/** Kolmogorov's bound on √n · distance: chance exceeds it once in 10,000, 2·exp(−2·2.23²). */
export const PROBABLE = 2.23;

export const mean = (x: ArrayLike<number>): number => sum(x, (v) => v) / x.length;
export const deviation = (x: ArrayLike<number>): number => {
  const m = mean(x);
  return Math.sqrt(sum(x, (v) => (v - m) ** 2) / x.length);
};
export const correlation = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [mean(x), mean(y)];
  return sum(x, (v, i) => (v - mx) * (y[i]! - my)) / x.length / deviation(x) / deviation(y);
};

/** The largest gap between the sample's distribution and the one it should have (Kolmogorov–Smirnov). */
export function distance(x: ArrayLike<number>, below: (x: number) => number): number {
  const sorted = Float64Array.from(x).sort();
  return sorted.reduce((most, v, i) => {
    const p = below(v);
    return Math.max(most, p - i / sorted.length, (i + 1) / sorted.length - p);
  }, 0);
}

/** The error function by its Taylor series, or its continued fraction beyond 3: good to 1e-13. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 3) {
    let fraction = x;
    for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
    return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  }
  let [term, total] = [x, x];
  for (let k = 1; k < 80; k++) {
    term *= -(x * x) / k;
    total += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

function sum(x: ArrayLike<number>, of: (v: number, i: number) => number): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += of(x[i]!, i);
  return total;
}
