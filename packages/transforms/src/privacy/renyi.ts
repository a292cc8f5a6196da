import { logErfc } from "./erfc.ts";

const logAdd = (a: number, b: number): number => {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
};
const logSub = (a: number, b: number): number =>
  b === -Infinity ? a : a <= b ? -Infinity : a + Math.log1p(-Math.exp(b - a));

/**
 * Rényi's divergence of an order above 1 between the subsampled Gaussian mechanism with an example and without: section 3.3 of
 * Mironov, Talwar and Zhang (2019, https://arxiv.org/abs/1908.10530), sums of logarithms throughout.
 */
export function renyi(rate: number, noise: number, order: number): number {
  if (rate === 1) return order / (2 * noise ** 2);
  return (
    (Number.isInteger(order) ? logMoment(rate, noise, order) : logMomentOfFraction(rate, noise, order)) / (order - 1)
  );
}

/** The logarithm of Σ C(α, i) (1 − q)^(α − i) q^i exp((i² − i) / 2σ²). */
function logMoment(q: number, sigma: number, order: number): number {
  let [sum, binomial] = [-Infinity, 0];
  for (let i = 0; i <= order; i++) {
    sum = logAdd(sum, binomial + i * Math.log(q) + (order - i) * Math.log1p(-q) + (i * i - i) / (2 * sigma ** 2));
    binomial += Math.log((order - i) / (i + 1));
  }
  return sum;
}

/** Orders whose series are longer are left out: others are as tight. */
const MOST = 100_000;

/** The same for orders between: two series, one for either side of where the densities cross. */
function logMomentOfFraction(q: number, sigma: number, order: number): number {
  const cross = sigma ** 2 * Math.log(1 / q - 1) + 0.5;
  const root = Math.SQRT2 * sigma;
  let [left, right] = [-Infinity, -Infinity];
  let [binomial, sign] = [0, 1];
  for (let i = 0; i < MOST; i++) {
    const j = order - i;
    const below =
      binomial +
      i * Math.log(q) +
      j * Math.log1p(-q) +
      (i * i - i) / (2 * sigma ** 2) -
      Math.LN2 +
      logErfc((i - cross) / root);
    const above =
      binomial +
      j * Math.log(q) +
      i * Math.log1p(-q) +
      (j * j - j) / (2 * sigma ** 2) -
      Math.LN2 +
      logErfc((cross - j) / root);
    left = sign > 0 ? logAdd(left, below) : logSub(left, below);
    right = sign > 0 ? logAdd(right, above) : logSub(right, above);
    if (Math.max(below, above) < -30) return logAdd(left, right);
    binomial += Math.log(Math.abs(order - i) / (i + 1));
    if (order - i < 0) sign = -sign;
  }
  return Infinity;
}
