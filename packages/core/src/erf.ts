/**
 * The error function, 2/√π ∫₀ˣ exp(-u²) du, to 1e-15 of itself: its power series (Abramowitz and Stegun 7.1.6) up to 3, and
 * above that one minus the continued fraction of its complement (7.1.14).
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x); // 1 - erf(6) is 2e-17
  const bell = Math.exp(-size * size) / Math.sqrt(Math.PI);
  if (size <= 3) {
    let term = 2 * x;
    let sum = term;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return bell * sum;
  }
  let below = size;
  for (let n = 60; n > 0; n--) below = size + n / 2 / below;
  return Math.sign(x) * (1 - bell / below);
}
