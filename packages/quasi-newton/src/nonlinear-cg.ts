import { OptimizerError } from "@descent/core";
import { knownOptions, shown } from "@descent/core/adapter";
import { type Asking, compute, type Point, type Vector } from "./ask.ts";
import { firstStep } from "./curvature.ts";
import type { Method } from "./method.ts";
import { checkPreconditioner, type Preconditioner, preconditioned } from "./precondition.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";
import { wolfe } from "./search/wolfe.ts";

const betas = ["hager-zhang", "polak-ribiere", "fletcher-reeves"] as const;

/** Options of `nonlinearCg`. */
export interface NonlinearCgOptions {
  /** How much of the last direction is kept (default `"hager-zhang"`). */
  readonly beta?: (typeof betas)[number] | undefined;
  /** How the step is found (default `wolfe({ c2: 0.4 })`). */
  readonly search?: LineSearch | undefined;
  /** The Hessian's diagonal, or a function that multiplies by an approximate inverse of it (default: neither). */
  readonly precondition?: Preconditioner | undefined;
}

/**
 * The next direction, the same without the preconditioner, in which it has its length, and the last step times its slope, 0
 * before the first.
 */
type Last = { readonly d: Vector; readonly bare: Vector; readonly reach: number };

/**
 * Nonlinear conjugate gradients: each direction keeps a part of the last, so that steps do not undo one another, for the
 * memory of four vectors. `beta` is Hager and Zhang's (2005), Polak and Ribière's, kept at 0 or above (1969), or Fletcher and
 * Reeves's (1964).
 */
export function nonlinearCg(options: NonlinearCgOptions = {}): Method<Last> {
  const {
    beta = "hager-zhang",
    search = wolfe({ c2: 0.4 }),
    precondition,
  } = knownOptions("nonlinearCg", options, ["beta", "search", "precondition"]);
  if (!betas.includes(beta))
    throw new OptimizerError(
      `\`nonlinearCg\`: beta must be one of ${betas.map((b) => `"${b}"`).join(", ")}; got ${shown(beta)}.`,
    );
  checkSearch("nonlinearCg", search);
  checkPreconditioner("nonlinearCg", precondition);
  /** Straight down, with and without the preconditioner. */
  function* fresh({ gradient: g, x }: Point): Asking<Pick<Last, "d" | "bare">> {
    return yield* compute({ d: "-q", bare: "-g" }, { g, q: yield* preconditioned("nonlinearCg", precondition, g, x) });
  }
  return {
    id: "nonlinear-cg",
    title: "Nonlinear conjugate gradients",
    paper: "https://doi.org/10.1137/030601880",
    *start(at) {
      return { ...(yield* fresh(at)), reach: 0 };
    },
    *iterate(at, { d, bare, reach }) {
      const { gradient: g } = at;
      const down = yield* fresh(at);
      const { slope, square } = yield* compute({ slope: "total(g * d)", square: "total(g * -q)" }, { g, d, q: down.d });
      // The first try expects the decrease of the last step.
      let first = reach / slope;
      if (!(reach < 0 && slope < 0)) first = precondition ? 1 : yield* firstStep(at);
      const trial = slope < 0 ? yield* search(at, d, slope, first) : undefined;
      if (!trial) {
        if (reach < 0) return yield* this.iterate(at, { ...down, reach: 0 });
        return { stalled: "The line search found no lower value along the gradient." };
      }
      const h = trial.at.gradient;
      const q = yield* preconditioned("nonlinearCg", precondition, h, at.x);
      const { dy, yy, yh, dh, hh, dd } = yield* compute(
        {
          y: "h - g",
          z: "q + down",
          dy: "total(d * y)",
          yy: "total(y * z)",
          yh: "total(y * q)",
          dh: "total(d * h)",
          hh: "total(h * q)",
          dd: "total(d * bare)",
        },
        { g, h, d, bare, q, down: down.d },
      );
      const least = -1 / (Math.sqrt(dd) * Math.min(0.01, Math.sqrt(square)));
      const kept = {
        "hager-zhang": Math.max((yh - (2 * yy * dh) / dy) / dy, least),
        "polak-ribiere": Math.max(yh / square, 0),
        "fletcher-reeves": hh / square,
      }[beta];
      const next = yield* compute(
        { d: "kept * d - q", bare: "kept * bare - h", fall: "total(d * h)" },
        { d, bare, h, q, kept: Number.isFinite(kept) ? kept : 0 },
      );
      // A direction that does not fall starts again from the gradient.
      const { d: turned, bare: plain } = next.fall < 0 ? next : yield* fresh(trial.at);
      return { at: trial.at, step: trial.step, memory: { d: turned, bare: plain, reach: trial.step * slope } };
    },
  };
}
