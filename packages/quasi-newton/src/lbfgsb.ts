import { knownOptions, whole } from "@descent/core/adapter";
import { ask, column, compute, numbers, type Vector } from "./ask.ts";
import { type BoundOptions, type Bounds, boxOf } from "./bounded/bounds.ts";
import { cauchy } from "./bounded/cauchy.ts";
import { compact } from "./bounded/compact.ts";
import { subspaceMinimum } from "./bounded/subspace.ts";
import { pair } from "./curvature.ts";
import { type History, NOTHING, remembered } from "./history.ts";
import type { Method } from "./method.ts";
import { between } from "./options.ts";
import { moreThuente } from "./search/wolfe.ts";

/** Options of `lbfgsb`. */
export interface LbfgsbOptions extends BoundOptions {
  /** How many of the last steps are remembered (default 10): two vectors each. */
  readonly memory?: number | undefined;
}

/** The history, and the whole gradient; a run sees only what the bounds leave of it. */
type Smooth = History & { readonly whole: Vector };

const where = "lbfgsb";
const SEARCH = { c1: 1e-3, c2: 0.9, most: 20 } as const;

/**
 * L-BFGS-B: L-BFGS within bounds, `min` ≤ x ≤ `max` (Byrd, Lu, Nocedal and Zhu, 1995; as improved by Morales and Nocedal,
 * 2011). The objective is never evaluated outside them; a start outside moves to the nearest point within. The gradient that
 * a run reports is the projected one, how far −g leads before it meets a bound: 0 where the bounds hold x down.
 */
export function lbfgsb(options: LbfgsbOptions = {}): Method<Smooth> {
  const { min, max, memory = 10 } = knownOptions(where, options, ["min", "max", "memory"]);
  whole(where, { memory });
  between(where, { memory }, 0, Infinity);
  const box = boxOf(where, { min, max });
  return {
    id: "lbfgsb",
    title: "L-BFGS-B",
    paper: "https://doi.org/10.1137/0916069",
    from: box.inside,
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start({ gradient }) {
      return { ...NOTHING, whole: gradient };
    },
    view: box.view,
    *iterate(at, known) {
      const { whole, ...history } = known;
      const learned = history.s.length > 0;
      const { min, max, bounds } = yield* box.at(at.x);
      const [x, g] = [yield* numbers(at.x), yield* numbers(whole)];
      const [s, y]: [Float64Array[], Float64Array[]] = [[], []];
      for (const v of history.s) s.push(yield* numbers(v));
      for (const v of history.y) y.push(yield* numbers(v));
      const model = compact(s, y);
      const to = model && subspaceMinimum(x, g, bounds, model, cauchy(x, g, bounds, model));
      if (to) {
        const end = yield* column(to);
        const { d } = yield* compute({ d: "end - x" }, { end, x: at.x });
        const { slope, length } = yield* compute({ slope: "total(g * d)", length: "totalNorm(d)" }, { g: whole, d });
        const longest = learned ? longestWithin(x, to, bounds) : 1;
        const boxed = bounds.min.every(Number.isFinite) && bounds.max.every(Number.isFinite);
        const first = learned || boxed ? 1 : Math.min(1 / length, longest);
        const trial =
          slope < 0
            ? yield* moreThuente({ ...SEARCH, longest }, at, slope, first, function* (step) {
                // A whole step ends on the bounds exactly, which x + d may miss by rounding.
                const { far } =
                  step === 1
                    ? { far: end }
                    : yield* compute(
                        { far: "min(max(x + step * d, low), high)" },
                        { x: at.x, d, step, low: min, high: max },
                      );
                const next = yield* ask(far);
                return { step, at: next, ...(yield* compute({ slope: "total(g * d)" }, { g: next.gradient, d })) };
              })
            : undefined;
        if (trial) {
          const found = yield* pair({ x: at.x, gradient: whole }, trial.at);
          const kept = found ? remembered(history, found, memory) : history;
          return {
            at: yield* box.view(trial.at),
            step: trial.step,
            memory: { ...kept, whole: trial.at.gradient },
          };
        }
      }
      if (learned) return yield* this.iterate(at, { ...NOTHING, whole });
      return { stalled: "The line search found no lower value along the projected gradient." };
    },
  };
}

/** How far a step from `x` towards `to` may go before it meets a bound. */
function longestWithin(x: Float64Array, to: Float64Array, { min, max }: Bounds): number {
  let longest = 1e10;
  for (const [i, xi] of x.entries()) {
    const d = to[i]! - xi;
    if (d !== 0) longest = Math.min(longest, ((d > 0 ? max : min)[i]! - xi) / d);
  }
  return Math.max(longest, 1); // `to` is within, whatever rounding says
}
