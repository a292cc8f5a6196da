import { solved } from "../host.ts";
import type { Bounds } from "./bounds.ts";

/**
 * The minimum of g·s + ½ s'Bs over min ≤ s ≤ max, where 0 is within; undefined where B is not positive definite. By active sets:
 * it goes to the minimum over the free numbers as far as the bounds allow, holds those that it meets, and frees the one that
 * pulls inwards most.
 */
export function quadraticMinimum(B: Float64Array, g: Float64Array, { min, max }: Bounds): Float64Array | undefined {
  const n = g.length;
  const s = new Float64Array(n);
  const held = Array.from(s, (_, i) => (min[i] === 0 && g[i]! >= 0) || (max[i] === 0 && g[i]! <= 0));
  const slopes = (): Float64Array =>
    g.map((gi, i) => {
      let sum = gi;
      for (let j = 0; j < n; j++) sum += B[i * n + j]! * s[j]!;
      return sum;
    });
  // Each round lowers the value, so no set comes twice; the limit is for rounding.
  for (let round = 0; round < 20 * n + 20; round++) {
    const slope = slopes();
    const free = held.flatMap((h, i) => (h ? [] : [i]));
    const matrix = Float64Array.from(free.flatMap((i) => free.map((j) => B[i * n + j]!)));
    const right = Float64Array.from(free, (i) => -slope[i]!);
    const d = solved(
      { rows: free.length, cols: free.length, data: matrix },
      { rows: free.length, cols: 1, data: right },
    );
    if (!d) return undefined;
    const room = free.map((i, k) => {
      const step = d.data[k]!;
      return step === 0 ? Infinity : ((step > 0 ? max : min)[i]! - s[i]!) / step;
    });
    const far = Math.min(1, ...room);
    for (const [k, i] of free.entries()) {
      const step = d.data[k]!;
      held[i] = room[k]! <= far;
      s[i] = held[i] ? (step > 0 ? max : min)[i]! : s[i]! + far * step;
    }
    if (far < 1) continue;
    const after = slopes();
    let worst = -1;
    let pull = 0;
    for (const [i, h] of held.entries()) {
      if (!h || min[i] === max[i]) continue;
      const inwards = s[i] === min[i] ? -after[i]! : after[i]!;
      if (inwards > pull + 1e-14 * Math.abs(g[i]!)) [worst, pull] = [i, inwards];
    }
    if (worst < 0) break;
    held[worst] = false;
  }
  return s;
}
