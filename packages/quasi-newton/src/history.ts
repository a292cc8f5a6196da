import { type Asking, compute, type Vector } from "./ask.ts";
import type { Pair } from "./curvature.ts";

/** The last steps, oldest first. */
export type History = {
  readonly s: readonly Vector[];
  readonly y: readonly Vector[];
  readonly ys: readonly number[];
  /** The scale of the inverse Hessian, from the last step. */
  readonly gamma: number;
};

export const NOTHING: History = { s: [], y: [], ys: [], gamma: 1 };

// biome-ignore lint/correctness/useYield: it has nothing to ask
function* same(q: Vector): Asking<Vector> {
  return q;
}

/** The inverse Hessian that the history implies, times a gradient: two loops over it (Nocedal, 1980), from `inner` outwards. */
export function* twoLoops(
  g: Vector,
  { s, y, ys, gamma }: History,
  inner: (q: Vector) => Asking<Vector> = same,
): Asking<Vector> {
  let q = g;
  const alphas: number[] = [];
  for (let i = s.length - 1; i >= 0; i--) {
    const given = { s: s[i]!, y: y[i]!, q, ys: ys[i]! }; // they are as long as each other
    const found = yield* compute({ sq: "total(s * q)", q: "q - sq / ys * y" }, given);
    q = found.q;
    alphas[i] = found.sq / ys[i]!;
  }
  ({ q } = yield* compute({ q: "gamma * q" }, { gamma, q: yield* inner(q) }));
  for (let i = 0; i < s.length; i++) {
    const given = { s: s[i]!, y: y[i]!, q, ys: ys[i]!, alpha: alphas[i]! };
    ({ q } = yield* compute({ yq: "total(y * q)", q: "q + (alpha - yq / ys) * s" }, given));
  }
  return q;
}

/** The history with one more step, and without the oldest if there are more than `most`. */
export function remembered(history: History, { s, y, ys, yy }: Pair, most: number): History {
  const last = <T>(list: readonly T[], next: T): T[] => [...list, next].slice(-most);
  return { s: last(history.s, s), y: last(history.y, y), ys: last(history.ys, ys), gamma: ys / yy };
}
