import { OptimizerError } from "@descent/core";
import { knownOptions, shown } from "@descent/core/adapter";
import { compute, type Vector } from "./ask.ts";
import { firstStep } from "./curvature.ts";
import type { Method } from "./method.ts";

import { checkSearch, type LineSearch } from "./search/search.ts";
import { wolfe } from "./search/wolfe.ts";

const betas = ["hager-zhang", "polak-ribiere", "fletcher-reeves"] as const;

/** Options of `nonlinearCg`. */
export interface NonlinearCgOptions {
  /** How much of the last direction is kept (default `"hager-zhang"`). */
  readonly beta?: (typeof betas)[number] | undefined;
  /** How the step is found (default `wolfe({ c2: 0.4 })`). */
  readonly search?: LineSearch | undefined;
}

/** The last direction, and the last step times its slope; neither before the first step. */
type Last = { readonly d?: Vector; readonly reach: number };

/**
 * Nonlinear conjugate gradients: each direction keeps a part of the last, so that steps do not undo one another, for the
 * memory of four vectors. `beta` is Hager and Zhang's (2005), Polak and Ribière's, kept at 0 or above (1969), or Fletcher and
 * Reeves's (1964).
 */
export function nonlinearCg(options: NonlinearCgOptions = {}): Method<Last> {
  const { beta = "hager-zhang", search = wolfe({ c2: 0.4 }) } = knownOptions("nonlinearCg", options, [
    "beta",
    "search",
  ]);
  if (!betas.includes(beta))
    throw new OptimizerError(
      `\`nonlinearCg\`: beta must be one of ${betas.map((b) => `"${b}"`).join(", ")}; got ${shown(beta)}.`,
    );
  checkSearch("nonlinearCg", search);
  return {
    id: "nonlinear-cg",
    title: "Nonlinear conjugate gradients",
    paper: "https://doi.org/10.1137/030601880",
    *start({ gradient }) {
      const { d } = yield* compute({ d: "-g" }, { g: gradient });
      return { d, reach: 0 };
    },
    *iterate(at, { d: last, reach }) {
      const { gradient: g } = at;
      const { down } = yield* compute({ down: "-g" }, { g });
      const d = last ?? down;
      const { slope, square } = yield* compute({ slope: "total(g * d)", square: "total(g * g)" }, { g, d });
      // The first try expects the decrease of the last step.
      const first = reach < 0 && slope < 0 ? reach / slope : yield* firstStep(at);
      const trial = slope < 0 ? yield* search(at, d, slope, first) : undefined;
      if (!trial) {
        if (last && reach < 0) return yield* this.iterate(at, { d: down, reach: 0 });
        return { stalled: "The line search found no lower value along the gradient." };
      }
      const h = trial.at.gradient;
      const found = yield* compute(
        {
          y: "h - g",
          dy: "total(d * y)",
          yy: "total(y * y)",
          yh: "total(y * h)",
          dh: "total(d * h)",
          hh: "total(h * h)",
          dd: "total(d * d)",
        },
        { g, h, d },
      );
      const { dy, yy, yh, dh, hh, dd } = found;
      const least = -1 / (Math.sqrt(dd) * Math.min(0.01, Math.sqrt(square)));
      const kept = {
        "hager-zhang": Math.max((yh - (2 * yy * dh) / dy) / dy, least),
        "polak-ribiere": Math.max(yh / square, 0),
        "fletcher-reeves": hh / square,
      }[beta];
      const { next, fall } = yield* compute(
        { next: "kept * d - h", fall: "total(next * h)" },
        { d, h, kept: Number.isFinite(kept) ? kept : 0 },
      );
      // A direction that does not fall starts again from the gradient.
      const { fresh } = yield* compute({ fresh: "-h" }, { h });
      return { at: trial.at, step: trial.step, memory: { d: fall < 0 ? next : fresh, reach: trial.step * slope } };
    },
  };
}
