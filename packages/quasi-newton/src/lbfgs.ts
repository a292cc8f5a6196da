import { knownOptions, whole } from "@descent/core/adapter";
import { type Asking, compute, type Vector } from "./ask.ts";
import { firstStep, pair } from "./curvature.ts";
import { type History, NOTHING, remembered, twoLoops } from "./history.ts";
import type { Method } from "./method.ts";
import { between } from "./options.ts";
import { checkPreconditioner, type Preconditioner, preconditioned } from "./precondition.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";
import { wolfe } from "./search/wolfe.ts";

/** Options of `lbfgs`. */
export interface LbfgsOptions {
  /** How many of the last steps are remembered (default 10): two vectors each. */
  readonly memory?: number | undefined;
  /** How the step is found (default `wolfe()`). */
  readonly search?: LineSearch | undefined;
  /** The Hessian's diagonal, or a function that multiplies by an approximate inverse of it (default: neither). */
  readonly precondition?: Preconditioner | undefined;
}

/**
 * L-BFGS: the inverse Hessian of BFGS from the last few steps alone, without a matrix (Liu and Nocedal, 1989). The first method to
 * try: it needs only gradients, and memory for 2 · `memory` + 5 vectors.
 */
export function lbfgs(options: LbfgsOptions = {}): Method<History> {
  const {
    memory = 10,
    search = wolfe(),
    precondition,
  } = knownOptions("lbfgs", options, ["memory", "search", "precondition"]);
  whole("lbfgs", { memory });
  between("lbfgs", { memory }, 0, Infinity);
  checkSearch("lbfgs", search);
  checkPreconditioner("lbfgs", precondition);
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
      const inner = (v: Vector): Asking<Vector> => preconditioned("lbfgs", precondition, v, at.x);
      const { d, slope } = yield* compute(
        { d: "-q", slope: "total(g * d)" },
        { g, q: yield* twoLoops(g, history, inner) },
      );
      const scaled = learned || precondition !== undefined;
      const trial = slope < 0 ? yield* search(at, d, slope, scaled ? 1 : yield* firstStep(at)) : undefined;
      if (!trial) {
        if (learned) return yield* this.iterate(at, NOTHING); // forget what was learned, and go straight down
        return { stalled: "The line search found no lower value along the gradient." };
      }
      const found = yield* pair(at, trial.at);
      if (!found) return { at: trial.at, step: trial.step, memory: history };
      const { yy } = yield* compute({ yy: "total(y * z)" }, { y: found.y, z: yield* inner(found.y) });
      return { at: trial.at, step: trial.step, memory: remembered(history, { ...found, yy }, memory) };
    },
  };
}
