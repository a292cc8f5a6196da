import { knownOptions, notNegative, whole } from "@descent/core/adapter";
import { type Asking, ask, compute, type Point, type Vector } from "./ask.ts";
import { firstStep, pair } from "./curvature.ts";
import { type History, NOTHING, remembered, twoLoops } from "./history.ts";
import type { Method } from "./method.ts";
import { between } from "./options.ts";

/** Options of `owlqn`. */
export interface OwlqnOptions {
  /** The weight of the absolute values (default 1). */
  readonly l1?: number | undefined;
  /** How many of the last steps are remembered (default 10). */
  readonly memory?: number | undefined;
}

/** The history, and the gradient without the absolute values. */
type Smooth = History & { readonly smooth: Vector };
const [FAIR, MOST] = [1e-4, 60] as const;

/** The steepest way down of f + l1 · |x|: at 0 an element stays where f is flatter than l1. */
const PSEUDO = "x > 0 ? g + l1 : (x < 0 ? g - l1 : (g < -l1 ? g + l1 : (g > l1 ? g - l1 : 0 * g)))";

function* withL1({ x, value, gradient: g }: Point, l1: number): Asking<Point> {
  const { gradient, gradientNorm, sum } = yield* compute(
    { gradient: PSEUDO, gradientNorm: "largest(abs(gradient))", sum: "total(abs(x))" },
    { x, g, l1 },
  );
  return { x, value: value + l1 * sum, gradient, gradientNorm };
}

/**
 * OWL-QN: L-BFGS for f(x) + l1 · Σ|x|, whose minima have many elements that are 0 exactly (Andrew and Gao, 2007). A step
 * stays in one orthant: elements that would cross 0 stop there. Only elements at 0 are held to the way down, where the paper
 * holds all of them, which is slow where they are correlated. Values and gradients that a run reports have the absolute
 * values in them.
 */
export function owlqn(options: OwlqnOptions = {}): Method<Smooth> {
  const { l1 = 1, memory = 10 } = knownOptions("owlqn", options, ["l1", "memory"]);
  notNegative("owlqn", { l1 });
  whole("owlqn", { memory });
  between("owlqn", { memory }, 0, Infinity);
  const free = l1 === 0 ? 1 : 0;
  return {
    id: "owlqn",
    title: "OWL-QN",
    paper: "https://doi.org/10.1145/1273496.1273501",
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start({ gradient }) {
      return { ...NOTHING, smooth: gradient };
    },
    view: (at) => withL1(at, l1),
    *iterate(at, known) {
      const { smooth, ...history } = known;
      const learned = history.s.length > 0;
      const { x, gradient: g } = at;
      // Elements at 0 leave it only downhill. Each keeps its sign, or takes that of the way down from 0.
      const { d, orthant, slope } = yield* compute(
        {
          d: "free < 1 && x == 0 && g * q <= 0 ? 0 * q : -q",
          orthant: "x == 0 ? -sign(g) : sign(x)",
          slope: "total(g * d)",
        },
        { x, g, q: yield* twoLoops(g, history), free },
      );
      let step = learned ? 1 : yield* firstStep(at);
      for (let k = 0; k < MOST && slope < 0; k++) {
        const { y, fall } = yield* compute(
          { far: "x + step * d", y: "free > 0 || far * orthant > 0 ? far : 0 * far", fall: "total(g * (y - x))" },
          { x, d, g, orthant, step, free },
        );
        const next = yield* ask(y);
        const seen = yield* withL1(next, l1);
        if (Number.isFinite(seen.gradientNorm) && seen.value <= at.value + FAIR * fall) {
          const found = yield* pair({ x, gradient: smooth }, next);
          const kept = found ? remembered(history, found, memory) : history;
          return { at: seen, step, memory: { ...kept, smooth: next.gradient } };
        }
        step *= 0.5;
      }
      if (learned) return yield* this.iterate(at, { ...NOTHING, smooth });
      return { stalled: "No step along the gradient is short enough to lower the value." };
    },
  };
}
