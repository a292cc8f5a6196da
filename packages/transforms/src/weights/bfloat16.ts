/*
 * Rounding to bfloat16 in float32 arithmetic: x times 2^23 + 1, less the same without x, is x to a single binary digit
 * (Veltkamp, 1968), from which the power of two below |x| follows; a bfloat16 is a whole number of 2^-7 of that.
 */

/** Equations for the distance between bfloat16 numbers at `x`, under the name `unit`. */
export const unitOf = <const U extends string>(x: string, unit: U): Record<U | `${U}Shifted` | `${U}Digit`, string> =>
  ({
    [`${unit}Shifted`]: `${x} * 8388609`,
    [`${unit}Digit`]: `abs(${unit}Shifted - (${unit}Shifted - ${x}))`,
    [unit]: `(${unit}Digit > abs(${x}) ? ${unit}Digit / 2 : ${unit}Digit) / 128`,
  }) as Record<U | `${U}Shifted` | `${U}Digit`, string>; // a computed key has no type of its own

/** Equations for `x` rounded to the nearest bfloat16, ties to even, under the name `to`. */
export const nearest = <const T extends string>(x: string, to: T): Record<T, string> =>
  ({
    ...unitOf(x, `${to}Unit`),
    [`${to}Count`]: `${to}Unit > 0 ? abs(${x}) / ${to}Unit : 0`,
    [`${to}Whole`]: `floor(${to}Count)`,
    [`${to}Rest`]: `${to}Count - ${to}Whole`,
    [to]: `sign(${x}) * ${to}Unit * (${to}Whole + (${to}Rest > 0.5 || (${to}Rest == 0.5 && ${to}Whole % 2 == 1)))`,
  }) as Record<T, string>; // as above
