import type { Bounds } from "./bounds.ts";
import type { Cauchy } from "./cauchy.ts";
import { type Compact, row } from "./compact.ts";
import { dot, eliminated, times } from "./small.ts";

/**
 * The model's minimum over the elements that are free at the Cauchy point, brought back within the bounds: by projecting it,
 * or, should that not lead down, as far along the straight line as the bounds allow (Morales and Nocedal, 2011). Undefined
 * where the model is singular.
 */
export function subspaceMinimum(
  x: Float64Array,
  g: Float64Array,
  { min, max }: Bounds,
  model: Compact,
  { x: from, free, c }: Cauchy,
): Float64Array | undefined {
  const { theta, middle, columns } = model;
  const size = columns.length;
  if (free.length === 0 || size === 0) return from;
  const Mc = times(middle, c);
  const rows = free.map((i) => row(model, i));
  const r = free.map((i, k) => g[i]! + theta * (from[i]! - x[i]!) - dot(rows[k]!, Mc));
  const Wr = new Float64Array(size);
  const WW = new Float64Array(size * size);
  for (const [k, w] of rows.entries())
    for (let i = 0; i < size; i++) {
      Wr[i]! += w[i]! * r[k]!;
      for (let j = 0; j < size; j++) WW[i * size + j]! += (w[i]! * w[j]!) / theta;
    }
  // (I − M N)⁻¹ M W'r, where N = W'W / θ over the free rows
  const system = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = +(i === j);
      for (let k = 0; k < size; k++) sum -= middle[i * size + k]! * WW[k * size + j]!;
      system[i * size + j] = sum;
    }
  const v = eliminated(system, times(middle, Wr));
  if (!v) return undefined;
  const step = r.map((rk, k) => -(rk + dot(rows[k]!, v) / theta) / theta);
  const projected = from.slice();
  for (const [k, i] of free.entries()) projected[i] = Math.min(Math.max(from[i]! + step[k]!, min[i]!), max[i]!);
  let slope = 0;
  for (let i = 0; i < x.length; i++) slope += (projected[i]! - x[i]!) * g[i]!;
  if (slope < 0) return projected;
  let most = 1;
  for (const [k, i] of free.entries()) {
    const room = step[k]! > 0 ? max[i]! - from[i]! : min[i]! - from[i]!;
    if (step[k] !== 0 && room / step[k]! < most) most = room / step[k]!;
  }
  const straight = from.slice();
  for (const [k, i] of free.entries()) straight[i] = Math.min(Math.max(from[i]! + most * step[k]!, min[i]!), max[i]!);
  return straight;
}
