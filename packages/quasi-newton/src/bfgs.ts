import { knownOptions } from "@descent/core/adapter";
import { compute, identity, type Vector } from "./ask.ts";
import { firstStep, pair } from "./curvature.ts";
import type { Method } from "./method.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";
import { wolfe } from "./search/wolfe.ts";

/** Options of `bfgs`. */
export interface BfgsOptions {
  /** How the step is found (default `wolfe()`). */
  readonly search?: LineSearch | undefined;
}

/** An approximation of the inverse Hessian; none before the first step. */
type Inverse = { readonly H?: Vector };

/**
 * BFGS: learns the inverse Hessian from how the gradient changes along steps (Broyden, Fletcher, Goldfarb and Shanno, 1970). It
 * keeps a matrix of n² numbers: the method of choice up to a few hundred unknowns; beyond, use `lbfgs`.
 */
export function bfgs(options: BfgsOptions = {}): Method<Inverse> {
  const { search = wolfe() } = knownOptions("bfgs", options, ["search"]);
  checkSearch("bfgs", search);
  return {
    id: "bfgs",
    title: "BFGS",
    paper: "https://doi.org/10.1093/imamat/6.1.76",
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start() {
      return {};
    },
    *iterate(at, { H }) {
      const { gradient: g } = at;
      let { d } = H ? yield* compute({ d: "-(H @ g)" }, { H, g }) : yield* compute({ d: "-g" }, { g });
      let { slope } = yield* compute({ slope: "total(g * d)" }, { g, d });
      let known = H;
      if (!(slope < 0)) {
        ({ d } = yield* compute({ d: "-g" }, { g }));
        ({ slope } = yield* compute({ slope: "total(g * d)" }, { g, d }));
        known = undefined;
      }
      const trial = yield* search(at, d, slope, known ? 1 : yield* firstStep(at));
      if (!trial) {
        if (known) return yield* this.iterate(at, {}); // forget what was learned, and go straight down
        return { stalled: "The line search found no lower value along the gradient." };
      }
      const found = yield* pair(at, trial.at);
      if (!found) return { at: trial.at, step: trial.step, memory: known ? { H: known } : {} };
      const { s, y, ys, yy } = found;
      const { start } = known
        ? { start: known }
        : yield* compute({ start: "scale * I" }, { scale: ys / yy, I: yield* identity(s) });
      const { next } = yield* compute(
        {
          Hy: "H @ y",
          yHy: "total(y * Hy)",
          next: "H + (1 + yHy / ys) / ys * (s @ s') - (Hy @ s' + s @ Hy') / ys",
        },
        { H: start, s, y, ys },
      );
      return { at: trial.at, step: trial.step, memory: { H: next } };
    },
  };
}
