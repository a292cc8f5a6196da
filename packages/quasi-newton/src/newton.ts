import { knownOptions } from "@descent/core/adapter";
import { type Asking, compute, hessian, identity, type Point, solve, type Vector } from "./ask.ts";
import type { Method } from "./method.ts";
import { armijo } from "./search/armijo.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";

/** Options of `newton`. */
export interface NewtonOptions {
  /** How the step is found (default `armijo()`). */
  readonly search?: LineSearch | undefined;
}

const [LEAST, GROWTH, MOST] = [1e-3, 4, 60] as const;

/**
 * The Hessian with a multiple of the identity added until it is positive definite, and the step to the minimum of that model
 * (Nocedal and Wright, Numerical Optimization, algorithm 3.3). Undefined where the Hessian is not finite.
 */
export function* positiveModel(
  { gradient, x }: Point,
  B: Vector,
): Asking<{ readonly B: Vector; readonly d: Vector } | undefined> {
  const { down } = yield* compute({ down: "-g" }, { g: gradient });
  let d = yield* solve(B, down);
  if (d) return { B, d };
  const I = yield* identity(x);
  const { size } = yield* compute({ size: "totalNorm(B)" }, { B });
  for (let k = 0, shift = LEAST * (size || 1); k < MOST; k++, shift *= GROWTH) {
    const { shifted } = yield* compute({ shifted: "B + shift * I" }, { B, I, shift });
    d = yield* solve(shifted, down);
    if (d) return { B: shifted, d };
  }
  return undefined;
}

/**
 * Newton's method, damped: steps to the minimum of the parabola that value, gradient and Hessian describe, shortened by a
 * line search; where the Hessian is not positive definite, a multiple of the identity makes it so. Give the objective a
 * `hessian`; without one, it takes a gradient per unknown. Solves a dense system per step.
 */
export function newton(options: NewtonOptions = {}): Method<Record<never, never>> {
  const { search = armijo() } = knownOptions("newton", options, ["search"]);
  checkSearch("newton", search);
  return {
    id: "newton",
    title: "Newton's method",
    paper: "https://doi.org/10.1007/978-0-387-40065-5",
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start() {
      return {};
    },
    *iterate(at) {
      const model = yield* positiveModel(at, yield* hessian(at));
      if (!model) return { stalled: "The Hessian is not finite." };
      const { slope } = yield* compute({ slope: "total(g * d)" }, { g: at.gradient, d: model.d });
      const trial = slope < 0 ? yield* search(at, model.d, slope, 1) : undefined;
      if (!trial) return { stalled: "The line search found no lower value along Newton's direction." };
      return { at: trial.at, step: trial.step, memory: {} };
    },
  };
}
