import { knownOptions, whole } from "@descent/core/adapter";
import { type Asking, compute, type Vector } from "./ask.ts";
import { firstStep, pair } from "./curvature.ts";
import type { Method } from "./method.ts";
import { between } from "./options.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";
import { wolfe } from "./search/wolfe.ts";

/** Options of `lbfgs`. */
export interface LbfgsOptions {
  /** How many of the last steps are remembered (default 10): two vectors each. */
  readonly memory?: number | undefined;
  /** How the step is found (default `wolfe()`). */
  readonly search?: LineSearch | undefined;
}

/** The last steps, oldest first. */
interface History {
  readonly s: readonly Vector[];
  readonly y: readonly Vector[];
  readonly ys: readonly number[];
  /** The scale of the inverse Hessian, from the last step. */
  readonly gamma: number;
  readonly [name: string]: number | readonly Vector[] | readonly number[];
}

const NOTHING: History = { s: [], y: [], ys: [], gamma: 1 };

/** The inverse Hessian that the history implies, times a gradient: two loops over it (Nocedal, 1980). */
function* twoLoops(g: Vector, { s, y, ys, gamma }: History): Asking<Vector> {
  let q = g;
  const alphas: number[] = [];
  for (let i = s.length - 1; i >= 0; i--) {
    const given = { s: s[i]!, y: y[i]!, q, ys: ys[i]! }; // they are as long as each other
    const found = yield* compute({ sq: "total(s * q)", q: "q - sq / ys * y" }, given);
    q = found.q;
    alphas[i] = found.sq / ys[i]!;
  }
  ({ q } = yield* compute({ q: "gamma * q" }, { gamma, q }));
  for (let i = 0; i < s.length; i++) {
    const given = { s: s[i]!, y: y[i]!, q, ys: ys[i]!, alpha: alphas[i]! };
    ({ q } = yield* compute({ yq: "total(y * q)", q: "q + (alpha - yq / ys) * s" }, given));
  }
  return q;
}

/**
 * L-BFGS: the inverse Hessian of BFGS from the last few steps alone, without a matrix (Liu and Nocedal, 1989). The method to
 * reach for: it needs gradients only, and memory for 2 · `memory` + 5 vectors.
 */
export function lbfgs(options: LbfgsOptions = {}): Method<History> {
  const { memory = 10, search = wolfe() } = knownOptions("lbfgs", options, ["memory", "search"]);
  whole("lbfgs", { memory });
  between("lbfgs", { memory }, 0, Infinity);
  checkSearch("lbfgs", search);
  return {
    id: "lbfgs",
    title: "L-BFGS",
    paper: "https://doi.org/10.1007/BF01589116",
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start() {
      return NOTHING;
    },
    *iterate(at, history) {
      const { gradient: g } = at;
      const learned = history.s.length > 0;
      const { d, slope } = yield* compute({ d: "-q", slope: "total(g * d)" }, { g, q: yield* twoLoops(g, history) });
      const trial = slope < 0 ? yield* search(at, d, slope, learned ? 1 : yield* firstStep(at)) : undefined;
      if (!trial) {
        if (learned) return yield* this.iterate(at, NOTHING); // forget what was learned, and go straight down
        return { stalled: "The line search found no lower value along the gradient." };
      }
      const found = yield* pair(at, trial.at);
      if (!found) return { at: trial.at, step: trial.step, memory: history };
      const last = <T>(list: readonly T[], next: T): T[] => [...list, next].slice(-memory);
      const { s, y, ys, yy } = found;
      return {
        at: trial.at,
        step: trial.step,
        memory: { s: last(history.s, s), y: last(history.y, y), ys: last(history.ys, ys), gamma: ys / yy },
      };
    },
  };
}
