/**
 * Box and Muller's normal numbers of Philox's words, by arithmetic that every engine rounds alike: the logarithm by the area
 * hyperbolic tangent's series, sine and cosine by Taylor's after a reduction that is exact. Backends in double precision
 * compute these very operations; their error, 1e-13, is far below float32's.
 */

export const normalNumbers = {
  /** 2 / (2 k + 1): log x = s (2 + 2/3 s² + …), where s = (x - 1) / (x + 1). */
  LOG: [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15],
  /** The coefficients of x (1 + x² …) … */
  SIN: [1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800],
  /** … and of 1 + x² …. */
  COS: [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600, -1 / 87178291200],
  /** The angle of one step of a 32-bit word. */
  STEP: (2 * Math.PI) / 2 ** 32,
} as const satisfies Readonly<Record<string, number | readonly number[]>>;

const { LOG, SIN, COS, STEP } = normalNumbers;

/** Horner's scheme. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients.at(-1)!; // none is empty
  for (let k = coefficients.length - 2; k >= 0; k--) sum = sum * x + coefficients[k]!;
  return sum;
}

/** sqrt(-2 log((word + 1) / 2^32)). */
export function radius(word: number): number {
  const x = word + 1;
  let exponent = x === 2 ** 32 ? 32 : 31 - Math.clz32(x);
  let m = x / 2 ** exponent;
  if (m > Math.SQRT2) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  return Math.sqrt(-2 * ((exponent - 32) * Math.LN2 + s * polynomial(LOG, s * s)));
}

/** Cosine and sine of the angle 2π word / 2^32. */
export function direction(word: number): readonly [number, number] {
  // To within an eighth of a turn of a multiple of a quarter.
  const moved = (word + 0x20000000) >>> 0;
  const x = ((moved & 0x3fffffff) - 0x20000000) * STEP;
  const sine = x * polynomial(SIN, x * x);
  const cosine = polynomial(COS, x * x);
  switch (moved >>> 30) {
    case 0:
      return [cosine, sine];
    case 1:
      return [-sine, cosine];
    case 2:
      return [-cosine, -sine];
    default:
      return [sine, -cosine];
  }
}
