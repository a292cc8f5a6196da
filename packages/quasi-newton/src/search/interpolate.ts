/** A value and its slope at a step. */
export interface Sample {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** The minimum of the cubic through two samples; NaN where it has none. */
export function cubicMinimum(a: Sample, b: Sample): number {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope)); // squares neither overflow nor vanish
  const root = (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale);
  const gamma = Math.sign(b.step - a.step) * scale * Math.sqrt(root);
  return b.step - ((b.step - a.step) * (b.slope + gamma - theta)) / (b.slope - a.slope + 2 * gamma);
}

/** Where the slope would be 0 if it changed evenly. */
export const secantZero = (a: Pick<Sample, "step" | "slope">, b: Pick<Sample, "step" | "slope">): number =>
  b.step + (b.slope / (b.slope - a.slope)) * (a.step - b.step);

/** The minimum of the parabola with the value and slope of `a` and the value of `b`. */
export const parabolaMinimum = (a: Sample, b: Sample): number =>
  a.step + (a.slope / ((a.value - b.value) / (b.step - a.step) + a.slope) / 2) * (b.step - a.step);
