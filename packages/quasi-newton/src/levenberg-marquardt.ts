import { knownOptions } from "@descent/core/adapter";
import { type Asking, ask, column, compute, identity, numbers, solve, type Vector } from "./ask.ts";
import { type BoundOptions, type Box, boxOf } from "./bounded/bounds.ts";
import { quadraticMinimum } from "./bounded/quadratic.ts";
import { type Curvature, gaussNewtonMatrix, learned } from "./least-squares.ts";
import type { Method } from "./method.ts";
import { between } from "./options.ts";

/** Options of `levenbergMarquardt`. */
export interface LevenbergMarquardtOptions extends BoundOptions {
  /** The damping of the first step, relative to the squares of the Jacobian's columns (default 1e-3). */
  readonly damping?: number | undefined;
}

type Damped = Curvature & {
  readonly damping: number;
  /** The factor by which damping grows when a step fails. */
  readonly growth: number;
  /** The largest squares of the Jacobian's columns so far, as a diagonal. */
  readonly D: Vector;
  /** The whole gradient; a run sees only what the bounds leave of it. */
  readonly whole: Vector;
};
const MOST = 100;
const ROUNDING = Number.EPSILON / 2;

/** The point that the damped model leads to from `x`: the model's minimum, within the bounds if there are any. */
function* stepTo(x: Vector, damped: Vector, gradient: Vector, box: Box | undefined): Asking<Vector | undefined> {
  if (!box) {
    const { down } = yield* compute({ down: "-g" }, { g: gradient });
    const d = yield* solve(damped, down);
    return d && (yield* compute({ y: "x + d" }, { x, d })).y;
  }
  const { bounds } = yield* box.at(x);
  const [from, B, g] = [yield* numbers(x), yield* numbers(damped), yield* numbers(gradient)];
  const room = { min: bounds.min.map((b, i) => b - from[i]!), max: bounds.max.map((b, i) => b - from[i]!) };
  const s = quadraticMinimum(B, g, room);
  // On a bound exactly, which x + s may miss by rounding.
  const end = s?.map((si, i) =>
    si === room.min[i] ? bounds.min[i]! : si === room.max[i] ? bounds.max[i]! : from[i]! + si,
  );
  return end && (yield* column(end));
}

/**
 * Levenberg and Marquardt's method for least squares: Gauss and Newton's step, shortened towards the gradient by as much
 * damping as the last steps called for (Marquardt, 1963; damping as in Nielsen, 1999). Where residuals stay large it learns what
 * J'J lacks (Dennis, Gay and Welsch, 1981). Within bounds, each step is the minimum of its damped model there; the objective is
 * never evaluated outside, and the gradient that a run reports is the projected one. For objectives { residuals }; their value is
 * half the sum of squares.
 */
export function levenbergMarquardt(options: LevenbergMarquardtOptions = {}): Method<Damped> {
  const { damping: first = 1e-3, min, max } = knownOptions("levenbergMarquardt", options, ["damping", "min", "max"]);
  between("levenbergMarquardt", { damping: first }, 0, Infinity);
  const box = min === undefined && max === undefined ? undefined : boxOf("levenbergMarquardt", { min, max });
  return {
    id: "levenberg-marquardt",
    title: "Levenberg–Marquardt",
    paper: "https://doi.org/10.1137/0111030",
    ...(box ? { from: box.inside, view: box.view } : {}),
    *start({ x, gradient }) {
      const { D } = yield* compute({ D: "0 * I" }, { I: yield* identity(x) });
      return { damping: first, growth: 2, D, whole: gradient, ...(yield* gaussNewtonMatrix(x)) };
    },
    *iterate(at, { damping, growth, D: before, whole, ...known }) {
      const { A } = known;
      const { size } = yield* compute({ size: "totalNorm(A)" }, { A });
      // Scaling by the columns makes the units of unknowns irrelevant; one that nothing depends on is held all the same.
      const { D } = yield* compute(
        { D: "I * max(max(A, before), least)" },
        { A, I: yield* identity(at.x), before, least: 1e-12 * size },
      );
      for (let k = 0; k < MOST; k++) {
        const { damped } = yield* compute({ damped: "A + damping * D" }, { A, D, damping });
        const y = yield* stepTo(at.x, damped, whole, box);
        if (y) {
          const { dAd, gd } = yield* compute(
            { d: "y - x", Ad: "A @ d", dAd: "total(d * Ad)", gd: "total(d * g)" },
            { x: at.x, y, A, g: whole },
          );
          const next = yield* ask(y);
          const expected = -gd - 0.5 * dAd;
          if (expected <= ROUNDING * at.value && !(next.value < at.value)) break; // nothing lower can be told apart
          const kept = (at.value - next.value) / expected;
          if (kept > 0 && Number.isFinite(next.gradientNorm)) {
            const eased = damping * Math.max(1 / 3, 1 - (2 * kept - 1) ** 3);
            const model = yield* learned(known, { ...at, gradient: whole }, next);
            return {
              at: box ? yield* box.view(next) : next,
              step: 1 / (1 + damping),
              memory: { damping: eased, growth: 2, D, whole: next.gradient, ...model },
            };
          }
        }
        damping *= growth;
        growth *= 2;
        if (!Number.isFinite(damping)) break;
      }
      return { stalled: "No damping leads to a lower sum of squares." };
    },
  };
}
