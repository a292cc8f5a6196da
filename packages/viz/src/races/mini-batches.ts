import { OptimizerError } from "@descent/core";
import { knownOptions, philox, takes, whole } from "@descent/core/adapter";
import type { Surface } from "./surface.ts";

/** Mini-batches of a race. */
export interface Batch {
  /** Terms of the formula's sum that each step sees, at least 1; all of them where it has fewer. */
  readonly size: number;
  /** Default 0: all rules of a race meet the same batches. */
  readonly seed?: number | undefined;
}

/**
 * The part of a surface that each step sees, counted from 1: some of the terms that its formula adds up, none twice, scaled so that the mean over all
 * batches is the whole: `miniBatches(surface(text), { size: 10 })(1)`. It depends on the seed and the step alone. Throws an OptimizerError for a surface
 * that does not say its terms.
 */
export function miniBatches(of: Surface, batch: Batch): (step: number) => Surface {
  takes("miniBatches", "a surface from surface(…)", of, isSurface(of));
  takes("miniBatches", "`batch`: { size, seed }", batch, batch !== undefined);
  return seenBy("miniBatches", of, batch);
}

/** The surface as each step of a call sees it: the whole where there are no mini-batches. */
export function seenBy(call: string, of: Surface, batch: Batch | undefined): (step: number) => Surface {
  if (batch === undefined) return () => of;
  checkBatch(call, batch);
  const { size, seed = 0 } = batch;
  const { terms } = of;
  if (!terms)
    throw new OptimizerError(
      `\`${call}\`: the surface does not say what it adds up. Make it with surface(text), or give it \`terms\`.`,
    );
  if (size >= terms.length) return () => of;
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  return (step) => {
    whole(call, { step });
    return partOf(of.text, drawn(terms, size, step, key), terms.length / size);
  };
}

/** Throws unless it is a batch's size and seed. */
function checkBatch(call: string, batch: unknown): void {
  const { size, seed = 0 } = knownOptions(call, batch as Partial<Batch>, ["size", "seed"]); // asked below
  const isWhole = (n: unknown, least: number): boolean => Number.isSafeInteger(n) && (n as number) >= least; // a number
  const fits = isWhole(size, 1) && isWhole(seed, 0);
  takes(call, "`batch`: { size, seed }, whole numbers of at least 1 and 0", batch, fits);
}

const isSurface = (of: unknown): boolean =>
  typeof of === "object" && of !== null && "gradient" in of && typeof of.gradient === "function";

/** So many terms, by the first draws of a shuffle. */
function drawn(terms: readonly Surface[], size: number, step: number, key: readonly [number, number]): Surface[] {
  const left = [...terms];
  for (let i = 0; i < size; i++) {
    const at = i + Math.floor((philox([i, step, 0, 0], key)[0] / 2 ** 32) * (left.length - i));
    [left[i], left[at]] = [left[at]!, left[i]!]; // within the list
  }
  return left.slice(0, size);
}

function partOf(text: string, terms: readonly Surface[], scale: number): Surface {
  const sum = (f: (term: Surface) => number): number => scale * terms.reduce((all, term) => all + f(term), 0);
  const both = (f: (term: Surface) => readonly [number, number]): [number, number] => {
    let [a, b] = [0, 0];
    for (const term of terms) {
      const [x, y] = f(term);
      a += x;
      b += y;
    }
    return [scale * a, scale * b];
  };
  return {
    text,
    value: (x, y) => sum((term) => term.value(x, y)),
    gradient: (x, y) => both((term) => term.gradient(x, y)),
    curvature: (x, y) => both((term) => term.curvature(x, y)),
    ...(terms.every((term) => term.gradients) ? { gradients: addedUp(terms, scale) } : {}),
  };
}

/** The gradients of terms that have them at many points at once, scaled. */
const addedUp =
  (terms: readonly Surface[], scale: number): NonNullable<Surface["gradients"]> =>
  (points, into) => {
    const all = new Float64Array(points.length);
    for (const term of terms) {
      term.gradients!(points, into); // asked before
      for (let i = 0; i < all.length; i++) all[i]! += into[i]!; // as long
    }
    for (let i = 0; i < all.length; i++) into[i] = scale * all[i]!; // as long
  };
