/** log(erfc(x)) to about 1e-14, also where erfc itself would vanish. */
export function logErfc(x: number): number {
  if (x < 2) return Math.log(1 - erfSeries(x));
  // The continued fraction, from its 80th term back: erfc(x) = exp(−x²) / √π / (x + ½ / (x + 1 / (x + 3⁄2 / …)))
  let tail = x;
  for (let k = 80; k > 0; k--) tail = x + k / 2 / tail;
  return -x * x - Math.log(Math.sqrt(Math.PI) * tail);
}

/** erf, by the series of erf(x) exp(x²), whose terms have one sign. */
function erfSeries(x: number): number {
  if (x < -6) return -1; // erf(−6) differs from −1 by 2e-17
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
