import { dot, eliminated } from "./small.ts";

/** The model's Hessian of L-BFGS without its inverse: B = θ I − W M W', where W has two columns per remembered step. */
export interface Compact {
  readonly theta: number;
  /** W, column after column. */
  readonly columns: readonly Float64Array[];
  /** M, of few rows. */
  readonly middle: Float64Array;
}

/** The model of the last steps and changes of the gradient, oldest first; undefined where rounding has made it singular. */
export function compact(s: readonly Float64Array[], y: readonly Float64Array[]): Compact | undefined {
  const m = s.length;
  if (m === 0) return { theta: 1, columns: [], middle: new Float64Array(0) };
  const theta = dot(y[m - 1]!, y[m - 1]!) / dot(s[m - 1]!, y[m - 1]!);
  const size = 2 * m;
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) {
      inverse[(m + i) * size + m + j] = theta * dot(s[i]!, s[j]!);
      const sy = dot(s[i]!, y[j]!);
      if (i === j) inverse[i * size + i] = -sy;
      else if (i > j) {
        inverse[(m + i) * size + j] = sy;
        inverse[j * size + m + i] = sy;
      }
    }
  const middle = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const unit = new Float64Array(size);
    unit[k] = 1;
    const column = eliminated(inverse, unit);
    if (!column) return undefined;
    for (let i = 0; i < size; i++) middle[i * size + k] = column[i]!;
  }
  return { theta, columns: [...y, ...s.map((si) => si.map((x) => theta * x))], middle };
}

/** A row of W. */
export const row = ({ columns }: Compact, i: number): Float64Array => Float64Array.from(columns, (w) => w[i]!);
