import { OptimizerError } from "@descent/core";
import { isCallback, knownOptions, positive, shown, whole } from "@descent/core/adapter";
import { copyOf, norm, sameLength, type Vector } from "../vector.ts";

/** The nearest point of a set. */
export type Projection = (x: Vector) => Vector;

/** Options of `projectAlternating` and `projectDykstra`. */
export interface IntersectionOptions {
  /** Ends when a round moves the point by no more than this share of its length; default 1e-10. */
  readonly tolerance?: number | undefined;
  /** Ends after this many rounds; default 10,000. */
  readonly rounds?: number | undefined;
}

/**
 * A point in several convex sets at once, by projecting onto each in turn: quick, but not the nearest one (von Neumann 1933).
 * Throws if it has not converged after `rounds`, which sets without a common point never do.
 */
export function projectAlternating(
  x: Vector,
  sets: readonly Projection[],
  options: IntersectionOptions = {},
): Float64Array {
  return inTurn("projectAlternating", x, sets, options, false);
}

/**
 * The nearest point that is in several convex sets at once: alternating projections that give back what each set took before
 * it is asked again (Dykstra 1983). Throws if it has not converged after `rounds`, which sets without a common point never do.
 */
export function projectDykstra(
  x: Vector,
  sets: readonly Projection[],
  options: IntersectionOptions = {},
): Float64Array {
  return inTurn("projectDykstra", x, sets, options, true);
}

function inTurn(
  where: string,
  x: Vector,
  sets: readonly Projection[],
  options: IntersectionOptions,
  giveBack: boolean,
): Float64Array {
  const { tolerance = 1e-10, rounds = 10_000 } = knownOptions(where, options, ["tolerance", "rounds"]);
  positive(where, { tolerance, rounds });
  whole(where, { rounds });
  checkSets(where, sets);
  let point = copyOf(where, x);
  const taken = sets.map(() => new Float64Array(point.length));
  for (let round = 0; round < rounds; round++) {
    const before = point;
    let moved = 0;
    for (const [k, project] of sets.entries()) {
      const asked = giveBack ? point.map((v, i) => v + taken[k]![i]!) : point;
      const next = copyOf(where, project(asked), "the result of a projection");
      sameLength(where, "the result of a projection", asked, next);
      // Dykstra's point may rest for rounds while what the sets take still changes.
      if (giveBack)
        for (let i = 0; i < next.length; i++) {
          const now = asked[i]! - next[i]!;
          moved = Math.max(moved, Math.abs(now - taken[k]![i]!));
          taken[k]![i] = now;
        }
      point = next;
    }
    const scale = tolerance * Math.max(1, norm(point));
    if (norm(point.map((v, i) => v - before[i]!)) <= scale && moved <= scale && inAll(where, point, sets, scale))
      return point;
  }
  throw new OptimizerError(
    `\`${where}\` has not converged after ${rounds} rounds. Do the sets have a point in common? If so, raise \`tolerance\` or \`rounds\`.`,
  );
}

function checkSets(where: string, sets: unknown): void {
  if (Array.isArray(sets) && sets.length > 0 && sets.every(isCallback)) return;
  throw new OptimizerError(
    `\`${where}\` takes projections, [projectSimplex, (x) => projectBox(x, { max: 0.5 })]; got ${shown(sets)}.`,
  );
}

/** Whether no set moves the point by much. */
const inAll = (where: string, point: Float64Array, sets: readonly Projection[], scale: number): boolean =>
  sets.every((project) => {
    const next = copyOf(where, project(point), "the result of a projection");
    return norm(point.map((v, i) => v - next[i]!)) <= 10 * scale * sets.length;
  });
