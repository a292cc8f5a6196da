import { knownOptions } from "@descent/core/adapter";
import { type Asking, ask, compute, hessian, type Point, product, type Vector } from "./ask.ts";
import type { Method, Outcome } from "./method.ts";
import { positiveModel } from "./newton.ts";
import { between } from "./options.ts";

/** Options of `dogleg` and `steihaug`. */
export interface TrustRegionOptions {
  /** The length that the first step may have (default 1). */
  readonly radius?: number | undefined;
  /** The length that no step exceeds (default 1000). */
  readonly maxRadius?: number | undefined;
}

type Radius = { readonly radius: number };

/** A step within the radius, the decrease that the model expects of it, and whether the radius cut it off. */
interface Proposal {
  readonly d: Vector;
  readonly expected: number;
  readonly cut: boolean;
}

/** A step is taken if it achieves so much of the expected decrease; the radius shrinks below `POOR` and grows above `GOOD`. */
const [LEAST, POOR, GOOD] = [0.15, 0.25, 0.75] as const;
const [SHORTEST, ROUNDING] = [1e-14, 10 * Number.EPSILON] as const;

/** Shrinks the radius until a step keeps enough of what the model promises (Nocedal and Wright, algorithm 4.1). */
function* stepWithin(
  at: Point,
  first: number,
  maxRadius: number,
  propose: (radius: number) => Asking<Proposal>,
): Asking<Outcome<Radius>> {
  for (let radius = first; radius > SHORTEST; ) {
    const { d, expected, cut } = yield* propose(radius);
    const { y, length } = yield* compute({ y: "x + d", length: "totalNorm(d)" }, { x: at.x, d });
    const next = yield* ask(y);
    const usable = Number.isFinite(next.value) && Number.isFinite(next.gradientNorm);
    const decrease = usable ? at.value - next.value : -Infinity;
    // Where both are rounding, their quotient means nothing, and the model is as good as it can be.
    const rounding = ROUNDING * Math.abs(at.value);
    const kept = Math.abs(decrease) <= rounding && expected <= rounding ? 1 : decrease / expected;
    const step = radius;
    if (kept < POOR) radius = 0.25 * Math.min(radius, length);
    else if (kept > GOOD && cut) radius = Math.min(2 * radius, maxRadius);
    if (kept > LEAST) return { at: next, step, memory: { radius } };
  }
  return { stalled: "No step is short enough for the model to hold." };
}

/** The positive multiple of `d` by which `z` reaches the radius. */
function* reach(z: Vector, d: Vector, radius: number): Asking<number> {
  const { zz, zd, dd } = yield* compute({ zz: "total(z * z)", zd: "total(z * d)", dd: "total(d * d)" }, { z, d });
  const rest = radius * radius - zz;
  const root = Math.sqrt(Math.max(zd * zd + dd * rest, 0));
  return zd > 0 ? rest / (zd + root) : (root - zd) / dd; // the form that does not cancel
}

function method(
  id: string,
  title: string,
  paper: string,
  where: string,
  options: TrustRegionOptions,
  propose: (at: Point) => Asking<((radius: number) => Asking<Proposal>) | undefined>,
): Method<Radius> {
  const { radius = 1, maxRadius = 1000 } = knownOptions(where, options, ["radius", "maxRadius"]);
  between(where, { radius, maxRadius }, 0, Infinity);
  return {
    id,
    title,
    paper,
    // biome-ignore lint/correctness/useYield: it starts without asking
    *start() {
      return { radius: Math.min(radius, maxRadius) };
    },
    *iterate(at, memory) {
      const within = yield* propose(at);
      if (!within) return { stalled: "The Hessian is not finite." };
      return yield* stepWithin(at, memory.radius, maxRadius, within);
    },
  };
}

/**
 * Powell's dogleg: within a radius in which the parabola is trusted, along the path from steepest descent to Newton's step
 * (1970). For small problems with a `hessian`; where that is not positive definite, a multiple of the identity is added.
 */
export function dogleg(options: TrustRegionOptions = {}): Method<Radius> {
  return method(
    "dogleg",
    "Trust region, dogleg",
    "https://doi.org/10.1016/B978-0-12-597050-1.50006-3",
    "dogleg",
    options,
    function* (at) {
      const { gradient: g } = at;
      const model = yield* positiveModel(at, yield* hessian(at));
      if (!model) return undefined;
      const { B, d: newton } = model;
      const { gg, gBg, far } = yield* compute(
        { Bg: "B @ g", gg: "total(g * g)", gBg: "total(g * Bg)", far: "totalNorm(newton)" },
        { B, g, newton },
      );
      const { cauchy, near } = yield* compute(
        { cauchy: "-scale * g", near: "totalNorm(cauchy)" },
        { g, scale: gg / gBg },
      );
      return function* (radius) {
        let d = newton;
        if (far > radius) {
          const from = near >= radius ? (yield* compute({ zero: "0 * g" }, { g })).zero : cauchy;
          const { leg } =
            near >= radius ? { leg: cauchy } : yield* compute({ leg: "newton - cauchy" }, { newton, cauchy });
          const tau = yield* reach(from, leg, radius);
          ({ d } = yield* compute({ d: "z + tau * leg" }, { z: from, leg, tau }));
        }
        const { gd, dBd } = yield* compute({ Bd: "B @ d", gd: "total(g * d)", dBd: "total(d * Bd)" }, { B, d, g });
        return { d, expected: -gd - 0.5 * dBd, cut: far > radius };
      };
    },
  );
}

const MOST_PER_STEP = 200;

/**
 * Steihaug's conjugate gradients: within a radius in which the parabola is trusted, as near to Newton's step as products of
 * the Hessian lead; negative curvature is followed to the edge (1983). For large problems with a `product`.
 */
export function steihaug(options: TrustRegionOptions = {}): Method<Radius> {
  return method(
    "steihaug",
    "Trust region, Steihaug",
    "https://doi.org/10.1137/0720042",
    "steihaug",
    options,
    function* (at) {
      const { gradient: g } = at;
      const start = yield* compute({ zero: "0 * g", down: "-g", square: "total(g * g)" }, { g });
      const enough = Math.min(0.25, Math.sqrt(start.square)) * start.square; // the square of the tolerance for residuals
      return function* (radius) {
        let [z, Bz, r, d, rr] = [start.zero, start.zero, g, start.down, start.square];
        let cut = false;
        for (let k = 0; k < MOST_PER_STEP && !cut; k++) {
          const Bd = yield* product(at, d);
          const { dBd } = yield* compute({ dBd: "total(d * Bd)" }, { d, Bd });
          let alpha = rr / dBd;
          if (dBd > 0) {
            const { length } = yield* compute({ ahead: "z + alpha * d", length: "totalNorm(ahead)" }, { z, d, alpha });
            cut = length >= radius;
          } else cut = true;
          if (cut) alpha = yield* reach(z, d, radius);
          const next = yield* compute(
            { z: "z + alpha * d", Bz: "Bz + alpha * Bd", r: "r + alpha * Bd", rr: "total(r * r)" },
            { z, Bz, d, Bd, r, alpha },
          );
          ({ z, Bz, r } = next);
          if (next.rr <= enough) break;
          ({ d } = yield* compute({ d: "beta * d - r" }, { d, r, beta: next.rr / rr }));
          rr = next.rr;
        }
        const { gz, zBz } = yield* compute({ gz: "total(g * z)", zBz: "total(z * Bz)" }, { g, z, Bz });
        return { d: z, expected: -gz - 0.5 * zBz, cut };
      };
    },
  );
}
