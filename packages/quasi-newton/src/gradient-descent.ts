import { knownOptions } from "@descent/core/adapter";
import { compute } from "./ask.ts";
import type { Method } from "./method.ts";
import { armijo } from "./search/armijo.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";

/** Options of `gradientDescent`. */
export interface GradientDescentOptions {
  /** How the step is found (default `armijo()`). */
  readonly search?: LineSearch | undefined;
}

/**
 * Steepest descent: every step goes straight down the gradient, as far as a line search allows (Cauchy, 1847). The first try of a
 * step expects the decrease of the one before. Slow where the problem is ill-conditioned; try `lbfgs` first.
 */
export function gradientDescent(options: GradientDescentOptions = {}): Method<{ readonly decrease: number }> {
  const { search = armijo() } = knownOptions("gradientDescent", options, ["search"]);
  checkSearch("gradientDescent", search);
  return {
    id: "gradient-descent",
    title: "Gradient descent",
    paper: "https://doi.org/10.2140/pjm.1966.16.1",
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start() {
      return { decrease: 0 };
    },
    *iterate(at, { decrease }) {
      const { d } = yield* compute({ d: "-g" }, { g: at.gradient });
      const { square } = yield* compute({ square: "total(g * g)" }, { g: at.gradient });
      const first = decrease > 0 ? (2 * decrease) / square : Math.min(1, 1 / Math.sqrt(square));
      const trial = yield* search(at, d, -square, first);
      if (!trial) return { stalled: "The line search found no lower value along the gradient." };
      return { at: trial.at, step: trial.step, memory: { decrease: at.value - trial.at.value } };
    },
  };
}
