import type { Bounds } from "./bounds.ts";
import { type Compact, row } from "./compact.ts";
import { dot, times } from "./small.ts";

/** The first minimum of the model along the gradient bent by the bounds, and what later steps need of it. */
export interface Cauchy {
  readonly x: Float64Array;
  /** The elements that are within their bounds. */
  readonly free: readonly number[];
  /** W' (x − the start). */
  readonly c: Float64Array;
}

/**
 * The generalized Cauchy point (Byrd, Lu, Nocedal and Zhu, 1995, algorithm CP): down the gradient, around each corner where an
 * element meets its bound, until the model no longer falls.
 */
export function cauchy(x: Float64Array, g: Float64Array, { min, max }: Bounds, model: Compact): Cauchy {
  const { theta, middle, columns } = model;
  const n = x.length;
  const point = x.slice();
  const d = new Float64Array(n);
  const until = new Float64Array(n);
  const corners: number[] = [];
  const free = new Set<number>();
  for (let i = 0; i < n; i++) {
    const room = g[i]! < 0 ? x[i]! - max[i]! : g[i]! > 0 ? x[i]! - min[i]! : Infinity;
    until[i] = g[i] === 0 ? Infinity : room / g[i]!;
    if (until[i]! <= 0) continue;
    d[i] = -g[i]!;
    free.add(i);
    if (until[i]! < Infinity) corners.push(i);
  }
  corners.sort((a, b) => until[a]! - until[b]!);
  const p = Float64Array.from(columns, (w) => dot(w, d));
  const c = new Float64Array(columns.length);
  let slope = -dot(d, d);
  let curvature = -theta * slope - dot(p, times(middle, p));
  const least = Number.EPSILON * curvature;
  let now = 0;
  for (const b of corners) {
    const length = until[b]! - now;
    if (!(slope < 0) || -slope / curvature < length) break;
    now = until[b]!;
    free.delete(b);
    point[b] = d[b]! > 0 ? max[b]! : min[b]!;
    const gone = point[b]! - x[b]!;
    for (let j = 0; j < c.length; j++) c[j]! += length * p[j]!;
    const w = row(model, b);
    const gb = g[b]!;
    const Mw = times(middle, w);
    slope += length * curvature + gb * gb + theta * gb * gone - gb * dot(Mw, c);
    curvature += -theta * gb * gb - 2 * gb * dot(Mw, p) - gb * gb * dot(Mw, w);
    curvature = Math.max(curvature, least);
    for (let j = 0; j < p.length; j++) p[j]! += gb * w[j]!;
    d[b] = 0;
  }
  const rest = slope < 0 ? -slope / curvature : 0;
  for (let j = 0; j < c.length; j++) c[j]! += rest * p[j]!;
  for (const i of free) point[i] = Math.min(Math.max(x[i]! + (now + rest) * d[i]!, min[i]!), max[i]!);
  return { x: point, free: [...free], c };
}
